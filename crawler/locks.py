"""One turn of a site at a time, in all processes: overlapping crawls leave each other's sites alone."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.sites import Site


@contextmanager
def turn_of(site: Site, directory: Path) -> Iterator[bool]:
    """Give True while we hold the site, False when another crawl does.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    locks = directory / "locks"
    locks.mkdir(exist_ok=True)
    name = hashlib.sha256(site.url.encode()).hexdigest()[:16]
    with (locks / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
