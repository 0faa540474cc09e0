"""The shim between a program and the C library: how it is built, and what a program under it can ask of it."""

import ctypes
import json
import os
import shutil
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


def arm(root: Path, *, die_at: int = 0, torn: bool = False, log_to: int = -1) -> None:
    """Count the calls below `root` from now on: die at the given one, half done if `torn`, or log all."""
    _library().torture_arm(str(root).encode(), ctypes.c_long(die_at), int(torn), log_to)


def mark(text: str) -> None:
    """Put a line into the log."""
    _library().torture_mark(text.encode())


def calls() -> int:
    """Return the number of calls counted since `arm`."""
    count = _library().torture_count
    count.restype = ctypes.c_long
    return int(count())


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None)
