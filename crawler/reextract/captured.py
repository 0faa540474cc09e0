"""Kept responses as pages, from the WARC files."""

import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from archive.archive import Archive
from archive.store.captures import Capture
from crawler.pages.fetch import UnreadableError
from crawler.pages.page import Page
from crawler.pages.reservations import PATH, Reservations
from crawler.pages.urls import canonical, joined

P = ParamSpec("P")
R = TypeVar("R")

_REDIRECTS = {
    str(status)
    for status in (
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    )
}
#: As the crawl follows them.
MAX_REDIRECTS = 5
#: Bytes of one body, unpacked; what the crawl takes, too.
MAX_BYTES = 16 * 1024 * 1024

#: What warcio raises on damaged bytes; the last where it takes them for ARC, an older format, and finds no headers.
_DAMAGE = (EOFError, StopIteration, ArchiveLoadFailed, zlib.error, AttributeError)


class CapturedFetch:
    """A `Fetch` over the kept responses: what was never requested cannot be had."""

    def __init__(self, archive: Archive) -> None:
        """Use the captures of an archive."""
        self._archive = archive
        self.live = False
        self.learned: dict[str, Any] = {}

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        """Return the newest kept response of status 200; raise `UnreadableError`."""
        del accept
        return captured_page(self._archive, url)

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        """Return the JSON value of a kept response; raise `UnreadableError`, for every question that was posted."""
        if question is not None:
            raise UnreadableError(url, "answers to questions are not kept apart")
        page = captured_page(self._archive, url)
        try:
            return json.loads(page.body), page
        except (ValueError, RecursionError) as error:
            raise UnreadableError(url, f"not JSON: {error}") from error

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function here: this is a worker already."""
        return function(*args, **kwargs)


def captured_page(archive: Archive, url: str) -> Page:
    """Return the newest kept response of status 200 at an address, redirects followed; raise `UnreadableError`."""
    at = url
    for _ in range(MAX_REDIRECTS + 1):
        spellings = (at, at.partition("#")[0], canonical(at) or at)
        capture = next(filter(None, map(archive.captures.newest_of, spellings)), None)
        if capture is None:
            raise UnreadableError(at, "no response is kept")
        headers, status, body = _read(archive, capture)
        if status in _REDIRECTS and headers.get("location"):
            at = joined(at, headers["location"]) or headers["location"]
            continue
        if status != str(HTTPStatus.OK):
            raise UnreadableError(
                at, f"answered with status {status}", status=int(status) if status.isdecimal() else None
            )
        if reserved(archive, at):  # as a crawl states it
            headers = {"tdm-reservation": "1"} | headers
        return Page(at, body, datetime.fromisoformat(capture.at).astimezone(UTC), headers, HTTPStatus.OK)
    raise UnreadableError(url, "redirects without end")


def reserved(archive: Archive, url: str) -> bool:
    """Tell whether the host of an address reserves text and data mining there, as far as crawls know."""
    parts = urlsplit(url)
    kept = archive.policies.kept(f"{parts.scheme}://{parts.netloc}{PATH}")
    return kept is not None and bool(Reservations.of(kept.body).reserve(url))


def _read(archive: Archive, capture: Capture) -> tuple[dict[str, str], str, bytes]:
    """Return headers, status and unpacked body of a record; the body of a revisit is its original's."""
    headers, status, body = _record(archive, capture)
    if capture.kind == "revisit":
        original = archive.captures.original(capture.digest)
        if original is None:
            raise UnreadableError(capture.url, "the response it repeats is not kept")
        _, _, body = _record(archive, original)
    return headers, status, body


def _record(archive: Archive, capture: Capture) -> tuple[dict[str, str], str, bytes]:
    try:
        with (archive.directory / "warc" / capture.file).open("rb") as file:
            file.seek(capture.offset)
            record: ArcWarcRecord = next(iter(ArchiveIterator(file)))
            headers = {name.lower(): value for name, value in record.http_headers.headers}
            return headers, record.http_headers.get_statuscode(), record.content_stream().read(MAX_BYTES)
    except (*_DAMAGE, OSError) as error:
        raise UnreadableError(capture.url, f"{capture.file} cannot be read at {capture.offset}: {error}") from error
