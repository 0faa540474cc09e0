"""The open archive of an application, and what it holds at the moment."""

import threading
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import cast

from flask import current_app

from archive.archive import Archive
from archive.errors import ArchiveOpenError

#: How long what was counted is shown without counting again.
COUNTED_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class SiteHolding:
    """What is archived of one site."""

    site: str
    posts: int
    comments: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the archive holds, sites with most posts first."""

    sites: tuple[SiteHolding, ...]

    @property
    def posts(self) -> int:
        """Number of posts."""
        return sum(each.posts for each in self.sites)

    @property
    def comments(self) -> int:
        """Number of comments."""
        return sum(each.comments for each in self.sites)


class OpenArchive:
    """An archive, and what was last counted in it."""

    def __init__(self, archive: Archive) -> None:
        """Serve an open archive."""
        self.archive = archive
        self._lock = threading.Lock()
        self._seq = -1
        self._counted = float("-inf")
        self._holdings = Holdings(())

    def holdings(self) -> Holdings:
        """Return what the archive holds, at most `COUNTED_SECONDS` old."""
        with self._lock:
            if monotonic() - self._counted > COUNTED_SECONDS:
                seq = self.archive.store.last_seq()
                if seq != self._seq:
                    self._holdings = _count(self.archive)
                    self._seq = seq
                self._counted = monotonic()
            return self._holdings


def open_archive(directory: Path) -> OpenArchive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, saying how to make one, where there is none."""
    if not (directory / "records.db").is_file():
        raise ArchiveOpenError(
            f"no archive in {directory}: make one with `scrapy crawl blog -a site=URL` or see what one is like "
            "with `sales-archive demo`, or name another with --archive"
        )
    return OpenArchive(Archive(directory))


def archive() -> Archive:
    """Return the archive of the application that handles this request."""
    return _opened().archive


def holdings() -> Holdings:
    """Return what the archive of this application holds."""
    return _opened().holdings()


def _opened() -> OpenArchive:
    return cast(OpenArchive, current_app.extensions["archive"])


def _count(archive: Archive) -> Holdings:
    sites = [SiteHolding(site, posts, comments) for site, (posts, comments) in archive.store.counts().items()]
    return Holdings(tuple(sorted(sites, key=lambda each: (-each.posts, each.site))))
