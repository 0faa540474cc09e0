"""What an archive under trial is given, and what it then holds."""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.records.models import Visit, format_time
from archive.store.captures import OPEN, Capture
from crawler.extensions.warc import RawResponse
from crawler.pages.reservations import Reservations
from tests.support.posts import build_post

#: The archive's own directory, below that of a trial.
KEPT = "kept"
AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
THREAD = (("1", None, "We tried that"), ("2", "1", "So did we"), ("3", None, "Pricing pages first"))


def visits() -> Iterator[Visit]:
    for number in range(2):
        post = build_post(f"https://example.com/{number}/", thread=THREAD)
        yield Visit(url=post.url, site=post.site, at=AT, status=200, post=post, etag=f"etag-{number}")
    edited = build_post("https://example.com/0/", title="Churn", text="Fewer words.", thread=THREAD[:2])
    later = AT + timedelta(days=1)
    edited = replace(edited, fetched=later)
    yield Visit(url=edited.url, site=edited.site, at=later, status=200, post=edited, etag="etag-2")
    yield Visit(url="https://example.com/1/", site="example.com", at=later, status=410)
    long = build_post("https://example.com/long/", text="word " * 20_000)
    yield Visit(url=long.url, site=long.site, at=later, status=200, post=long, aliases=("https://example.com/l",))


def was_made(archive: Archive, visit: Visit) -> bool:
    """Tell whether a visit, or a later one, was archived before the work was killed."""
    known = archive.frontier.due(visit.site, everything=True)
    return any(each.url == visit.url and (each.visited or "") >= format_time(visit.at) for each in known)


def records(root: Path) -> dict[str, Any]:
    """Return the records, their history and the frontier, without the times of the clock."""
    with Archive(root / KEPT) as archive:
        posts = [post.to_json() for post in archive.posts()]
    queries = {
        "revisions": "SELECT id, record FROM revisions ORDER BY seq",
        "pages": "SELECT url, post_id, status, etag, failures FROM pages WHERE visited IS NOT NULL ORDER BY url",
        "aliases": "SELECT * FROM aliases ORDER BY url",
        "rules": "SELECT kind, value FROM deny ORDER BY value",
    }
    with closing(sqlite3.connect(root / KEPT / "records.db")) as connection:
        return {"posts": posts} | {name: connection.execute(query).fetchall() for name, query in queries.items()}


def received(url: str, text: str) -> RawResponse:
    return RawResponse(url, AT, 200, [("Content-Type", "text/html")], text.encode(), None, Reservations())


def payloads(root: Path) -> list[tuple[str, str]]:
    """Return each captured address with what it answered, read where the archive says that it lies."""
    found = set()
    with Archive(root / KEPT) as archive:
        for capture in archive.captures.newest():
            original = archive.captures.original(capture.digest)
            assert original is not None
            assert payload(root, capture) is not None
            found.add((capture.url, payload(root, original)))
    return sorted(found)


def payload(root: Path, capture: Capture) -> str:
    path = root / KEPT / "warc" / capture.file
    with (path if path.exists() else path.with_name(path.name + OPEN)).open("rb") as file:
        file.seek(capture.offset)
        return str(next(iter(ArchiveIterator(file))).content_stream().read().decode())


def holds(directory: Path, word: bytes) -> bool:
    """Tell whether a file still has a word in it, compressed or not."""
    for path in directory.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if word in (gzip.decompress(content) if path.name.endswith(".gz") else content):
            return True
    return False
