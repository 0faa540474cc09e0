"""Open the archive a command works on, never making an empty one by asking for it."""

from pathlib import Path

from archive.archive import Archive
from archive.errors import ArchiveOpenError


def existing(directory: Path) -> Archive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, saying how to make one, where there is none."""
    if not (directory / "records.db").is_file():
        raise ArchiveOpenError(
            f"no archive in {directory}: make one with `scrapy crawl blog -a site=URL` or `sales-archive load`, "
            "see what one is like with `sales-archive demo`, or name another with --archive"
        )
    return Archive(directory)


def indexed(directory: Path) -> Archive:
    """Open the archive in `directory`, its search index brought up to its records."""
    archive = existing(directory)
    if archive.index.seq() != archive.store.last_seq():
        archive.sync()
    return archive
