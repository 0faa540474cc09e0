"""What is done to an archive while it is killed or loses power: pieces of work, each in steps."""

import gzip
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.captures import OPEN, Capture
from archive.cli import main
from archive.errors import DatasetError
from archive.export.dataset import write_dataset
from archive.export.loading import load
from archive.export.manifest import NAME, Manifest
from archive.export.plan import BACKUP
from archive.export.verifying import verify
from archive.records import Visit, format_time
from archive.results import Query
from crawler.extensions.warc import _Received, _Writer
from crawler.extensions.warc_files import close_torn, whole_length
from crawler.reservations import Reservations
from tests.archive.conftest import build_post

#: The archive's own directory, below that of a trial.
KEPT = "kept"

#: Below the directory of a trial too, so that writing it is killed as well.
DATASET = "dataset"

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
THREAD = (("1", None, "We tried that"), ("2", "1", "So did we"), ("3", None, "Pricing pages first"))


class Work(ABC):
    """A piece of work on the directory of a trial."""

    #: Whether what was promised outlives a power cut; else it outlives a killed process.
    outlives_power = True

    def prepare(self, root: Path) -> None:
        """Lay out what the work begins with."""
        Archive(root / KEPT).close()

    @abstractmethod
    def steps(self, root: Path) -> Iterator[None]:
        """Work, yielding whenever something was promised: what was done before then must not be lost."""

    def reopen(self, root: Path) -> None:
        """Do what the next run does before it works."""
        Archive(root / KEPT).close()

    @abstractmethod
    def state(self, root: Path) -> Any:
        """Return what a reader sees."""

    def leavings(self, root: Path) -> list[str]:
        """Return what is left behind where the work was finished after all."""
        return []

    def findings(self, root: Path) -> list[str]:
        """Return what `sales-archive check` finds wrong."""
        with Archive(root / KEPT) as archive:
            return archive.check()


class Storing(Work):
    """Archive visits: new posts, an edit with a comment less, one that is gone."""

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            yield
            for visit in _visits():
                archive.visits.discover(visit.site, [(visit.url, None)])
                if not _was_made(archive, visit):
                    archive.record(visit)
                archive.visits.learn(visit.site, platform="ghost")
                yield

    def prepare(self, root: Path) -> None:
        """Begin with nothing: making the archive is part of the work."""

    def state(self, root: Path) -> Any:
        if not (root / KEPT / "records.db").exists():
            return None
        return _records(root)

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "search index" not in each]


class Indexing(Work):
    """Bring the index up to the records: documents written, replaced and deleted, small segments merged."""

    rebuild = False

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            for number in range(9):
                archive.add(build_post(f"https://example.com/{number}/", thread=THREAD))
                archive.sync()
            for number in range(3):
                archive.add(build_post(f"https://example.com/{number}/", title="Churn", thread=THREAD[:number]))
            archive.add(build_post("https://example.com/new/", title="Churn"))

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            archive.index.sync(rebuild=self.rebuild)
            yield

    def state(self, root: Path) -> Any:
        with Archive(root / KEPT) as archive:
            return [
                sorted((hit.id, hit.title) for hit in archive.search(Query(text=text, per_page=100)).hits)
                for text in ("", "churn", "customers", "pricing OR tried")
            ]

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "revisions behind" not in each]

    def leavings(self, root: Path) -> list[str]:
        """Return what is in the generation in use beside its segments."""
        (generation,) = [path for path in (root / KEPT / "index").iterdir() if path.is_dir()]
        return [path.name for path in generation.iterdir() if not path.name.endswith((".seg", ".toc", "WRITELOCK"))]


class Rebuilding(Indexing):
    """Build the index anew beside the one in use, and swap them."""

    rebuild = True


