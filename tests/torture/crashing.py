"""Kill a piece of work at its n-th call that changes a file.

`python -m tests.torture.crashing WORK DIR STRIDE FIRST`, under the shim, prints the number of calls, and each trial
after which the archive was neither as before nor as after the step that was killed, or did not come to the same end
when the work was done again.
"""

import json
import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from tests.torture import shim
from tests.torture.works import KEPT, WORKS, Work


def main() -> None:
    """Try every `STRIDE`-th call from `FIRST` on; with every call, both before it and half way through its bytes."""
    name, directory, stride, first = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    trial = Trial(WORKS[name], directory)
    tried = 0
    failures = []
    for at in range(first, trial.calls + 1, stride):
        for torn in (False, True) if stride == 1 else (bool(tried % 2),):
            tried += 1
            if fault := trial.fault(at, torn=torn):
                failures.append(f"{name} killed at call {at} of {trial.calls}{', torn' * torn}: {fault}")
    sys.stdout.write(json.dumps({"calls": trial.calls, "tried": tried, "failures": failures}))


class Trial:
    """One piece of work, and how it goes undisturbed."""

    def __init__(self, work: Work, directory: Path) -> None:
        self._work = work
        self._start, self._root = directory / "start", directory / "trial"
        self._start.mkdir()
        with redirect_stdout(sys.stderr):
            work.prepare(self._start)
            self._lay_out()
            self._states = [work.state(self._root)]
            for _ in work.steps(self._root):
                self._states.append(work.state(self._root))
        self._lay_out()
        #: Calls that change a file, when nothing disturbs it.
        self.calls = int(self._worked(0, torn=False)[-1])

    def fault(self, at: int, *, torn: bool) -> str | None:
        """Kill at a call; return what is wrong afterwards."""
        self._lay_out()
        promised = len(self._worked(at, torn=torn))
        try:
            with redirect_stdout(sys.stderr):
                return next(self._faults(promised), None)
        except BaseException:
            return traceback.format_exc()

    def _faults(self, promised: int) -> Iterator[str]:
        work, root = self._work, self._root
        work.reopen(root)
        state = work.state(root)
        if state not in self._states[promised : promised + 2]:
            yield f"neither before nor after step {promised + 1}: {_short(state)}"
        if (root / KEPT / "records.db").exists() and (findings := work.findings(root)):
            yield f"check found {findings}"
        for _ in work.steps(root):
            pass
        if (state := work.state(root)) != self._states[-1]:
            yield f"done again, it ended otherwise: {_short(state)}"
        if wrong := work.findings(root) + work.leavings(root):
            yield f"done again, check found {wrong}"

    def _lay_out(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
        shutil.copytree(self._start, self._root)

    def _worked(self, at: int, *, torn: bool) -> list[str]:
        """Work in a child that dies at a call; return a line for each step done and, if it lived, its calls."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            shim.arm(self._root, die_at=at, torn=torn)
            for _ in self._work.steps(self._root):
                os.write(writing, b"step\n")
            os.write(writing, f"{shim.calls()}\n".encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            lines = told.read().splitlines()
        os.waitpid(child, 0)
        return lines


def _short(state: Any) -> str:
    return str(state)[:400]


if __name__ == "__main__":
    main()
