import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture import shim


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shim, compiled."""
    return shim.build(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a directory in memory where there is one: what a disk does is played, or does not matter."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path_factory.mktemp("disk")) as directory:
        yield Path(directory)
