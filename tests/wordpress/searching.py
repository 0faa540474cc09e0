"""A reader who never stops searching, and an indexer beside him, while crawls write."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from archive.archive import Archive
from archive.search.results import Query

QUERIES = (Query(text="cold email"), Query(text='"next step"', sort="newest"), Query(filters=(("kind", "comment"),)))


@contextmanager
def searching(directory: Path) -> Iterator[None]:
    """Search and index without pause during the block; raise at its end what either met."""
    over = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        at_work = [pool.submit(_search, directory, over), pool.submit(_index, directory, over)]
        try:
            yield
        finally:
            over.set()
        for each in at_work:
            assert each.result() > 0


def _search(directory: Path, over: threading.Event) -> int:
    done = 0
    with Archive(directory) as archive:
        while not over.is_set() or not done:
            archive.search(QUERIES[done % len(QUERIES)])
            done += 1
            over.wait(0.05)  # two cores are shared with the crawl
    return done


def _index(directory: Path, over: threading.Event) -> int:
    done = 0
    with Archive(directory) as archive:
        while not over.is_set() or not done:
            archive.sync()
            done += 1
            over.wait(0.5)
    return done
