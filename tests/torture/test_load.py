"""Many search while crawls write and the index follows: every search is answered, and memory does not grow."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.load import COMMENTS, NEW_POSTS, POSTS, run

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is told by Linux's /proc"),
]

SECONDS = 1800

#: Megabytes that are no leak: what an edited archive's caches hold differs by as much from one minute to the next.
MOST_GROWTH_AN_HOUR = 45.0

#: Megabytes that the server holds at most; 177 were seen.
MOST_HELD = 220.0


def test_searches_are_answered_while_crawls_write_and_the_index_follows(
    tmp_path: Path, torture: bool, figure: Callable[[str], None]
) -> None:
    load = (
        run(tmp_path, SECONDS, posts=POSTS, comments=COMMENTS)
        if torture
        else run(tmp_path, 4, posts=60, comments=240)
    )

    figure(load.told())
    assert load.errors == {}
    assert load.failed_crawls == []
    assert load.findings == []
    assert load.texts_after > load.texts_before
    if torture:
        assert load.changes > load.texts_after - load.texts_before + 10 * NEW_POSTS
        assert load.growth() < MOST_GROWTH_AN_HOUR
        assert max(held for _, held in load.memory) < MOST_HELD
