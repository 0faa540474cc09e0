"""A piece of work that goes undisturbed once, and then is disturbed again and again."""

import os
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

from tests.torture import shim
from tests.torture.contents import KEPT
from tests.torture.works import Work


class Trial:
    """A directory in which the work is laid out anew for each trial, and the states that it should go through."""

    def __init__(self, work: Work, directory: Path) -> None:
        self._work = work
        self.start, self.root, self._shared = directory / "start", directory / "trial", directory / "shared"
        self.start.mkdir(parents=True)
        shim.adopt()
        with redirect_stdout(sys.stderr):
            work.prepare(self.start)
            self.lay_out()
            self._states = [work.state(self.root)]
            for _ in work.steps(self.root):
                self._states.append(work.state(self.root))
            self.lay_out()
            self._between = work.between(self.root)

    def lay_out(self) -> None:
        """Bring the directory to the work's beginning."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.start, self.root)

    def worked(self, *, die_at: int = 0, torn: bool = False, log: Path | None = None) -> tuple[int, int]:
        """Work in a child under the shim; return how many steps were seen done, and how many calls were made."""
        with suppress(ChildProcessError):  # none is left
            while True:
                os.wait()  # for what an earlier child had started, and left when it was killed
        self.lay_out()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            shim.arm(self.root, self._shared, die_at=die_at, torn=torn, log=log)
            for _ in self._work.steps(self.root):
                shim.mark("step")
                os.write(writing, b"step\n")
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as told:
            steps = len(told.read().splitlines())
        os.waitpid(child, 0)
        return steps, shim.calls(self._shared)

    def fault(self, promised: int, *, power: bool = False) -> str | None:
        """Return what is wrong in the directory after so many steps were seen done; `power` tells what went away."""
        lost_at_most = len(self._states) if power and not self._work.outlives_power else 0
        try:
            with redirect_stdout(sys.stderr):
                return next(self._faults(promised, max(0, promised - lost_at_most)), None)
        except BaseException:
            return traceback.format_exc()

    def _faults(self, promised: int, earliest: int) -> Iterator[str]:
        work, root = self._work, self.root
        work.reopen(root)
        if (state := work.state(root)) not in self._states[earliest : promised + 2] + self._between:
            yield f"neither before nor after step {promised + 1}: {_short(state)}"
        if (root / KEPT / "records.db").exists() and (findings := work.findings(root)):
            yield f"check found {findings}"
        work.again(root)
        if (state := work.state(root)) != self._states[-1]:
            yield f"done again, it ended otherwise: {_short(state)}"
        if wrong := work.findings(root) + work.leavings(root):
            yield f"done again, check found {wrong}"


def _short(state: Any) -> str:
    return str(state)[:400]
