"""`kill -9` at every call that changes a file leaves the state before or after, and the work can be done again."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.torture import shim
from tests.torture.works import WORKS

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shim.LACKING is not None, reason=str(shim.LACKING)),
]

#: Trials of each piece of work where there is little time.
SAMPLE = 6


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shim.build(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return a directory in memory where there is one: what is on the disk does not matter to a killed process."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as directory:
        yield Path(directory)


@pytest.mark.parametrize("work", WORKS)
def test_a_kill_at_any_call_leaves_the_state_before_or_after(
    work: str, library: Path, memory: Path, torture: bool, figure: Callable[[str], None]
) -> None:
    stride = 1 if torture else WORKS[work].calls // SAMPLE

    printed = shim.run(library, "tests.torture.crashing", work, str(memory), str(stride), str(1 + stride // 2))

    report = json.loads(printed.splitlines()[-1])
    assert report["failures"] == []
    assert report["tried"] >= SAMPLE
    figure(f"{report['calls']} calls, killed {report['tried']} times, {len(report['failures'])} failures")
