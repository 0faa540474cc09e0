"""A power cut at any call takes nothing that was promised, and the work can be done again."""

import json
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


@pytest.mark.parametrize("work", WORKS)
def test_a_power_cut_at_any_call_takes_nothing_that_was_promised(
    work: str, library: Path, memory: Path, torture: bool, figure: Callable[[str], None]
) -> None:
    stride, chances = (1, CHANCES) if torture else (WORKS[work].calls // SAMPLE, 1)

    printed = shim.run(
        library, "tests.torture.losing", work, str(memory), str(stride), str(1 + stride // 2), str(chances)
    )

    report = json.loads(printed.splitlines()[-1])
    assert report["failures"] == []
    assert report["tried"] >= SAMPLE * (2 + chances)
    figure(f"{report['calls']} calls, {report['tried']} power cuts, {len(report['failures'])} failures")
