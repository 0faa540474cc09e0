"""`kill -9` at every call that changes a file leaves the state before or after, and the work can be done again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture import shim
from tests.torture.works import WORKS

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shim.LACKING is not None, reason=str(shim.LACKING)),
]

#: Kills of each piece of work where there is little time.
SAMPLE = 6


@pytest.fixture(scope="module")
def reports(library: Path, memory: Path, torture: bool) -> shim.Reports:
    """Return what became of each piece of work."""
    return shim.reports(library, "tests.torture.crashing", str(memory), "0" if torture else str(SAMPLE))


@pytest.mark.parametrize("work", WORKS)
def test_a_kill_at_any_call_leaves_the_state_before_or_after(
    work: str, reports: shim.Reports, figure: Callable[[str], None]
) -> None:
    report = reports[work]

    figure(f"{report['calls']} calls, killed {report['tried']} times, {len(report['failures'])} failures")
    assert report["failures"] == []
    assert report["tried"] >= SAMPLE
