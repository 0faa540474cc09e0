"""The open archive of an application, with cached counts."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar, cast

from flask import current_app

from archive.archive import Archive
from archive.cli.archives import existing
from archive.errors import NotFoundError
from archive.records.models import Post
from archive.store.coverage import SiteCoverage, coverage, coverage_state
from archive.store.revisions import Revision

#: How long counts are cached.
COUNTED_SECONDS = 15.0
#: How long counts that need every record are cached.
COVERAGE_SECONDS = 60.0

#: Characters of an unknown id that an error message repeats.
MAX_SHOWN_ID = 100

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
    """What the archive holds; sites with the most posts come first."""

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
    """A cached count, refreshed on access once it has expired and the archive has changed."""

    def __init__(self, count: Callable[[], Count], state: Callable[[], object], seconds: float) -> None:
        """Cache the result of `count` for `seconds`; after that, call it again only if `state` has changed."""
        self._count = count
        self._read_state = state
        self._state: object = None
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value: Count | None = None
        self._until = float("-inf")

    def __call__(self) -> Count:
        """Return the count; concurrent callers wait while it is refreshed."""
        with self._lock:
            if self._value is not None and monotonic() < self._until:
                return self._value
            state = self._read_state()
            if self._value is None or state != self._state:
                self._value, self._state = self._count(), state
            self._until = monotonic() + self._seconds
            return self._value


class OpenArchive:
    """An open archive with cached counts."""

    def __init__(self, archive: Archive) -> None:
        """Wrap an open archive."""
        self.archive = archive
        self.holdings = CachedCount(lambda: _count_holdings(archive), archive.store.last_seq, COUNTED_SECONDS)
        self.names = CachedCount(archive.sites.names, archive.sites.names, COVERAGE_SECONDS)
        self.coverage = CachedCount(
            lambda: coverage(archive.database), lambda: coverage_state(archive.database), COVERAGE_SECONDS
        )


def open_archive(directory: Path) -> OpenArchive:
    """Open the archive in `directory`; raise `ArchiveOpenError`, with advice, if there is none."""
    return OpenArchive(existing(directory))


def archive() -> Archive:
    """Return the archive of the current application."""
    return _current().archive


def holdings() -> Holdings:
    """Return the counts of the current application's archive."""
    return _current().holdings()


def site_coverage() -> dict[str, SiteCoverage]:
    """Return how complete the archive of each site is, by host."""
    return _current().coverage()


def site_name(site: str) -> str:
    """Return a site's name in the catalogue, or its host if it has no name."""
    return site_names().get(site, site)


def site_names() -> Mapping[str, str]:
    """Return the sites' names in the catalogue, by host; sites without a name are left out."""
    return _current().names()


def load_post(post_id: str) -> Post:
    """Return the post with an id from a URL; raise `NotFoundError`."""
    if not _POST_ID.fullmatch(post_id):
        raise NotFoundError(f"no post of this archive has the id {post_id[:MAX_SHOWN_ID]}")
    return archive().post(post_id)


def comment_history(comment_id: str) -> list[Revision]:
    """Return the revisions of a comment, oldest first; raise `NotFoundError` if it is not in the archive any more."""
    revisions = archive().history(comment_id) if _COMMENT_ID.fullmatch(comment_id) else []
    if not revisions or revisions[-1].record is None:
        raise NotFoundError(f"no comment of this archive has the id {comment_id[:MAX_SHOWN_ID]}")
    return revisions


def _current() -> OpenArchive:
    return cast(OpenArchive, current_app.extensions["archive"])


def _count_holdings(archive: Archive) -> Holdings:
    sites = [SiteHolding(site, posts, comments) for site, (posts, comments) in archive.store.counts().items()]
    return Holdings(tuple(sorted(sites, key=lambda holding: (-holding.posts, holding.site))))
