"""Make sure that what was written is on the disk: a power cut takes what is only in the memory of the system."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Return when a file's bytes, or the names in a directory, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def make_directory(path: Path) -> None:
    """Make a directory and those above it where missing, their names on the disk; raise `OSError`."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)


def sync_tree(directory: Path) -> None:
    """Return when the names in a directory and in those below it are on the disk; files are the caller's to sync."""
    for path in directory.rglob("*"):
        if path.is_dir():
            sync(path)
    sync(directory)
