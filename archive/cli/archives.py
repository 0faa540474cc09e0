"""Open the archive that a command works on. A missing archive is an error; it is never created here."""

import sys
from pathlib import Path

from archive.archive import Archive
from archive.cli.progress import progress
from archive.errors import ArchiveBusyError, ArchiveOpenError, ArchiveWriteError


def existing(directory: Path) -> Archive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, with advice, if there is none."""
    if not (directory / "records.db").is_file():
        raise ArchiveOpenError(
            f"no archive in {directory}: create one with `sales-archive crawl URL` or `sales-archive load`, "
            "try `sales-archive demo`, or name another directory with --archive"
        )
    return Archive(directory)


def indexed(directory: Path) -> Archive:
    """Open the archive in `directory` and bring its search index up to date.

    If that fails, for example on a full disk, warn on standard error and use the index as it is. Raise the error if
    nothing is indexed yet.
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
            sys.stderr.write(f"sales-archive: the search index lacks the last {behind} changes: {error}\n")
    return archive
