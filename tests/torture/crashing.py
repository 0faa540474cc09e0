"""Kill a piece of work at its n-th call that changes a file.

`python -m tests.torture.crashing WORK DIR STRIDE FIRST`, under the shim, prints the number of calls, and each trial
after which the archive was neither as before nor as after the step that was killed, or did not come to the same end
when the work was done again.
"""

import json
import sys
from functools import partial
from pathlib import Path

from tests.torture import shim
from tests.torture.trials import Trial
from tests.torture.works import WORKS


def main() -> None:
    """Try every `STRIDE`-th call from `FIRST` on; with every call, both before it and half way through its bytes."""
    name, directory, stride, first = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    trial = Trial(WORKS[name], directory)
    calls = int(trial.worked(partial(shim.arm, trial.root))[-1])
    tried = 0
    failures = []
    for at in range(first, calls + 1, stride):
        for torn in (False, True) if stride == 1 else (bool(tried % 2),):
            tried += 1
            promised = len(trial.worked(partial(shim.arm, trial.root, die_at=at, torn=torn)))
            if fault := trial.fault(promised):
                failures.append(f"{name} killed at call {at} of {calls}{', torn' * torn}: {fault}")
    sys.stdout.write(json.dumps({"calls": calls, "tried": tried, "failures": failures}))


if __name__ == "__main__":
    main()
