"""Kill each piece of work at its n-th call that changes a file.

`python -m tests.torture.crashing DIR SAMPLE`, under the shim, tries every call, or as many as `SAMPLE` of each piece
of work where that is not 0. It prints a line of JSON for each: the number of calls, and each trial after which the
archive was neither as before nor as after the step that was killed, or did not come to the same end when the work was
done again.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.torture.trials import Trial
from tests.torture.works import WORKS


def main() -> None:
    """Print what becomes of each piece of work."""
    directory, sample = Path(sys.argv[1]), int(sys.argv[2])
    for name, work in WORKS.items():
        sys.stdout.write(json.dumps(_report(name, Trial(work, directory / name), sample)) + "\n")


def _report(name: str, trial: Trial, sample: int) -> dict[str, Any]:
    """Kill at chosen calls; where all are, both before the call and half way through its bytes."""
    _, calls = trial.worked()
    stride = max(1, calls // sample) if sample else 1
    tried = 0
    failures = []
    for at in range(1 + stride // 2, calls + 1, stride):
        for torn in (bool(tried % 2),) if sample else (False, True):
            promised, reached = trial.worked(die_at=at, torn=torn)
            tried += reached >= at  # processes that work at once do not always make the same number of calls
            if fault := trial.fault(promised):
                failures.append(f"{name} killed at call {at} of {calls}{', torn' * torn}: {fault}")
    return {"work": name, "calls": calls, "tried": tried, "failures": failures}


if __name__ == "__main__":
    main()
