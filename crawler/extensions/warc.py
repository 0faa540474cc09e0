"""Keep raw responses as WARC 1.1, as they came from the server, so that they can be read again without crawling.

Each crawl writes one file of its own, named `….warc.gz.open` until it is whole. Files of killed crawls are cut at
their last whole record by the next crawl. A payload that is kept already becomes a `revisit` record.
Source: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/.
"""

import asyncio
import base64
import hashlib
import logging
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Self
from uuid import uuid4

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.store.captures import OPEN, Capture
from crawler.extensions.warc_files import OpenWarc, close_torn
from crawler.extensions.warc_rights import may_be_kept
from crawler.middlewares.reservations import TdmReservations
from crawler.open_archive import archive_of
from crawler.pages.reservations import Reservations

logger = logging.getLogger(__name__)

#: Responses noted in one transaction: each is a sync of the disk, and one a response was slower than the crawl.
BATCH = 50
#: Bytes that may wait to be written; beyond them nothing is asked for until the disk has caught up.
MOST_WAITING = 32 * 1024 * 1024
#: Seconds between two looks whether it has.
LOOK_AGAIN = 0.05

_NOT_MODIFIED = 304
_FIRST_SERVER_ERROR = 500
#: Already undone by the HTTP client; a reader of the file would undo it again.
_HOP_BY_HOP = {b"transfer-encoding", b"connection", b"keep-alive"}


@dataclass(frozen=True, slots=True)
class _Received:
    url: str
    at: datetime
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    address: str | None
    #: What its host reserves.
    host: Reservations


class WarcFiles:
    """Write what the downloader receives, in a thread of its own."""

    def __init__(self, crawler: Crawler) -> None:
        """Write below the archive; raise `NotConfigured` when the setting says no."""
        if not crawler.settings.getbool("WARC_ENABLED"):
            raise NotConfigured
        self._crawler = crawler
        self._archive = archive_of(crawler)
        self._agent: str = crawler.settings["USER_AGENT"]
        self._received: SimpleQueue[_Received | None] = SimpleQueue()
        #: Bytes put into the queue, and those of them that are done with; each is counted by one thread only.
        self._taken = self._done = 0
        # A second signal ends the process without closing anything; no thread may hold it.
        self._thread = threading.Thread(target=self._write_all, name="warc", daemon=True)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler)
        crawler.signals.connect(extension.open, signal=signals.spider_opened)
        crawler.signals.connect(extension.receive, signal=signals.response_downloaded)
        return extension

    def open(self) -> None:
        """Start to write."""
        self._thread.start()

    def receive(self, response: Response, request: Request) -> None:
        """Take a response as the server sent it: not yet decompressed, redirects and errors of ours included."""
        if response.status == _NOT_MODIFIED or response.status >= _FIRST_SERVER_ERROR:
            return
        if not self._thread.is_alive():
            return  # the disk has refused, and what waits in the queue would fill the memory
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            if name.lower() not in _HOP_BY_HOP
            for value in values
        ]
        address = str(response.ip_address) if response.ip_address else None
        reservations = self._crawler.get_downloader_middleware(TdmReservations)
        host = reservations.of(request.url) if reservations is not None else Reservations()
        url = request.url.partition("#")[0]  # a fragment was never sent
        self._taken += len(response.body)
        self._received.put(_Received(url, datetime.now(UTC), response.status, headers, response.body, address, host))

    async def room(self) -> None:
        """Wait while more is to be written than may fill the memory: a slow disk slows the crawl."""
        while self._taken - self._done > MOST_WAITING and self._thread.is_alive():
            await asyncio.sleep(LOOK_AGAIN)

    async def end(self) -> None:
        """Write what is left and give the file its final name."""
        self._received.put(None)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    def _write_all(self) -> None:
        """Write until told to end; a disk that refuses costs the raw copies, never the crawl."""
        try:
            close_torn(self._archive)
            writer = _Writer(self._archive, self._agent)
            for batch in self._batches():
                writer.write([each for each in batch if self._may_be_kept(each)])
                self._done += sum(len(each.body) for each in batch)
            writer.close()
        except (OSError, ArchiveError) as error:
            self._crawler.stats.inc_value("warc/errors")
            logger.error("Raw responses are not kept any more: %s", error)  # noqa: TRY400 (the disk's fault: no trace)

    def _batches(self) -> Iterator[list[_Received]]:
        """Yield what has been received, all that waits at once; end when told to."""
        ended = False
        while not ended:
            waiting = [self._received.get()]
            with suppress(Empty):
                while len(waiting) < BATCH:
                    waiting.append(self._received.get_nowait())
            ended = None in waiting  # a response may still come after the word to end
            yield [each for each in waiting if each is not None]

    def _may_be_kept(self, received: _Received) -> bool:
        kept = may_be_kept(received.url, received.headers, received.body, received.at, host=received.host)
        if not kept:
            self._crawler.stats.inc_value("warc/withheld")
        return kept


class _Writer:
    """One file, opened at the first response."""

    def __init__(self, archive: Archive, agent: str) -> None:
        self._archive = archive
        self._agent = agent
        self._file: OpenWarc | None = None

    def write(self, batch: list[_Received]) -> None:
        """Write responses, then note them, so that no note is of what is not there."""
        captures: dict[str, Capture] = {}
        noted = [self._append(each, captures) for each in batch]
        if noted:
            self._archive.captures.add(noted)

    def _append(self, received: _Received, before: dict[str, Capture]) -> Capture:
        """Write one; `before` holds the payloads first written in this batch, this one's then, too."""
        file = self._file = self._file or self._open()
        digest = "sha1:" + base64.b32encode(hashlib.sha1(received.body, usedforsecurity=False).digest()).decode()
        at = received.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        original = (before.get(digest) or self._archive.captures.original(digest)) if received.body else None
        record = _record(file.writer, received, digest, at, original)
        offset, length = file.append(record)
        kind = "response" if original is None else "revisit"
        capture = Capture(received.url, at, digest, file.name, offset, length, kind)
        if original is None:
            before[digest] = capture
        return capture

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _open(self) -> OpenWarc:
        directory = self._archive.directory / "warc"
        directory.mkdir(exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}.warc.gz"
        file = OpenWarc(Path(directory, name + OPEN))
        about = {"software": self._agent, "format": "WARC File Format 1.1"}
        file.append(file.writer.create_warcinfo_record(name, about))
        return file


def _record(writer: WARCWriter, received: _Received, digest: str, at: str, original: Capture | None) -> Any:
    http = StatusAndHeaders(f"{received.status} ", received.headers, protocol="HTTP/1.1")
    headers = {"WARC-Date": at}
    if received.address is not None:
        headers["WARC-IP-Address"] = received.address
    if original is None:
        headers["WARC-Payload-Digest"] = digest
        return writer.create_warc_record(
            received.url,
            "response",
            payload=BytesIO(received.body),
            length=len(received.body),  # without it warcio copies the payload into a file that it leaves open
            http_headers=http,
            warc_headers_dict=headers,
        )
    return writer.create_revisit_record(
        received.url, digest, original.url, original.at, http_headers=http, warc_headers_dict=headers
    )
