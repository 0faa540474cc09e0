"""The open archive of an application, and what was last counted in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar, cast

from flask import current_app

from archive.archive import Archive
from archive.errors import ArchiveOpenError
from archive.store.coverage import SiteCoverage, coverage, coverage_state

#: How long what was counted is shown without counting again.
COUNTED_SECONDS = 15.0
#: The same for what is counted by reading every record.
COVERAGE_SECONDS = 60.0

Counted = TypeVar("Counted")


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


class Remembered(Generic[Counted]):
    """What a count found, counted again when it is asked for after some time and the archive has changed."""

    def __init__(self, count: Callable[[], Counted], state: Callable[[], object], seconds: float) -> None:
        """Count with `count`, at most every `seconds`, and only when `state` is another."""
        self._count = count
        self._read_state = state
        self._state: object = None
        self._seconds = seconds
        self._lock = threading.Lock()
        self._found: Counted | None = None
        self._until = float("-inf")

    def __call__(self) -> Counted:
        """Return what was found; whoever comes while it is counted waits for it."""
        with self._lock:
            if self._found is not None and monotonic() < self._until:
                return self._found
            state = self._read_state()
            if self._found is None or state != self._state:
                self._found, self._state = self._count(), state
            self._until = monotonic() + self._seconds
            return self._found


class OpenArchive:
    """An archive, and what was last counted in it."""

    def __init__(self, archive: Archive) -> None:
        """Serve an open archive."""
        self.archive = archive
        self.holdings = Remembered(lambda: _held(archive), archive.store.last_seq, COUNTED_SECONDS)
        self.names = Remembered(archive.sites.names, archive.sites.names, COVERAGE_SECONDS)
        self.coverage = Remembered(
            lambda: coverage(archive.database), lambda: coverage_state(archive.database), COVERAGE_SECONDS
        )


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


def covered() -> dict[str, SiteCoverage]:
    """Return how whole the archive of each site is, by its name."""
    return _opened().coverage()


def site_name(site: str) -> str:
    """Return what the catalogue calls a site, or its host where it has no name."""
    return _opened().names().get(site, site)


def _opened() -> OpenArchive:
    return cast(OpenArchive, current_app.extensions["archive"])


def _held(archive: Archive) -> Holdings:
    sites = [SiteHolding(site, posts, comments) for site, (posts, comments) in archive.store.counts().items()]
    return Holdings(tuple(sorted(sites, key=lambda each: (-each.posts, each.site))))
