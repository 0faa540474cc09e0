"""Open the archive a command works on, never making an empty one by asking for it."""

import argparse
import sys
from pathlib import Path

from archive.archive import Archive
from archive.errors import ArchiveBusyError, ArchiveOpenError, ArchiveWriteError


def existing(directory: Path) -> Archive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, saying how to make one, where there is none."""
    if not (directory / "records.db").is_file():
        raise ArchiveOpenError(
            f"no archive in {directory}: make one with `scrapy crawl blog -a site=URL` or `sales-archive load`, "
            "see what one is like with `sales-archive demo`, or name another with --archive"
        )
    return Archive(directory)


def indexed(directory: Path) -> Archive:
    """Open the archive in `directory`, its search index brought up to its records.

    Where it cannot be, as on a full disk, what is indexed is searched, and stderr says what it lacks.
    """
    archive = existing(directory)
    if not archive.engine.is_current():
        try:
            archive.engine.sync()
        except (ArchiveBusyError, ArchiveWriteError) as error:
            if not archive.engine.seq():
                raise
            behind = archive.store.last_seq() - archive.engine.seq()
            sys.stderr.write(f"sales-archive: searching without the last {behind} changes: {error}\n")
    return archive


def count(text: str) -> int:
    """Return a whole number from 1 on; raise argparse's error for anything else."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
