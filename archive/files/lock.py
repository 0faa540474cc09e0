"""Locks between processes, on open files and directories.

The kernel releases a lock when its file is closed, and so when its process ends in any way. A lock binds only those
who ask for it. Never lock a file of SQLite: closing another descriptor of it drops the locks of SQLite itself.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

#: Pause between tries for a lock that another process holds.
_AGAIN_SECONDS = 0.05


class Descriptor(Protocol):
    """An open file."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


def acquire(file: int | Descriptor, *, wait_seconds: float | None = None) -> bool:
    """Lock a file, or a directory given by its descriptor, for this process alone.

    `wait_seconds` is how long to wait for another process: `None` without end, 0 not at all. False when it kept the
    lock for longer.
    """
    if wait_seconds is None:
        fcntl.flock(file, fcntl.LOCK_EX)
        return True
    deadline = monotonic() + wait_seconds
    while not _acquired(file, fcntl.LOCK_EX):
        if monotonic() >= deadline:
            return False
        sleep(_AGAIN_SECONDS)
    return True


def release(file: int | Descriptor) -> None:
    """Unlock a file that stays open."""
    fcntl.flock(file, fcntl.LOCK_UN)


def is_locked(path: Path) -> bool:
    """Tell whether a process, this one among them, holds the lock of a file or directory; raise `OSError`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not _acquired(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Wait for the lock of a directory, without end, and hold it in the block; raise `OSError`."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        acquire(descriptor)
        yield
    finally:
        os.close(descriptor)


def _acquired(file: int | Descriptor, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
