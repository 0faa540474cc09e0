"""A power cut at any call takes nothing that was promised, and the work can be done again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture import shim
from tests.torture.works import WORKS

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shim.LACKING is not None, reason=str(shim.LACKING)),
]

#: Moments at which the power fails in each piece of work where there is little time.
SAMPLE = 3

#: How often what is kept of the unsynced writes is drawn, beside nothing and everything.
CHANCES = 3


@pytest.fixture(scope="module")
def reports(library: Path, memory: Path, torture: bool) -> shim.Reports:
    """Return what became of each piece of work."""
    sample, chances = (0, CHANCES) if torture else (SAMPLE, 1)
    return shim.reports(library, "tests.torture.losing", str(memory), str(sample), str(chances))


@pytest.mark.parametrize("work", WORKS)
def test_a_power_cut_at_any_call_takes_nothing_that_was_promised(
    work: str, reports: shim.Reports, figure: Callable[[str], None]
) -> None:
    report = reports[work]

    figure(f"{report['calls']} calls, {report['tried']} power cuts, {len(report['failures'])} failures")
    assert report["failures"] == []
    assert report["tried"] >= SAMPLE * 3
