"""Locks on hosts, in all processes: crawls that overlap leave each other's sites alone.

A lock is on what is asked at one pace: a host, or all blogs of one operator. So two crawls never ask it twice as fast
as either would.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from archive.errors import ArchiveWriteError
from archive.files.lock import acquire
from crawler.catalogue.sites import Site
from crawler.middlewares.throttle import operator


class HostLocks:
    """The hosts that one crawl holds; several of its sites may be of one."""

    def __init__(self, directory: Path) -> None:
        """Lock below the archive at `directory`."""
        self._locks = directory / "locks"
        self._files: dict[str, TextIO] = {}
        self._sites = Counter[str]()

    @contextmanager
    def hold(self, site: Site) -> Iterator[bool]:
        """Give True while we hold the site's host, False when another crawl holds it.

        Raise `ArchiveWriteError` on a full disk. The kernel releases a lock when its process ends, in any way.
        """
        name = operator(urlsplit(site.url).hostname or "") or site.key
        if name not in self._files and not self._take(name):
            yield False
            return
        self._sites[name] += 1
        try:
            yield True
        finally:
            self._sites[name] -= 1
            if not self._sites[name]:
                self._files.pop(name).close()

    def _take(self, name: str) -> bool:
        path = self._locks / hashlib.sha256(name.encode()).hexdigest()[:16]
        try:
            self._locks.mkdir(exist_ok=True)
            file = path.open("w")
        except OSError as error:
            raise ArchiveWriteError(f"cannot make {path}: {error.strerror}; free space and run again") from error
        if not acquire(file, wait_seconds=0):
            file.close()
            return False
        self._files[name] = file
        return True
