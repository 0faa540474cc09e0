"""One process at a time, and what happens when it dies."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.files.lock import acquire, is_locked, locked, release

HOLDER = """
import os, sys
from archive.files.lock import acquire

assert acquire(os.open(sys.argv[1], os.O_RDONLY))
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock of a file or directory; kill it at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        try:
            yield holder
        finally:
            holder.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "lock").touch()
    return tmp_path / "lock"


def test_lock_is_free_again_when_its_process_is_killed(path: Path):
    with path.open() as file, held_elsewhere(path) as holder:
        assert is_locked(path)
        assert not acquire(file, wait_seconds=0)
        holder.kill()
        holder.wait()

        assert not is_locked(path)
        assert acquire(file, wait_seconds=0)


def test_waiting_for_a_lock_ends_in_time(path: Path):
    with path.open() as file, held_elsewhere(path):
        began = time.monotonic()

        assert not acquire(file, wait_seconds=0.2)
        assert 0.2 <= time.monotonic() - began < 5


def test_waiting_for_a_lock_gets_it_as_soon_as_it_is_free(path: Path):
    with path.open() as file, held_elsewhere(path) as holder:
        assert holder.stdin is not None
        holder.stdin.close()

        assert acquire(file, wait_seconds=30)


def test_asking_whether_a_lock_is_held_takes_it_from_nobody(path: Path):
    with path.open() as file:
        assert acquire(file, wait_seconds=0)
        assert is_locked(path)
        release(file)

        assert not is_locked(path)
        assert acquire(file, wait_seconds=0)


def test_directory_is_locked_in_the_block_only(tmp_path: Path):
    with locked(tmp_path):
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)


def test_a_lock_without_end_is_waited_for(tmp_path: Path):
    with held_elsewhere(tmp_path) as holder:
        assert holder.stdin is not None
        waiting = os.open(tmp_path, os.O_RDONLY)
        holder.stdin.close()
        try:
            assert acquire(waiting)
            holder.wait()
            assert is_locked(tmp_path)  # by us
        finally:
            os.close(waiting)
