"""One turn of a site at a time, in all processes: overlapping crawls leave each other's sites alone."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from archive.errors import ArchiveWriteError
from crawler.sites import Site


@contextmanager
def turn_of(site: Site, directory: Path) -> Iterator[bool]:
    """Give True while we hold the site, False when another crawl does.

    Raise `ArchiveWriteError` on a full disk. The kernel lets go of the lock when its process ends, however it ends.
    """
    with _opened(directory / "locks", site) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _opened(locks: Path, site: Site) -> TextIO:
    name = hashlib.sha256(site.url.encode()).hexdigest()[:16]
    try:
        locks.mkdir(exist_ok=True)
        return (locks / name).open("w")
    except OSError as error:
        raise ArchiveWriteError(f"cannot make {locks / name}: {error.strerror}; free space and run again") from error
