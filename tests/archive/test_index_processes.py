"""An index that several processes built is the one that a single process builds, and none of them is left behind."""

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import index_processes
from archive.archive import Archive
from archive.errors import QueryError
from archive.index_parts import MOST_BYTES, parts
from archive.index_processes import LEAST_BYTES, MOST_PROCESSES, fitting
from archive.machine import processors
from archive.records import Post
from archive.results import Query, Results
from tests.archive.conftest import build_post

MakePost = Callable[..., Post]
WORDS = ["pricing", "churn", "cold-email", "demo", "$10k", "B2B", "founders"]
NAMES = ["ann lee", "bo", "cy fox", None]


def fill(archive: Archive) -> None:
    chance = random.Random(11)
    told = " ".join(f"{chance.choice(WORDS)} {chance.randrange(900)}" for _ in range(150))
    for number in range(40):
        text = f"{told} {number}" if number % 4 == 0 else " ".join(chance.choices(WORDS, k=20))  # some are copies
        thread = tuple((str(n), None, " ".join(chance.choices(WORDS, k=6))) for n in range(chance.randrange(9)))
        archive.add(
            build_post(
                f"https://{chance.choice('abc')}.example/{number}/",
                title=" ".join(chance.choices(WORDS, k=2)),
                author=chance.choice(NAMES),
                tags=tuple(chance.sample(WORDS, 2)),
                thread=thread,
                text=text,
            )
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Archive]]:
    """Return two archives of the same texts, of which one index was built by one process, the other by three."""
    directories = [tmp_path_factory.mktemp(name) for name in ("one", "three")]
    with Archive(directories[0]) as one, Archive(directories[1]) as three:
        for archive, processes in ((one, 1), (three, 3)):
            fill(archive)
            archive.index.sync(rebuild=True, processes=processes)
            assert archive.check() == []
        yield [one, three]


def answer(archive: Archive, query: Query) -> Results | str:
    try:
        return replace(archive.search(query), took_ms=0.0)
    except QueryError as error:
        return str(error)


WORD = st.sampled_from([*WORDS, "pric*", "foundrs~", "pricng", '"cold email"', "author:ann", "tag:churn", "site:a"])
TEXTS = st.builds(
    lambda words, between: between.join(words), st.lists(WORD, max_size=4), st.sampled_from([" ", " OR ", " -"])
)
QUERIES = st.builds(
    Query,
    text=TEXTS,
    filters=st.sampled_from([(), (("kind", "comment"),), (("site", "b.example"), ("author", "bo"))]),
    sort=st.sampled_from(["relevance", "newest", "oldest", "discussed"]),
    grouped=st.booleans(),
    page=st.integers(1, 3),
)


@settings(deadline=None, max_examples=100)
@given(query=QUERIES)
def test_results_are_those_of_an_index_built_by_one_process(both: list[Archive], query: Query) -> None:
    one, three = both
    assert answer(one, query) == answer(three, query)


def test_each_process_writes_a_segment_of_its_own(both: list[Archive]) -> None:
    left = [Counter(path.suffix for path in archive.directory.glob("index/g*/*")) for archive in both]
    assert [(each[".seg"], each[".tmp"]) for each in left] == [(1, 0), (3, 0)]


@settings(deadline=None)
@given(
    bytes_=st.lists(st.integers(1, MOST_BYTES // 2), max_size=60),
    processes=st.integers(1, 5),
)
def test_parts_hold_every_post_once_in_pieces_of_one_size(bytes_: list[int], processes: int) -> None:
    sizes = [(f"post:{number:03}", each) for number, each in enumerate(bytes_)]
    cut = parts(sizes, processes)
    held = [
        [(id_, each) for id_, each in sizes if part.after < id_ and (part.until is None or id_ <= part.until)]
        for part in cut
    ]
    assert [each for posts in held for each in posts] == sizes
    assert all(sum(each for _, each in posts) < MOST_BYTES + max(bytes_) for posts in held)
    assert len(cut) <= processes or sum(bytes_) > MOST_BYTES * processes
    assert all(part.until == following.after for part, following in pairwise(cut))


GB = 1_000_000_000


@pytest.mark.parametrize(
    ("megabytes", "cores", "free_bytes", "processes"),
    [
        (1, 8, 64 * GB, 1),  # little to write
        (250, 1, 64 * GB, 1),
        (250, 2, 64 * GB, 2),
        (250, 16, 64 * GB, 4),
        (50, 16, 64 * GB, 2),  # each would have too little to write
        (250, 2, 2 * GB, 1),
        (250, 2, 4 * GB, 2),
        (250, 4, 3.55 * GB, 3),  # four hold more than three
        (250, 2, 0, 1),  # nothing tells how much is free
        (50_000, 16, 8 * GB, 4),  # one part after the other
    ],
)
def test_as_many_processes_build_as_gain_and_find_processors_and_memory(
    megabytes: int, cores: int, free_bytes: int, processes: int
) -> None:
    assert fitting(megabytes * 1_000_000, processors=cores, free_bytes=free_bytes) == processes


def test_unless_told_otherwise_a_large_index_is_built_by_several_and_a_small_one_by_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def segments() -> int:
        return len(list(archive.directory.glob("index/*/*.seg")))

    fill(archive)
    archive.index.sync(processes=None)
    assert segments() == 1
    monkeypatch.setattr(index_processes, "LEAST_BYTES", LEAST_BYTES // 10_000)  # what is small is a large one now
    archive.index.sync(rebuild=True, processes=None)
    assert segments() == min(processors(), MOST_PROCESSES)
    assert archive.check() == []


@pytest.mark.parametrize("program", ["false", "nothing-here"])
def test_a_part_that_no_worker_brings_is_written_all_the_same(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    fill(archive)
    monkeypatch.setattr(sys, "executable", f"/bin/{program}")
    report = archive.index.sync(processes=2)
    assert report.written == len(archive.store.text_ids())
    assert archive.check() == []


def test_posts_that_go_before_their_part_is_written_are_left_out(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive)
    monkeypatch.setattr(sys, "executable", "/bin/false")  # one part after the other
    told = []

    def forget(done: int, total: int) -> None:
        if not told:
            with archive.database.write() as connection:
                archive.store.erase(connection, sorted(archive.store.text_ids()))
        told.append(done)

    archive.index.sync(processes=2, progress=forget)
    assert told[0] == told[1] > 0
    assert archive.search(Query()).total == 0
    assert archive.check() == []


DIES = """
import os, signal, sys
from archive.archive import Archive

def die(done, total):
    print(done, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

with Archive(sys.argv[1]) as archive:
    archive.index.sync(rebuild=True, processes=2, progress=die)
"""


def test_workers_end_with_the_process_that_started_them(archive: Archive) -> None:
    fill(archive)
    archive.sync()
    # The workers hold standard error of the one that started them: it is at its end when they are gone.
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(archive.directory)], capture_output=True, timeout=60, check=False
    )
    assert int(killed.stdout) > 0
    assert killed.stderr == b""
    assert archive.check() == []


UNGUARDED = """
import sys, threading
from archive.archive import Archive
archive = Archive(sys.argv[1])
thread = threading.Thread(target=archive.index.sync, kwargs={"processes": 2})
thread.start()
thread.join()
print(archive.check())
archive.close()
"""


def test_a_script_without_a_guard_and_with_threads_can_build(archive: Archive, tmp_path: Path) -> None:
    fill(archive)
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, archive.directory], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert len(list(archive.directory.glob("index/*/*.seg"))) == 2
