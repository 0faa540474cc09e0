"""`Archive`: the one class through which spiders, the web UI and the command line reach what is archived."""

from collections.abc import Iterator
from dataclasses import replace
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
from archive.store.frontier import Visits
from archive.store.jobs import Jobs
from archive.store.policies import Policies
from archive.store.posts import Change, Store, leave_old_addresses
from archive.store.revisions import Revision

_GONE = {404, 410}
_NOT_MODIFIED = 304


class Archive:
    """An archive directory: `records.db`, which is the truth, and `index/`, which can be deleted at any time."""

    def __init__(self, directory: str | Path) -> None:
        """Open the archive, making it where there is none; raise `ArchiveOpenError`."""
        self.directory = Path(directory)
        self.database = Database(self.directory / "records.db")
        self.store = Store(self.database)
        self.visits = Visits(self.database)
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
                self.visits.forget(connection, (visit.url,))
                return Change("denied")
            change = None
            if visit.post is not None:
                change = self.store.add(connection, visit.post, thread_whole=visit.thread_whole)
                if visit.thread_whole and change.post != "denied":
                    leave_old_addresses(connection, self.store, visit.post, visit.aliases)
            elif visit.discussion:
                change = self.store.add_discussion(connection, visit.discussion)
            elif visit.status in _GONE:
                gone = self.visits.gone_post(connection, visit.url)
                if gone is not None:
                    self.store.mark_gone(connection, gone)
            kept = visit if change is None or change.post != "denied" else replace(visit, post=None)
            self.visits.note(connection, kept, still=_stood_still(visit, change))
        return change

    def find(self, name: str) -> Post:
        """Return the post meant by its id, the id of a comment, or an address; raise `NotFoundError`."""
        if name.startswith("comment:"):
            return self.post(self.store.post_of(name) or name)
        if name.startswith("post:"):
            return self.post(name)
        for url in spellings(name):
            post = self.store.post(post_id(url)) or self.store.post(self.visits.find(url) or "")
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

    def status(self) -> dict[str, Any]:
        """Return what is archived per site, which threads are short, which pages fail, and the latest crawls."""
        counts = self.store.counts()
        known = self.visits.sites()
        names = sorted(counts.keys() | known.keys())
        sites = [
            {"site": name, "posts": counts.get(name, (0, 0))[0], "comments": counts.get(name, (0, 0))[1]}
            | known.get(name, {})
            for name in names
        ]
        return {
            "archive": str(self.directory),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "posts": sum(posts for posts, _ in counts.values()),
            "comments": sum(comments for _, comments in counts.values()),
            "seq": self.store.last_seq(),
            "indexed_seq": self.engine.seq(),
            "sites": sites,
            "short_threads": self.visits.short_threads(),
            "failing": self.visits.failing(),
            "jobs": self.jobs.latest(),
        }

    def check(self) -> list[str]:
        """Return everything found wrong, in words; empty when the archive is sound."""
        damage = [
            *self.database.damage(),
            *self.store.damage(),
            *self.captures.damage(self.directory / "warc"),
            *self.engine.damage(),
        ]
        begun = unfinished(self.database.connection)
        return damage + [f"{each.kind} {each.value} is half forgotten; run `sales-archive index`" for each in begun]


def _stood_still(visit: Visit, change: Change | None) -> bool:
    return visit.status == _NOT_MODIFIED if change is None else change.revisions == 0
