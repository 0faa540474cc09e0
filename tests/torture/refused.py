"""The real command line, where something stands in its way."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.archive import Archive
from archive.export.dataset import write_dataset
from archive.export.plan import BACKUP
from tests.support.paths import ROOT
from tests.support.posts import build_post

#: Who may do nothing; root may do anything, so that it must become somebody else to be refused.
NOBODY = 65534

_PROGRAM = """
import os, sys
import archive.store.database, webui.index_refresh
from archive.cli import main
archive.store.database.BUSY_SECONDS = float(sys.argv[1])
if sys.argv[2] == "nobody" and os.geteuid() == 0:
    os.setegid({nobody})
    os.seteuid({nobody})
sys.exit(main(sys.argv[3:]))
"""


def sales_archive(
    directory: Path,
    *arguments: str,
    nobody: bool = False,
    busy_seconds: float = 60,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `sales-archive` as a person does, to its end."""
    program = [sys.executable, "-c", _PROGRAM.format(nobody=NOBODY), str(busy_seconds), "nobody" if nobody else "me"]
    command = [*program, "--archive", str(directory), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, preexec_fn=before, check=False
    )


def is_told(done: subprocess.CompletedProcess[str], words: str) -> bool:
    """Tell whether a command failed, saying so in one line that has these words."""
    line = done.stderr.rstrip("\n")
    assert (done.returncode, line.count("\n"), line[:15]) == (2, 0, "sales-archive: "), done
    assert words in line, line
    return True


def small_files(most: int) -> Callable[[], None]:
    """Return what lets no file of a process grow beyond `most` bytes, as on a disk that is full by then."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def backup(directory: Path, posts: int, *, words: int = 400) -> Path:
    """Write a dataset of so many posts."""
    with Archive(directory / "source") as archive:
        with archive.database.write() as connection:
            for number in range(posts):
                text = " ".join(f"word{number}x{place}" for place in range(words))
                archive.store.add(connection, build_post(f"https://example.com/{number}/", text=text))
        write_dataset(archive, directory / "backup", BACKUP, key=b"")
    return directory / "backup"


@contextmanager
def little_disk(directory: Path, megabytes: int) -> Iterator[Callable[[int], None]]:
    """Mount a little disk; yield what gives it another size."""
    directory.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", directory)
    try:
        yield lambda size: _mount("-o", f"remount,size={size}m", directory)
    finally:
        subprocess.run(["umount", directory], check=True)


def can_mount(directory: Path) -> bool:
    """Tell whether a disk can be mounted here."""
    if os.geteuid():
        return False
    try:
        with little_disk(directory, 1):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)
