"""Kept responses as pages: the reading side of the WARC files."""

import zlib
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from archive.archive import Archive
from archive.captures import Capture
from crawler.fetch import UnreadableError
from crawler.page import Page
from crawler.reservations import PATH, Reservations
from crawler.urls import canonical

_OK = 200
_REDIRECTS = {"301", "302", "303", "307", "308"}
#: As the crawl follows them.
MAX_REDIRECTS = 5
#: Bytes of one body, unpacked; what the crawl takes, too.
MAX_BYTES = 16 * 1024 * 1024


def captured_page(archive: Archive, url: str) -> Page:
    """Return the newest kept response of status 200 at an address, redirects followed; raise `UnreadableError`."""
    at = url
    for _ in range(MAX_REDIRECTS + 1):
        capture = archive.captures.newest_of(at) or archive.captures.newest_of(canonical(at) or at)
        if capture is None:
            raise UnreadableError(at, "no response is kept")
        headers, status, body = _read(archive, capture)
        if status in _REDIRECTS and headers.get("location"):
            at = urljoin(at, headers["location"])
            continue
        if status != str(_OK):
            raise UnreadableError(
                at, f"answered with status {status}", status=int(status) if status.isdecimal() else None
            )
        headers = _reserved(archive, at) | headers
        return Page(at, body, datetime.fromisoformat(capture.at).astimezone(UTC), headers, _OK)
    raise UnreadableError(url, "leads on and on")


def _reserved(archive: Archive, url: str) -> dict[str, str]:
    """Return the header by which a crawl states what the host of an address reserves; none where it does not."""
    parts = urlsplit(url)
    kept = archive.policies.kept(f"{parts.scheme}://{parts.netloc}{PATH}")
    return {"tdm-reservation": "1"} if kept is not None and Reservations.of(kept.body).reserve(url) else {}


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
    except (OSError, EOFError, StopIteration, ArchiveLoadFailed, zlib.error) as error:
        raise UnreadableError(capture.url, f"{capture.file} cannot be read at {capture.offset}: {error}") from error
