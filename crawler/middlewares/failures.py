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

#: `IgnoreRequest` is ours or Scrapy's refusal; `OSError` comes from broken compressed bodies; `ValueError` from
#: headers and addresses that no client can make sense of.
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
    NotSupported,
    OSError,
    ResponseDataLossError,
    TunnelError,
    UnsupportedURLSchemeError,
    ValueError,
)
