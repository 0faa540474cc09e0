"""What the tests of the crawler share: a blog on loopback and an empty archive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.blog import Blog, serve


@pytest.fixture
def blog() -> Iterator[Blog]:
    """A blog with nothing but a front page."""
    with serve() as served:
        yield served


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where an archive may be made."""
    return tmp_path / "archive"
