"""Crawl, index and search one archive at the same time.

    python -m tests.torture.load DIRECTORY SECONDS

fills DIRECTORY with an archive of 16,000 invented posts and 84,000 comments unless one is there, serves it with
`sales-archive serve`, asks it as many searches at once as `CLIENTS`, and meanwhile crawls a blog into it, the index
following. In the first half the blog grows; in the later half its newest posts are edited again and again, so that
what still grows then is no archive. Prints requests, errors, times, and how the server's memory went.
"""

import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import numpy as np

from archive.archive import Archive
from benchmarks.corpus import vocabulary
from benchmarks.search import fill
from tests.support import crawling
from tests.support.blog import Blog, serve

POSTS, COMMENTS = 16_000, 84_000
CLIENTS = 50

#: What one crawl finds new, and how many comments each of it has.
NEW_POSTS, NEW_COMMENTS = 20, 4

#: How often the index follows the crawl.
INDEX_SECONDS = "20"

#: A search that takes longer is an error.
PATIENCE_SECONDS = 60.0

SAMPLE_SECONDS = 5.0


@dataclass(slots=True)
class Load:
    """What happened."""

    seconds: float = 0.0
    #: Of answers, in seconds.
    times: list[float] = field(default_factory=list)
    #: Answers that were no 200, and what was no answer.
    errors: Counter[str] = field(default_factory=Counter)
    crawls: int = 0
    failed_crawls: list[str] = field(default_factory=list)
    texts_before: int = 0
    texts_after: int = 0
    #: Revisions that the crawls wrote.
    changes: int = 0
    #: Seconds, and the server's own memory in megabytes then.
    memory: list[tuple[float, float]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def growth(self) -> float:
        """Return megabytes an hour, by the least squares of the later half: the earlier one fills caches."""
        later = [each for each in self.memory if each[0] >= self.seconds / 2]
        if len(later) < 3:
            return 0.0
        at, held = np.array(later).T
        return float(np.polyfit(at, held, 1)[0] * 3600)

    def told(self) -> str:
        """Return the figures in words."""
        p50, p95, p99 = (np.percentile(self.times, each) * 1000 for each in (50, 95, 99))
        held = [megabytes for _, megabytes in self.memory]
        return (
            f"{self.seconds:.0f} s, {CLIENTS} at once: {len(self.times)} searches, {self.errors.total()} errors, "
            f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms; "
            f"{self.crawls} crawls, {len(self.failed_crawls)} failed; "
            f"{self.texts_before} texts at first, {self.texts_after} at last, {self.changes} changes; "
            f"memory of the server {held[0]:.0f} MB, "
            f"{held[len(held) // 2]:.0f} MB half way, {held[-1]:.0f} MB at last, {max(held):.0f} MB at most, "
            f"{self.growth():+.1f} MB an hour in the later half"
        )


def main() -> None:
    """Load the archive and print the figures."""
    directory, seconds = Path(sys.argv[1]), float(sys.argv[2])
    load = run(directory, seconds, posts=POSTS, comments=COMMENTS)
    sys.stdout.write(f"{load.told()}\n")
    sys.stdout.write(
        " ".join(f"{at:.0f}s:{megabytes:.0f}" for at, megabytes in load.memory[:: len(load.memory) // 40 + 1]) + "\n"
    )
    for line in (*load.errors.items(), *load.failed_crawls, *load.findings):
        sys.stdout.write(f"{line}\n")


def run(directory: Path, seconds: float, *, posts: int, comments: int) -> Load:
    """Load an archive for so many seconds; fill it first where it is not there."""
    directory.mkdir(exist_ok=True)
    fill(directory / "kept", posts, comments)
    load = Load()
    with Archive(directory / "kept") as archive:
        archive.sync()
        load.texts_before = len(archive.store.text_ids())
        load.changes = -archive.store.last_seq()
    stop = threading.Event()
    with _serving(directory / "kept") as (address, process), serve() as blog:
        threads = [threading.Thread(target=_ask, args=(address, number, stop, load)) for number in range(CLIENTS)]
        started = time.monotonic()
        threads.append(
            threading.Thread(target=_crawl, args=(blog, directory / "kept", stop, load, started + seconds / 2))
        )
        for thread in threads:
            thread.start()
        while (now := time.monotonic() - started) < seconds:
            load.memory.append((now, _own_megabytes(process)))
            stop.wait(min(SAMPLE_SECONDS, seconds / 10))
        stop.set()
        load.seconds = time.monotonic() - started
        for thread in threads:
            thread.join()
        if process.poll() is not None:
            load.errors["the server ended"] += 1
    with Archive(directory / "kept") as archive:
        archive.sync()
        load.findings = archive.check()
        load.texts_after = len(archive.store.text_ids())
        load.changes += archive.store.last_seq()
    return load


@contextmanager
def _serving(directory: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rpartition(" at ")[2].strip(), process
        finally:
            process.terminate()


def _ask(address: str, seed: int, stop: threading.Event, load: Load) -> None:
    """Search without a pause, as one of many readers."""
    paths = queries(random.Random(seed))
    while not stop.is_set():
        path = next(paths)
        started = time.monotonic()
        try:
            with urlopen(f"{address}{path}", timeout=PATIENCE_SECONDS) as answer:
                answer.read()
            load.times.append(time.monotonic() - started)
        except HTTPError as error:
            load.errors[f"{error.code} {path[:40]}"] += 1
            error.close()
        except (OSError, HTTPException) as error:
            load.errors[f"{type(error).__name__}: {error}"] += 1


_WORDS = [str(word) for word in vocabulary(np.random.default_rng(7))]


def queries(chance: random.Random) -> Iterator[str]:
    """Yield paths of searches of seven kinds: pages and answers of the API, common words and rare ones."""
    forms: list[Callable[[], str]] = [
        lambda: chance.choice(_WORDS[20:8000]),
        lambda: " AND ".join(chance.sample(_WORDS[100:1500], 2)),
        lambda: " OR ".join(chance.sample(_WORDS[100:8000], 3)),
        lambda: f'"{" ".join(chance.sample(_WORDS[:400], 2))}"',
        lambda: f"{chance.choice(_WORDS[1500:8000])[:4]}* after:2014",
        lambda: f"{chance.choice(_WORDS[100:1500])} kind:comment",
        lambda: "thought of its own",
    ]
    while True:
        query = quote(chance.choice(forms)())
        yield f"{'api/' if chance.random() < 0.3 else ''}search?q={query}&page={chance.choice((1, 1, 1, 2, 5))}"


def _crawl(blog: Blog, directory: Path, stop: threading.Event, load: Load, grows_until: float) -> None:
    """Crawl a blog, one crawl after the other: first it grows, then its newest posts are edited."""
    slugs: list[str] = []
    while not stop.is_set():
        if not slugs or time.monotonic() < grows_until:
            slugs += [f"lesson-{number}-of-{time.time():.0f}" for number in range(NEW_POSTS)]
        newest = slugs[-NEW_POSTS:]
        for slug in newest:
            words = " ".join(random.Random(f"{slug} {load.crawls}").choices(_WORDS[:8000], k=300))
            blog.post(slug, comments=NEW_COMMENTS, words=words)
        blog.sitemap(*(f"/{slug}/" for slug in newest), modified=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        crawl = ("crawl", "blog", "-a", f"site={blog.url}/")
        command = crawling.command(*crawl, ARCHIVE_DIR=str(directory), INDEX_SECONDS=INDEX_SECONDS)
        done = subprocess.run(command, cwd=crawling.ROOT, capture_output=True, text=True, timeout=1800, check=False)
        load.crawls += 1
        if done.returncode:
            load.failed_crawls.append(done.stderr[-500:])


def _own_megabytes(process: subprocess.Popen[str]) -> float:
    """Return what Linux counts as memory that nobody but the process can use."""
    found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
