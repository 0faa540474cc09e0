"""The open archive of an application, and what was last counted in it."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar, cast

from flask import current_app

from archive.archive import Archive
from archive.errors import ArchiveOpenError, NotFoundError
from archive.records.models import Post
from archive.store.coverage import SiteCoverage, coverage, coverage_state
from archive.store.revisions import Revision

#: How long what was counted is shown without counting again.
COUNTED_SECONDS = 15.0
#: The same for what is counted by reading every record.
COVERAGE_SECONDS = 60.0

_POST_ID = re.compile(r"post:[0-9a-f]{24}")
_COMMENT_ID = re.compile(r"comment:[0-9a-f]{24}")

Count = TypeVar("Count")


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
        return sum(site.posts for site in self.sites)

    @property
    def comments(self) -> int:
        """Number of comments."""
        return sum(site.comments for site in self.sites)


class CachedCount(Generic[Count]):
    """What a count found, counted again when it is asked for after some time and the archive has changed."""

    def __init__(self, count: Callable[[], Count], state: Callable[[], object], seconds: float) -> None:
        """Count with `count`, at most every `seconds`, and only when `state` is another."""
        self._count = count
        self._read_state = state
        self._state: object = None
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value: Count | None = None
        self._until = float("-inf")

    def __call__(self) -> Count:
        """Return what was found; whoever comes while it is counted waits for it."""
        with self._lock:
            if self._value is not None and monotonic() < self._until:
                return self._value
            state = self._read_state()
            if self._value is None or state != self._state:
                self._value, self._state = self._count(), state
            self._until = monotonic() + self._seconds
            return self._value


class OpenArchive:
    """An archive, and what was last counted in it."""

    def __init__(self, archive: Archive) -> None:
        """Serve an open archive."""
        self.archive = archive
        self.holdings = CachedCount(lambda: _count_holdings(archive), archive.store.last_seq, COUNTED_SECONDS)
        self.names = CachedCount(archive.sites.names, archive.sites.names, COVERAGE_SECONDS)
        self.coverage = CachedCount(
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
    return _current().archive


def holdings() -> Holdings:
    """Return what the archive of this application holds."""
    return _current().holdings()


def site_coverage() -> dict[str, SiteCoverage]:
    """Return how whole the archive of each site is, by its name."""
    return _current().coverage()


def site_name(site: str) -> str:
    """Return what the catalogue calls a site, or its host where it has no name."""
    return site_names().get(site, site)


def site_names() -> Mapping[str, str]:
    """Return what the catalogue calls the sites, by host; those without a name are left out."""
    return _current().names()


def load_post(post_id: str) -> Post:
    """Return a post by the id in an address; raise `NotFoundError`."""
    if not _POST_ID.fullmatch(post_id):
        raise NotFoundError("no post has such an id")
    return archive().post(post_id)


def comment_history(comment_id: str) -> list[Revision]:
    """Return the revisions of a comment that is there, oldest first; raise `NotFoundError`."""
    revisions = archive().history(comment_id) if _COMMENT_ID.fullmatch(comment_id) else []
    if not revisions or revisions[-1].record is None:
        raise NotFoundError(f"no comment has the id {comment_id}")
    return revisions


def _current() -> OpenArchive:
    return cast(OpenArchive, current_app.extensions["archive"])


def _count_holdings(archive: Archive) -> Holdings:
    sites = [SiteHolding(site, posts, comments) for site, (posts, comments) in archive.store.counts().items()]
    return Holdings(tuple(sorted(sites, key=lambda holding: (-holding.posts, holding.site))))
