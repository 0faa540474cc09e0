"""`kill -9` at every call that changes a file leaves the state before or after, and the work can be done again."""

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

#: Trials of each piece of work where there is little time.
SAMPLE = 6


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
