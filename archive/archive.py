"""`Archive`: the one class through which spiders, the web UI and the command line reach what is archived."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from archive.errors import NotFoundError
from archive.records.addresses import spellings
from archive.records.models import Post, Visit, post_id
from archive.search.engine import Progress, SearchEngine, SyncReport
from archive.search.results import Query, Results
from archive.search.whoosh.engine import WhooshEngine
from archive.store.captures import Captures
from archive.store.database import Database
from archive.store.deny import denies_address, unfinished
from archive.store.frontier import FailingPage, Frontier, ShortThread
from archive.store.jobs import Job, Jobs
from archive.store.policies import Policies
from archive.store.posts import Change, Store, leave_old_addresses
from archive.store.revisions import Revision
from archive.store.sites import Sites, SiteState

_GONE = {404, 410}
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What is archived of one site, and what crawls learned of it."""

    site: str
    posts: int
    comments: int
    state: SiteState

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values, what crawls learned beside the counts."""
        return {"site": self.site, "posts": self.posts, "comments": self.comments} | dict(self.state.stored)


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """What is archived, and how crawls went."""

    #: The directory.
    archive: str
    #: When this was found.
    at: datetime
    #: Change up to which the records go, and up to which the search index does.
    seq: int
    indexed_seq: int
    #: By name.
    sites: tuple[SiteStatus, ...]
    short_threads: tuple[ShortThread, ...]
    failing: tuple[FailingPage, ...]
    #: The latest crawls, newest first.
    jobs: tuple[Job, ...]

    @property
    def posts(self) -> int:
        """Number of posts."""
        return sum(site.posts for site in self.sites)

    @property
    def comments(self) -> int:
        """Number of comments, without those of which only the place is kept."""
        return sum(site.comments for site in self.sites)

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "archive": self.archive,
            "at": self.at.isoformat(timespec="seconds"),
            "posts": self.posts,
            "comments": self.comments,
            "seq": self.seq,
            "indexed_seq": self.indexed_seq,
            "sites": [site.to_json() for site in self.sites],
            "short_threads": [asdict(thread) for thread in self.short_threads],
            "failing": [asdict(page) for page in self.failing],
            "jobs": [job.to_json() for job in self.jobs],
        }


class Archive:
    """An archive directory: `records.db`, which is the truth, and `index/`, which can be deleted at any time."""

    def __init__(self, directory: str | Path) -> None:
        """Open the archive, making it where there is none; raise `ArchiveOpenError`."""
        self.directory = Path(directory)
        self.database = Database(self.directory / "records.db")
        self.store = Store(self.database)
        self.frontier = Frontier(self.database)
        self.sites = Sites(self.database)
        self.jobs = Jobs(self.database)
        self.captures = Captures(self.database)
        self.policies = Policies(self.database)
        self.engine: SearchEngine = WhooshEngine(
            self.directory / "index", self.store, archive_id=self.database.meta("archive_id") or ""
        )

    def __enter__(self) -> Self:
        """Return the archive itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the archive."""
        self.close()

    def close(self) -> None:
        """Close files and connections."""
        self.engine.close()
        self.database.close()

    def add(self, post: Post, *, thread_whole: bool = True) -> Change:
        """Archive a post with its thread; see `Store.add`. Visible to search after the next `sync`."""
        with self.database.write() as connection:
            return self.store.add(connection, post, thread_whole=thread_whole)

    def record(self, visit: Visit) -> Change | None:
        """Archive what a visit brought, and how it went, in one transaction.

        Return what changed, `None` when the visit brought no post. Of a denied address nothing is kept, not
        even that it was visited.
        """
        with self.database.write() as connection:
            if denies_address(connection, visit.site, (visit.url, *visit.aliases)):
                self.frontier.forget(connection, (visit.url,))
                return Change("denied")
            change = None
            if visit.post is not None:
                change = self.store.add(connection, visit.post, thread_whole=visit.thread_whole)
                if visit.thread_whole and change.post != "denied":
                    leave_old_addresses(connection, self.store, visit.post, visit.aliases)
            elif visit.discussion:
                change = self.store.add_discussion(connection, visit.discussion)
            elif visit.status in _GONE:
                gone = self.frontier.gone_post(connection, visit.url)
                if gone is not None:
                    self.store.mark_gone(connection, gone)
            kept = visit if change is None or change.post != "denied" else replace(visit, post=None)
            self.frontier.note(connection, kept, still=_stood_still(visit, change))
        return change

    def find(self, name: str) -> Post:
        """Return the post meant by its id, the id of a comment, or an address; raise `NotFoundError`."""
        if name.startswith("comment:"):
            return self.post(self.store.post_of(name) or name)
        if name.startswith("post:"):
            return self.post(name)
        for url in spellings(name):
            post = self.store.post(post_id(url)) or self.store.post(self.frontier.find(url) or "")
            if post is not None:
                return post
        raise NotFoundError(f"no post of this archive has the address {name}")

    def post(self, id: str) -> Post:  # noqa: A002 (the record's own field name)
        """Return a post with its thread; raise `NotFoundError`."""
        post = self.store.post(id)
        if post is None:
            raise NotFoundError(f"no post of this archive has the id {id}")
        return post

    def posts(self) -> Iterator[Post]:
        """Yield all posts with their threads, ordered by id, as they are at the first one's reading."""
        with self.database.snapshot() as connection:
            yield from self.store.posts(connection)

    def history(self, id: str) -> list[Revision]:  # noqa: A002 (the record's own field name)
        """Return every revision of one text, oldest first."""
        return self.store.history(id)

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the search index up to the records; see `SearchEngine.sync`."""
        return self.engine.sync(progress=progress)

    def search(self, query: Query) -> Results:
        """Return the page of results for `query`; raise `QueryError` when it cannot be answered in time."""
        return self.engine.search(query)

    def status(self) -> ArchiveStatus:
        """Return what is archived per site, which threads are short, which pages fail, and the latest crawls."""
        counts, states = self.store.counts(), self.sites.states()
        names = sorted(counts.keys() | states.keys())
        return ArchiveStatus(
            archive=str(self.directory),
            at=datetime.now(UTC),
            seq=self.store.last_seq(),
            indexed_seq=self.engine.seq(),
            sites=tuple(SiteStatus(name, *counts.get(name, (0, 0)), states.get(name, SiteState())) for name in names),
            short_threads=tuple(self.frontier.short_threads()),
            failing=tuple(self.frontier.failing()),
            jobs=tuple(self.jobs.latest()),
        )

    def check(self) -> list[str]:
        """Return everything found wrong, in words; empty when the archive is sound."""
        damage = [
            *self.database.damage(),
            *self.store.damage(),
            *self.captures.damage(self.directory / "warc"),
            *self.engine.damage(),
        ]
        begun = unfinished(self.database.connection)
        return damage + [f"{rule.kind} {rule.value} is half forgotten; run `sales-archive index`" for rule in begun]


def _stood_still(visit: Visit, change: Change | None) -> bool:
    return visit.status == _NOT_MODIFIED if change is None else change.revisions == 0
