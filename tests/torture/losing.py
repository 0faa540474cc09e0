"""Let the power fail at the n-th call of a piece of work, and forget what was not synced.

`python -m tests.torture.losing WORK DIR STRIDE FIRST CHANCES`, under the shim, prints the number of calls, of power
cuts played back, and each after which something was lost that had been promised.
"""

import json
import os
import shutil
import sys
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from random import Random

from tests.torture import shim
from tests.torture.disk import Disk, Keep, calls
from tests.torture.trials import Trial
from tests.torture.works import WORKS


def main() -> None:
    """Cut the power before every `STRIDE`-th call from `FIRST` on, and once more at the end."""
    name, directory = sys.argv[1], Path(sys.argv[2])
    stride, first, chances = (int(each) for each in sys.argv[3:])
    trial = Trial(WORKS[name], directory)
    log = directory / "log"
    trial.worked(partial(shim.arm, trial.root, log_to=os.open(log, os.O_CREAT | os.O_WRONLY)))
    made = list(calls(log.read_bytes()))
    disk = Disk(trial.start, trial.root)
    tried = promised = 0
    failures = []
    for at, call in enumerate([*made, None], 1):
        if (at - first) % stride == 0 or call is None:
            for number, keep in enumerate(_kept(chances)):
                tried += 1
                shutil.rmtree(trial.root)
                disk.lay_out(trial.root, keep, Random(at * 1000 + number))
                if fault := trial.fault(promised, power=True):
                    failures.append(f"{name}, power cut at {at} of {len(made)}, {keep} kept ({number}): {fault}")
        if call is not None:
            promised += call.kind == "M"
            disk.make(call)
    sys.stdout.write(json.dumps({"calls": len(made), "tried": tried, "failures": failures}))


def _kept(chances: int) -> list[Keep]:
    return [*chain(("none", "all"), repeat("some", chances))]


if __name__ == "__main__":
    main()
