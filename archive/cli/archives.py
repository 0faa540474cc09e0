"""Open the archive that a command works on. Asking for one that is not there never makes an empty one."""

import sys
from pathlib import Path

from archive.archive import Archive
from archive.cli.progress import progress
from archive.errors import ArchiveBusyError, ArchiveOpenError, ArchiveWriteError


def existing(directory: Path) -> Archive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, saying how to make one, where there is none."""
    if not (directory / "records.db").is_file():
        raise ArchiveOpenError(
            f"no archive in {directory}: make one with `sales-archive crawl URL` or `sales-archive load`, "
            "see what one is like with `sales-archive demo`, or name another with --archive"
        )
    return Archive(directory)


def indexed(directory: Path) -> Archive:
    """Open the archive in `directory` and bring its search index up to date.

    Where that fails, as on a full disk, what is indexed is searched, and standard error says what is missing.
    """
    archive = existing(directory)
    if not archive.engine.is_current():
        try:
            with progress("Indexing", "texts") as show:
                archive.engine.sync(progress=show)
        except (ArchiveBusyError, ArchiveWriteError) as error:
            if not archive.engine.seq():
                raise
            behind = archive.store.last_seq() - archive.engine.seq()
            sys.stderr.write(f"sales-archive: searching without the last {behind} changes: {error}\n")
    return archive
