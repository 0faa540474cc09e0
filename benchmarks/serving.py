"""What a process that only serves searches holds in memory, and how it takes 10,000 hostile queries.

    python -m benchmarks.serving DIRECTORY

asks the archive that `benchmarks.search` left in DIRECTORY, as many threads at once as a small server has. Memory is
what Linux counts: `of its own` (RssAnon) is what nobody else can use; `of mapped files` (RssFile) is the index as the
system keeps it at hand, which it takes back when it needs room.
"""

import random
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from archive.archive import Archive
from archive.errors import QueryError
from archive.search.engine import SEARCH_SECONDS
from archive.search.results import Query
from benchmarks.corpus import vocabulary

THREADS = 4
HOSTILE = 10_000
#: Ordinary queries asked, of each kind.
ORDINARY = 300

_PARTS = """
    * ? ~ ( ) " - + : “ ' \\ % <b> $10k é 日本語 שלום .. a e* st* 2015 post post:0 nobody author-reply
    title: by: said: tag: site: kind: in: has: before: after: year: words:> words:<
"""
_SPACED = ["NOT ", " OR ", " AND ", "\x00", "\ud800", "the ", "9" * 40]


def main() -> None:
    """Print memory after each part, and what became of the hostile queries."""
    with Archive(sys.argv[1]) as archive:
        print(f"before the first query: {memory()}")
        archive.search(Query(text="the"))
        print(f"after the first query:  {memory()}")
        started = time.perf_counter()
        ask(archive, ordinary(), THREADS)
        print(f"after {5 * ORDINARY:,} ordinary:  {memory()}  ({time.perf_counter() - started:.0f} s)")
        hostile(archive)
        print(f"after {HOSTILE:,} hostile:  {memory()}")


def ordinary() -> list[str]:
    """Return queries of five kinds, common words and rare ones."""
    chance = random.Random(5)
    words = [str(word) for word in vocabulary(np.random.default_rng(7))]
    forms: list[Callable[[], str]] = [
        lambda: chance.choice(words[20:8000]),
        lambda: " AND ".join(chance.sample(words[100:1500], 2)),
        lambda: " OR ".join(chance.sample(words[100:8000], 3)),
        lambda: f'"{" ".join(chance.sample(words[:400], 2))}"',
        lambda: f"{chance.choice(words[1500:8000])[:4]}* after:2014",
    ]
    return [form() for _ in range(ORDINARY) for form in forms]


def hostile(archive: Archive) -> None:
    """Ask strings of signs, fields and words; print what became of them, and how long they took."""
    chance = random.Random(6)
    words = [str(word) for word in vocabulary(np.random.default_rng(7))[:3000]]
    parts = [*_PARTS.split(), *_SPACED]
    queries = [_hostile(chance, parts, words) for _ in range(HOSTILE)]
    outcomes = ask(archive, queries, 1)  # a limit of time says little when threads wait for each other
    times = sorted(seconds for _, seconds in outcomes)
    failed = [outcome for outcome, _ in outcomes if outcome not in {"answered", "refused", "cut"}]
    print(
        f"{HOSTILE:,} hostile queries: {len(failed)} exceptions {sorted(set(failed))}, "
        f"{sum(outcome == 'refused' for outcome, _ in outcomes)} refused in words, "
        f"{sum(outcome == 'cut' for outcome, _ in outcomes)} cut; CPU ms p50 {times[len(times) // 2] * 1000:.1f}, "
        f"p99 {times[int(len(times) * 0.99)] * 1000:.0f}, most {times[-1] * 1000:.0f} "
        f"(limit {SEARCH_SECONDS * 1000:.0f})"
    )


def ask(archive: Archive, queries: Iterable[str], threads: int) -> list[tuple[str, float]]:
    """Return what became of each query, and the CPU seconds of its thread."""

    def one(text: str) -> tuple[str, float]:
        started = time.thread_time()
        try:
            outcome = "cut" if archive.search(Query(text=text)).cut else "answered"
        except QueryError:
            outcome = "refused"
        return outcome, time.thread_time() - started

    with ThreadPoolExecutor(threads) as workers:
        asked = [workers.submit(one, text) for text in queries]
    return [(repr(error), 0.0) if (error := each.exception()) else each.result() for each in asked]


def memory() -> str:
    """Return the memory of this process as Linux tells it."""
    own, mapped = (_megabytes(name) for name in ("RssAnon", "RssFile"))
    return f"{own:4.0f} MB of its own, {mapped:4.0f} MB of mapped files"


def memory_of_its_own() -> float:
    """Return the megabytes of this process that nobody else can use; 0 where no Linux tells them."""
    return _megabytes("RssAnon")


def _megabytes(name: str) -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    values = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(values[name].split()[0]) / 1024


def _hostile(chance: random.Random, parts: list[str], words: list[str]) -> str:
    number = chance.choice([1, 3, 8, 30, 120, 400])
    pieces = (chance.choice(parts) if chance.random() < 0.6 else f"{chance.choice(words)} " for _ in range(number))
    return "".join(pieces)[:2_100]


if __name__ == "__main__":
    main()
