"""Keep raw responses as WARC 1.1, as they came from the server, so that they can be read again without crawling.

Each crawl writes one file of its own, named `….warc.gz.open` until it is whole. Files of killed crawls are cut at
their last whole record by the next crawl. A payload that is kept already becomes a `revisit` record.
Source: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/.
"""

import asyncio
import base64
import gzip
import hashlib
import logging
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
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
from archive.files.durable import sync
from archive.files.lock import acquire
from archive.store.captures import OPEN, Capture
from crawler.extensions.warc_rights import may_be_kept
from crawler.middlewares.reservations import TdmReservationMiddleware
from crawler.open_archive import archive_of
from crawler.pages.reservations import Reservations
from crawler.visits.fetcher import before_request

logger = logging.getLogger(__name__)

#: Responses noted in one transaction: each is a sync of the disk, and one a response was slower than the crawl.
BATCH = 50
#: Bytes that may wait to be written; beyond them nothing is asked for until the disk has caught up.
MOST_WAITING = 32 * 1024 * 1024
#: Seconds between two looks whether it has.
LOOK_AGAIN = 0.05
#: Of gzip. warcio's own level, 9, takes nearly twice the time for 1.4 % less space.
LEVEL = 5
_BLOCK = 64 * 1024

#: Already undone by the HTTP client; a reader of the file would undo it again.
_HOP_BY_HOP = {b"transfer-encoding", b"connection", b"keep-alive"}


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as the server sent it."""

    url: str
    at: datetime
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    #: Of the server; `None` where the downloader does not know it.
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
        self._received: SimpleQueue[RawResponse | None] = SimpleQueue()
        #: Bytes put into the queue, and those of them that are done with; each is counted by one thread only.
        self._taken = self._done = 0
        # A second signal ends the process without closing anything; no thread may hold it.
        self._thread = threading.Thread(target=self._write_all, name="warc", daemon=True)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.receive, signal=signals.response_downloaded)
        crawler.signals.connect(extension.wait_for_disk, signal=before_request)
        return extension

    def start(self) -> None:
        """Start to write."""
        self._thread.start()

    def receive(self, response: Response, request: Request) -> None:
        """Take a response as the server sent it: not yet decompressed, redirects and errors of ours included."""
        if response.status == HTTPStatus.NOT_MODIFIED or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
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
        reservations = self._crawler.get_downloader_middleware(TdmReservationMiddleware)
        host = reservations.of(request.url) if reservations is not None else Reservations()
        url = request.url.partition("#")[0]  # a fragment was never sent
        self._taken += len(response.body)
        self._received.put(
            RawResponse(url, datetime.now(UTC), response.status, headers, response.body, address, host)
        )

    @property
    def bytes_waiting(self) -> int:
        """Bytes received that are not written yet."""
        return self._taken - self._done

    async def wait_for_disk(self) -> None:
        """Wait while more bytes than `MOST_WAITING` are to be written: a slow disk slows the crawl."""
        while self.bytes_waiting > MOST_WAITING and self._thread.is_alive():
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
            writer = ResponseWriter(self._archive, self._agent)
            for batch in self._batches():
                writer.write([response for response in batch if self._may_be_kept(response)])
                self._done += sum(len(response.body) for response in batch)
            writer.close()
        except (OSError, ArchiveError) as error:
            self._crawler.stats.inc_value("warc/errors")
            logger.error("Stopped keeping raw responses: %s", error)  # noqa: TRY400 (the disk's fault: no trace)

    def _batches(self) -> Iterator[list[RawResponse]]:
        """Yield what has been received, all that waits at once; end when told to."""
        ended = False
        while not ended:
            waiting = [self._received.get()]
            with suppress(Empty):
                while len(waiting) < BATCH:
                    waiting.append(self._received.get_nowait())
            ended = None in waiting  # a response may still come after the word to end
            yield [response for response in waiting if response is not None]

    def _may_be_kept(self, response: RawResponse) -> bool:
        kept = may_be_kept(response.url, response.headers, response.body, response.at, host=response.host)
        if not kept:
            self._crawler.stats.inc_value("warc/withheld")
        return kept


class OpenWarc:
    """A WARC file that this process writes; its lock tells others that the process is alive."""

    def __init__(self, path: Path) -> None:
        """Make the file and lock it."""
        self._path = path
        self._file = path.open("xb")
        if not acquire(self._file, wait_seconds=0):
            raise BlockingIOError(f"{path} is held by another process")
        sync(path.parent)  # a file that a power cut takes with its name could not be missed
        self._record = BytesIO()
        self.writer = WARCWriter(self._record, gzip=False, warc_version="WARC/1.1")
        #: Its final name.
        self.name = path.name.removesuffix(OPEN)

    def append(self, record: Any) -> tuple[int, int]:
        """Write a record; return its offset and length."""
        offset = self._file.tell()
        self.writer.write_record(record)
        member = gzip.compress(self._record.getvalue(), compresslevel=LEVEL, mtime=0)
        self._record.seek(0)
        self._record.truncate()
        self._file.write(member)
        self._file.flush()
        return offset, len(member)

    def close(self) -> None:
        """Give the file its final name, once all of it is on the disk: a named file is whole."""
        os.fsync(self._file.fileno())
        self._path.rename(self._path.with_name(self.name))
        sync(self._path.parent)
        self._file.close()


class ResponseWriter:
    """Write responses into one WARC file, made at the first of them, and note where each lies in it."""

    def __init__(self, archive: Archive, agent: str) -> None:
        """Write below the archive; `agent` is the User-Agent that the file's first record states."""
        self._archive = archive
        self._agent = agent
        self._file: OpenWarc | None = None

    def write(self, batch: list[RawResponse]) -> None:
        """Write responses, then note them, so that no note is of what is not there."""
        captures: dict[str, Capture] = {}
        written = [self._append(response, captures) for response in batch]
        if written:
            self._archive.captures.add(written)

    def _append(self, response: RawResponse, before: dict[str, Capture]) -> Capture:
        """Write one; `before` holds the payloads first written in this batch, and this one's afterwards."""
        file = self._file = self._file or self._make_file()
        digest = "sha1:" + base64.b32encode(hashlib.sha1(response.body, usedforsecurity=False).digest()).decode()
        at = response.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        original = (before.get(digest) or self._archive.captures.original(digest)) if response.body else None
        record = _record(file.writer, response, digest, at, original)
        offset, length = file.append(record)
        kind = "response" if original is None else "revisit"
        capture = Capture(response.url, at, digest, file.name, offset, length, kind)
        if original is None:
            before[digest] = capture
        return capture

    def close(self) -> None:
        """Give the file its final name, if there is one."""
        if self._file is not None:
            self._file.close()

    def _make_file(self) -> OpenWarc:
        directory = self._archive.directory / "warc"
        directory.mkdir(exist_ok=True)
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}.warc.gz"
        file = OpenWarc(Path(directory, name + OPEN))
        about = {"software": self._agent, "format": "WARC File Format 1.1"}
        file.append(file.writer.create_warcinfo_record(name, about))
        return file


