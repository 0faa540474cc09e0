"""What a process that searches for months holds: no more the longer it runs."""

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post
from archive.search.results import Query
from archive.search.words import Words

linux = pytest.mark.skipif(sys.platform != "linux", reason="maps and heaps are told by Linux and glibc")


def test_only_so_many_words_are_remembered() -> None:
    words = Words("en", 100)
    tracemalloc.start()
    try:
        for number in range(3_000):
            words(f"word{number}")
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert held < 300_000


@linux
def test_a_reader_lets_go_of_the_segments_that_writers_merged(
    archive: Archive, make_post: Callable[..., Post]
) -> None:
    for number in range(30):
        archive.add(make_post(f"https://example.com/{number}/"))
        archive.sync()
        assert archive.search(Query(text="customers")).total == number + 1

    gc.collect()
    maps = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(archive.directory) in line]
    assert any(".seg" in line for line in maps)
    assert [line for line in maps if line.endswith("(deleted)")] == []


HEAPS = """
import ctypes, sys, threading
from archive.search.memory import share_heap
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit("no glibc")
if sys.argv[1] == "shared":
    share_heap()
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(6)
def hold():
    libc.malloc(ctypes.c_size_t(100_000))
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(6)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
libc.fdopen.restype = ctypes.c_void_p
stream = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, stream)
libc.fflush(stream)
"""


@linux
@pytest.mark.parametrize(("how", "one"), [("shared", True), ("apart", False)])
def test_all_threads_of_a_server_share_a_heap(how: str, one: bool) -> None:
    done = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=False)
    if "no glibc" in done.stderr:
        pytest.skip("needs glibc")

    assert (done.stdout.count("<heap ") == 1) is one, done
