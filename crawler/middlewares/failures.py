"""The ways in which a download fails that are the web's fault, not ours."""

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost


class PostponedRequest(IgnoreRequest):
    """Say that a request is not made now, and may be made another time."""

    def __init__(self, url: str, reason: str) -> None:
        """`url` is what was not asked for: it may be where a redirect led."""
        super().__init__(reason)
        self.url = url


#: `IgnoreRequest` is ours or Scrapy's refusal; `OSError` comes from broken compressed bodies; `ValueError` from
#: headers and addresses that no client can make sense of, `LookupError` from encodings that are none (`charset=hex`).
DOWNLOAD_FAILURES = (
    CannotResolveHostError,
    ConnectError,
    ConnectionDone,
    ConnectionLost,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    LookupError,
    NotSupported,
    OSError,
    ResponseDataLossError,
    TunnelError,
    UnsupportedURLSchemeError,
    ValueError,
)
