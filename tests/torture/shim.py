"""The shim between a program and the C library: how it is built, and what a program under it can ask of it."""

import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("shim.c")
ROOT = SOURCE.parent.parent.parent

#: By the name of the piece of work.
Reports = dict[str, dict[str, Any]]

#: Why the tests that need it are skipped; `None` when they can run.
LACKING = None if sys.platform == "linux" and shutil.which("gcc") else "needs Linux and gcc"


def build(directory: Path) -> Path:
    """Compile the shim; return the library to preload."""
    library = directory / "shim.so"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True)
    return library


def reports(library: Path, module: str, *arguments: str) -> Reports:
    """Run a module of ours under the shim; return what it printed of each piece of work."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"LD_PRELOAD": str(library), "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {report["work"]: report for report in map(json.loads, done.stdout.splitlines())}


def arm(root: Path, shared: Path, *, die_at: int = 0, torn: bool = False, log: Path | None = None) -> None:
    """Count the calls below `root` from now on, here and in all processes that this one starts.

    Whoever makes the call `die_at` dies, half done if `torn`; or all are logged to a file that is there. `shared` is
    where a file is made for what the processes know together.
    """
    path = str(log or "").encode()
    _library().torture_arm(str(root).encode(), str(shared).encode(), ctypes.c_long(die_at), int(torn), path)


def mark(text: str) -> None:
    """Put a line into the log."""
    _library().torture_mark(text.encode())


def calls(shared: Path) -> int:
    """Return the number of calls counted since `arm`."""
    return int(struct.unpack_from("l", shared.read_bytes())[0])


def adopt() -> None:
    """Become the parent of the processes whose own parent is killed, so that they can be waited for."""
    subreaper = 36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h
    assert ctypes.CDLL(None).prctl(subreaper, 1, 0, 0, 0) == 0


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
