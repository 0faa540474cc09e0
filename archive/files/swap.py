"""Put a new directory in the place of another, at once: whoever looks finds the one or the other.

It is made beside its place, and locked while it is written. What a killed process left there, unlocked, is removed by
the next one.
"""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from archive.errors import ArchiveWriteError
from archive.files.durable import sync, sync_tree
from archive.files.lock import acquire, is_locked, locked

#: Source: renameat2(2), and renamex_np(2) of macOS.
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


@contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """Give a directory that takes the place of `target` when the block ends well, and vanishes when it does not."""
    parent = target.absolute().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        root, lock = _made(parent, target.name)
    except OSError as error:
        raise ArchiveWriteError(f"cannot write beside {target}: {error}") from error
    try:
        yield root
        root.chmod(0o755)  # mkdtemp's are for the owner alone
        sync_tree(root)
        with locked(parent):  # against others that make, sweep and put directories there
            _put(root, target)
        sync(parent)
    except OSError as error:
        raise ArchiveWriteError(f"cannot write {target}: {error}; nothing was left there") from error
    finally:
        _remove(root)
        os.close(lock)


def _made(parent: Path, name: str) -> tuple[Path, int]:
    """Make a directory and lock it; return the descriptor that holds the lock."""
    with locked(parent):
        _sweep(parent, name)
        root = Path(mkdtemp(prefix=f".{name}.new-", dir=parent))
        lock = os.open(root, os.O_RDONLY)
        acquire(lock)
    return root, lock


def _sweep(parent: Path, name: str) -> None:
    """Remove what killed processes left, and put back what one had moved aside."""
    for left in sorted(parent.iterdir()):
        if left.name.startswith(f".{name}.old-") and not (parent / name).exists():
            left.rename(parent / name)
        elif left.name.startswith((f".{name}.old-", f".{name}.new-")) and not is_locked(left):
            _remove(left)


def _put(root: Path, target: Path) -> None:
    if not target.exists():
        root.rename(target)
    elif not _exchanged(root, target):
        # The kernel or the file system cannot exchange names: for a moment nothing stands at `target`.
        old = target.with_name(f".{target.name}.old-{root.name[-8:]}")
        target.rename(old)
        root.rename(target)
        _remove(old)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two directories swap their names at once; False where that is not to be had."""
    library = ctypes.CDLL(None)
    first, second = os.fsencode(one.absolute()), os.fsencode(other.absolute())
    with suppress(AttributeError):
        return bool(library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _RENAME_EXCHANGE) == 0)
    with suppress(AttributeError):
        return bool(library.renamex_np(first, second, _RENAME_SWAP) == 0)
    return False


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)