class Capturing(Work):
    """Keep raw responses, one of them twice."""

    outlives_power = False

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            close_torn(archive)
            writer = _Writer(archive, "salesarchive")
            for number in (1, 2, 1, 3):
                writer.write(_received(f"https://example.com/{number}/", f"<p>Answer {number}</p>" * 500))
                yield
            writer.close()

    def reopen(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            close_torn(archive)

    def state(self, root: Path) -> Any:
        return _payloads(root)

    def findings(self, root: Path) -> list[str]:
        paths = (root / KEPT / "warc").glob("*")
        torn = [path.name for path in paths if path.suffix == ".open" or whole_length(path) != path.stat().st_size]
        return super().findings(root) + torn


class Exporting(Work):
    """Replace a dataset by one of today's records."""

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            archive.add(build_post("https://example.com/old/", thread=THREAD))
            archive.sync()
            write_dataset(archive, root / DATASET, BACKUP, key=b"")
            archive.add(build_post("https://example.com/new/", thread=THREAD))
            archive.sync()

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            write_dataset(archive, root / DATASET, BACKUP, key=b"")
        yield

    def state(self, root: Path) -> Any:
        try:
            return Manifest.read(root / DATASET / NAME).counts, verify(root / DATASET)
        except DatasetError as error:
            return str(error) if (root / DATASET).exists() else None

    def leavings(self, root: Path) -> list[str]:
        return [path.name for path in root.iterdir() if path.name not in {KEPT, DATASET}]


class ExportingAnew(Exporting):
    """Write a dataset where there is none."""

    def prepare(self, root: Path) -> None:
        with Archive(root / KEPT) as archive:
            archive.add(build_post("https://example.com/new/", thread=THREAD))
            archive.sync()


class Loading(Work):
    """Fill a new archive from a dataset."""

    def prepare(self, root: Path) -> None:
        with Archive(root / "other") as archive:
            for number in range(4):
                archive.add(build_post(f"https://example.com/{number}/", thread=THREAD))
            write_dataset(archive, root / DATASET, BACKUP, key=b"")

    def steps(self, root: Path) -> Iterator[None]:
        with Archive(root / KEPT) as archive:
            load(archive, root / DATASET)
        yield

    def state(self, root: Path) -> Any:
        posts = _records(root)["posts"] if (root / KEPT / "records.db").exists() else []
        return posts or None

    def findings(self, root: Path) -> list[str]:
        return [each for each in super().findings(root) if "search index" not in each]


class Forgetting(Work):
    """Forget a post that is in the records, the index and two raw responses."""

    def prepare(self, root: Path) -> None:
        said = "Nobody ever sold more honeysuckle than the gardener of our street did."
        with Archive(root / KEPT) as archive:
            for name, text in (("kept", "Call them yourself."), ("gone", said)):
                url = f"https://example.com/{name}/"
                post = build_post(url, text=text, thread=THREAD)
                archive.record(Visit(url=url, site=post.site, at=AT, status=200, post=post))
            archive.sync()
            writer = _Writer(archive, "salesarchive")
            for name, text in (("kept", "Call them yourself."), ("gone", said), ("feed", f"{said} And more.")):
                writer.write(_received(f"https://example.com/{name}/", f"<p>{text}</p>" * 20))
            writer.close()

    def steps(self, root: Path) -> Iterator[None]:
        assert main(["--archive", str(root / KEPT), "forget", "https://example.com/gone/", "--yes"]) == 0
        yield

    def reopen(self, root: Path) -> None:
        assert main(["--archive", str(root / KEPT), "index"]) == 0

    def state(self, root: Path) -> Any:
        with Archive(root / KEPT) as archive:
            found = archive.search(Query(text="honeysuckle")).total
        return _records(root), found, _payloads(root), _holds(root / KEPT, b"honeysuckle")


WORKS: dict[str, Work] = {
    "store": Storing(),
    "index": Indexing(),
    "rebuild": Rebuilding(),
    "warc": Capturing(),
    "export": Exporting(),
    "export-anew": ExportingAnew(),
    "load": Loading(),
    "forget": Forgetting(),
}


def _visits() -> Iterator[Visit]:
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


def _was_made(archive: Archive, visit: Visit) -> bool:
    """Tell whether a visit, or a later one, was archived before the work was killed."""
    known = archive.visits.due(visit.site, everything=True)
    return any(each.url == visit.url and (each.visited or "") >= format_time(visit.at) for each in known)


def _records(root: Path) -> dict[str, Any]:
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


def _received(url: str, text: str) -> _Received:
    return _Received(url, AT, 200, [("Content-Type", "text/html")], text.encode(), None, Reservations())


def _payloads(root: Path) -> list[tuple[str, str]]:
    """Return each captured address with what it answered, read where the archive says that it lies."""
    found = set()
    with Archive(root / KEPT) as archive:
        for capture in archive.captures.newest():
            original = archive.captures.original(capture.digest)
            assert original is not None
            assert _payload(root, capture) is not None
            found.add((capture.url, _payload(root, original)))
    return sorted(found)


def _payload(root: Path, capture: Capture) -> str:
    path = root / KEPT / "warc" / capture.file
    with (path if path.exists() else path.with_name(path.name + OPEN)).open("rb") as file:
        file.seek(capture.offset)
        return str(next(iter(ArchiveIterator(file))).content_stream().read().decode())


def _holds(directory: Path, word: bytes) -> bool:
    """Tell whether a file still has a word in it, compressed or not."""
    for path in directory.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if word in (gzip.decompress(content) if path.name.endswith(".gz") else content):
            return True
    return False
