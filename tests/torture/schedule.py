"""Three blogs through three scheduled crawls: what is published between them, how one is started and judged."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive.archive import Archive
from archive.cli import main
from archive.store.captures import OPEN
from tests.support.blog import Answer, Blog, serve
from tests.support.crawling import ROOT, command

BLOGS = 3
POSTS = 8
#: A crawl that has not ended by then never will.
PATIENCE_SECONDS = 120
_LONG_AGO = "2000-01-01T00:00:00Z"


@contextmanager
def blogs() -> Iterator[list[Blog]]:
    """Serve the blogs, empty yet."""
    with ExitStack() as stack:
        yield [stack.enter_context(serve(f"127.0.0.{number}")) for number in range(2, 2 + BLOGS)]


def publish(blog: Blog, job: int) -> None:
    """Show a blog as it stands before a job: more comments each time, two new posts, one edited, one removed."""
    numbers = range(POSTS + 2 * job)
    for number in numbers:
        edit = f"As of {job}, we charge more." if number == 1 else ""
        blog.post(f"lesson-{number}-of-selling", comments=number % 3 + job * (number % 2), words=edit)
    if job:
        blog.pages["/lesson-0-of-selling/"] = Answer("gone", 410)
    blog.sitemap(*(f"/lesson-{number}-of-selling/" for number in numbers))


def let_time_pass(directory: Path) -> None:
    """Let every page and site be due, as they are after months."""
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = ?", (_LONG_AGO,))
        state = "UPDATE sites SET state = json_set(state, '$.turn.at', ?, '$.turn.listed', ?)"
        connection.execute(state, (_LONG_AGO, _LONG_AGO))


@dataclass(frozen=True)
class Job:
    """A crawl that cron started."""

    process: subprocess.Popen[str]
    log: Path

    @classmethod
    def start(cls, directory: Path, served: list[Blog], log: Path) -> "Job":
        """Start `scrapy crawl blog` over the catalogue of the blogs."""
        catalogue = log.with_name("sites.toml")
        catalogue.write_text("".join(f'[[site]]\nurl = "{blog.url}/"\n' for blog in served))
        settings = {
            "ALLOWED_PRIVATE": ",".join(f"127.0.0.{number}" for number in range(2, 2 + BLOGS)),
            "ARCHIVE_DIR": str(directory),
            "CATALOGUES": str(catalogue),
            "DOWNLOAD_DELAY": "0.02",
            "INDEX_SECONDS": "0.5",
        }
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(
                command("crawl", "blog", **settings), cwd=ROOT, stderr=errors, text=True, start_new_session=True
            )
        return cls(process, log)

    def send(self, sent: signal.Signals) -> bool:
        """Send a signal to the crawl and its workers; False where it had ended before."""
        if self.process.poll() is not None:
            return False
        os.killpg(self.process.pid, sent)
        return True

    def wait(self) -> int:
        """Wait for the end; return the exit status, negative for a signal."""
        try:
            return self.process.wait(PATIENCE_SECONDS)
        finally:
            self.send(signal.SIGKILL)

    def said(self) -> str:
        """Return what it wrote to its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def wait_for_requests(job: Job, served: list[Blog], count: int, seconds: float) -> None:
    """Wait until a job has made so many requests, and a little longer; return at once when it ends."""
    before = sum(len(blog.asked) for blog in served)
    while sum(len(blog.asked) for blog in served) < before + count and job.process.poll() is None:
        time.sleep(0.002)
    time.sleep(seconds)


def lasting(directory: Path) -> dict[str, Any]:
    """Return what does not depend on when a page was asked for: posts with threads, and every text ever archived."""
    with Archive(directory) as archive:
        posts = {post.url: post.to_json() | {"fetched": None} for post in archive.posts()}
    with closing(sqlite3.connect(directory / "records.db")) as connection:
        revisions = connection.execute("SELECT id, hash FROM revisions ORDER BY id, seq").fetchall()
        jobs = connection.execute("SELECT count(*) FROM jobs").fetchone()[0]
    assert jobs > 0
    return {"posts": posts, "revisions": revisions}


def findings(directory: Path) -> list[str]:
    """Return what is wrong with an archive: what `check` finds, and raw responses that cannot be read."""
    found = [f"{name} failed" for name in ("index", "check") if main(["--archive", str(directory), name])]
    with closing(sqlite3.connect(directory / "records.db")) as connection:
        captures = connection.execute("SELECT url, file, offset, length FROM captures").fetchall()
    for url, name, offset, length in captures:
        with (directory / "warc" / name).open("rb") as file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file)))
            if record.rec_headers.get_header("WARC-Target-URI") != url or file.tell() < offset + length:
                found.append(f"{name} does not hold {url} at {offset}")
    found += [f"{path.name} was left open" for path in (directory / "warc").glob(f"*{OPEN}")]
    valid = [sys.executable, "-m", "warcio.cli", "check", *map(str, (directory / "warc").glob("*.gz"))]
    return found + (["warcio check failed"] if subprocess.run(valid, check=False).returncode else [])
