"""What a server holds does not grow with what it answered, nor with how often its archive changed.

Here every allocation is counted (`tracemalloc`, NumPy's arrays too), so that caches that fill and a heap in pieces
cannot hide a leak, as they can in what `test_load` measures.
"""

import gc
import random
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.search.whoosh.index.postings import PostingCache
from benchmarks.search import fill
from tests.torture.load import queries
from webui.app import create_app

pytestmark = pytest.mark.torture

#: Posts and comments, rounds, and searches in each: at length, and where there is little time.
LONG, SHORT = (1_600, 8_400, 100, 150), (16, 64, 12, 20)

#: Posts that each round edits.
EDITED = 4

#: How much more the later half may hold at most than the earlier one does: sizes of dictionaries go in steps.
SLACK = 1.05


def test_what_a_server_holds_does_not_grow(
    tmp_path: Path, torture: bool, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    # Else the bound is met only after hours; what is kept beyond it would be seen here at once.
    monkeypatch.setattr(
        "archive.search.whoosh.engine.PostingCache", partial(PostingCache, 2_000_000 if torture else 50_000)
    )
    posts, comments, rounds, searches = LONG if torture else SHORT
    fill(tmp_path, posts, comments)
    with Archive(tmp_path) as archive:
        archive.sync()

    held = list(rounds_of_work(tmp_path, rounds, searches))

    early, late = max(held[rounds // 10 : rounds // 2]), max(held[rounds // 2 :])
    figure(
        f"{rounds} rounds of {searches} searches and {EDITED} edits: {early / 1e6:.2f} MB, later {late / 1e6:.2f} MB"
    )
    assert late < early * SLACK


def rounds_of_work(directory: Path, rounds: int, searches: int) -> Iterator[int]:
    """Edit, index and search again and again; yield the bytes held after each round."""
    client = create_app({"ARCHIVE_DIR": str(directory)}).test_client()
    paths = list(islice(queries(random.Random(1)), searches))
    with Archive(directory) as archive:
        edited = list(islice(archive.posts(), EDITED))
        tracemalloc.start()
        try:
            for number in range(rounds):
                for post in edited:
                    archive.add(replace(post, text=f"{post.text} {number}"))
                archive.sync()
                for path in paths:
                    with client.get(f"/{path}") as answer:
                        assert answer.status_code == 200
                gc.collect()
                yield tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