def close_torn(archive: Archive) -> None:
    """Cut the files of killed processes after their last whole record, and give them their final names."""
    for path in sorted((archive.directory / "warc").glob(f"*{OPEN}")):
        with path.open("r+b") as file:
            if not acquire(file, wait_seconds=0):
                continue  # its process lives
            if not path.exists():
                continue  # another process was faster
            end = whole_length(path)
            name = path.name.removesuffix(OPEN)
            torn = path.stat().st_size - end
            logger.warning("%s was left by a killed crawl; cut %d torn bytes, kept %d", path.name, torn, end)
            archive.captures.forget(name, end)
            if end == 0:
                path.unlink()
                continue
            file.truncate(end)
            os.fsync(file.fileno())
            path.rename(path.with_name(name))
            sync(path.parent)


def whole_length(path: Path) -> int:
    """Return how many bytes of a file of gzip members are whole members."""
    end = 0
    member = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        position = 0
        while block := file.read(_BLOCK):
            while block:
                try:
                    member.decompress(block)
                except zlib.error:
                    return end
                used = len(block) - len(member.unused_data)
                position += used
                block = member.unused_data
                if member.eof:
                    end = position
                    member = zlib.decompressobj(wbits=31)
    return end


def _record(writer: WARCWriter, response: RawResponse, digest: str, at: str, original: Capture | None) -> Any:
    http = StatusAndHeaders(f"{response.status} ", response.headers, protocol="HTTP/1.1")
    headers = {"WARC-Date": at}
    if response.address is not None:
        headers["WARC-IP-Address"] = response.address
    if original is None:
        headers["WARC-Payload-Digest"] = digest
        return writer.create_warc_record(
            response.url,
            "response",
            payload=BytesIO(response.body),
            length=len(response.body),  # without it warcio copies the payload into a file that it leaves open
            http_headers=http,
            warc_headers_dict=headers,
        )
    return writer.create_revisit_record(
        response.url, digest, original.url, original.at, http_headers=http, warc_headers_dict=headers
    )
