"""Let the power fail at the n-th call of each piece of work, and forget what was not synced.

`python -m tests.torture.losing DIR SAMPLE CHANCES`, under the shim, tries every call, or as many as `SAMPLE` of each
piece of work where that is not 0; of what was not synced nothing is kept, everything, and `CHANCES` times some. It
prints a line of JSON for each: the number of calls, of power cuts, and each after which something was lost that had
been promised.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.torture.disk import Call, Disk, Keep, calls
from tests.torture.trials import Trial
from tests.torture.works import WORKS


def main() -> None:
    """Print what becomes of each piece of work."""
    directory, sample, chances = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    kept: tuple[Keep, ...] = ("none", "all", *(("some",) * chances))
    for name, work in WORKS.items():
        trial = Trial(work, directory / name)
        log = directory / f"{name}.log"
        log.touch()
        trial.worked(log=log)
        report = {"work": name} | _report(trial, list(calls(log.read_bytes())), kept, sample)
        sys.stdout.write(json.dumps(report) + "\n")


def _report(trial: Trial, made: Sequence[Call], kept: Sequence[Keep], sample: int) -> dict[str, Any]:
    """Cut the power before chosen calls, and once more at the end."""
    stride = max(1, len(made) // sample) if sample else 1
    disk = Disk(trial.start, trial.root)
    tried = promised = 0
    failures = []
    for at, call in enumerate([*made, None], 1):
        if (at - 1 - stride // 2) % stride == 0 or call is None:
            for number, keep in enumerate(kept):
                tried += 1
                shutil.rmtree(trial.root)
                disk.lay_out(trial.root, keep, Random(at * 1000 + number))
                if fault := trial.fault(promised, power=True):
                    failures.append(f"power cut at {at} of {len(made)}, {keep} kept ({number}): {fault}")
        if call is not None:
            promised += call.kind == "M"
            disk.make(call)
    return {"calls": len(made), "tried": tried, "failures": failures}


if __name__ == "__main__":
    main()
