"""The frontier: every address a crawl knows of, how its last visit went, and when the next is due.

A visit is written in the transaction of the post it brought. Saved apart, a crash between the two would make
the next crawl believe, by its ETag, that it already holds a page it never stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.records.models import Visit, format_time, parse_time, post_id
from archive.store.coverage import FORBIDDEN
from archive.store.database import Connection, Database
from archive.store.deny import denies_address


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What the frontier holds of one address."""

    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    visited: str | None
    #: False when part of the thread could not be read: validators would then hide that it still is missing.
    thread_whole: bool


@dataclass(frozen=True, slots=True)
class ShortThread:
    """A post whose thread is short of what its site states, or could not be read to the end."""

    url: str
    #: Comments that the site states; `None` where it states no number.
    stated: int | None
    #: Comments archived.
    found: int
    #: Why the last visit brought no more, in words.
    reason: str | None


@dataclass(frozen=True, slots=True)
class FailingPage:
    """An address whose last visit failed."""

    url: str
    site: str
    #: HTTP status; `None` when nothing answered.
    status: int | None
    reason: str | None
    #: Visits in a row that failed.
    failures: int


@dataclass(frozen=True, slots=True)
class PageLeftOut:
    """A visited address that holds no post of the archive."""

    url: str
    site: str
    #: In words.
    reason: str


class Frontier:
    """The pages in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def discover(self, site: str, pages: Iterable[tuple[str, datetime | None]]) -> int:
        """Add addresses, each with the time its site says it last changed; return how many were new.

        One that is known becomes due at once when it changed after its last visit. Denied ones are left out.
        """
        now = format_time(datetime.now(UTC))
        new = 0
        with self._database.write() as connection:
            for url, modified in pages:
                if denies_address(connection, site, (url,)):
                    continue
                cursor = connection.execute(
                    "INSERT INTO pages (url, site, discovered, due)"
                    " SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM aliases WHERE url = ?)"
                    " ON CONFLICT DO NOTHING",
                    (url, site, now, now, url),
                )
                new += cursor.rowcount
                if modified is not None:
                    connection.execute(
                        "UPDATE pages SET due = ? WHERE url = ? AND visited < ? AND due > ?",
                        (now, url, format_time(modified), now),
                    )
        return new

    def due(self, site: str, *, everything: bool = False, limit: int = -1) -> list[KnownPage]:
        """Return up to `limit` addresses of a site that are due now: never visited ones, then the longest overdue.

        One that was met later than now is due: the clock was wrong then.
        """
        now = "9999" if everything else format_time(datetime.now(UTC))
        rows = self._database.connection.execute(
            "SELECT url, etag, last_modified, body_hash, visited, coalesce(thread_whole, 1) <> 0 FROM pages"
            " WHERE site = ?2 AND (due <= ?1 OR coalesce(visited, discovered) > ?1)"
            " ORDER BY visited IS NOT NULL, due, url LIMIT ?3",
            (now, site, limit),
        )
        return [
            KnownPage(url, etag, last_modified, body_hash, visited, bool(whole))
            for url, etag, last_modified, body_hash, visited, whole in rows
        ]

    def wake(self, stated: Iterable[tuple[str, int]]) -> None:
        """Make posts due at once whose site now states another size of their thread than at the last visit."""
        now = format_time(datetime.now(UTC))
        rows = [(now, url, now, size) for url, size in stated]
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE pages SET due = ? WHERE url = ? AND due > ? AND failures = 0 AND EXISTS"
                " (SELECT 1 FROM posts WHERE posts.id = pages.post_id AND posts.stated <> ?)",
                rows,
            )

    def wake_without(self, comments: Iterable[tuple[str, str]]) -> None:
        """Make visited posts due at once, each given with the id of a comment, that lack this comment."""
        now = format_time(datetime.now(UTC))
        rows = [(now, url, now, id_) for url, id_ in comments]
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE pages SET due = ? WHERE url = ? AND due > ? AND failures = 0 AND post_id IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM comments WHERE id = ?)",
                rows,
            )

    def is_due(self, url: str) -> bool:
        """Tell whether an address is due now, as `due` has it; one that is not known is."""
        query = "SELECT due > ?1 AND coalesce(visited, discovered) <= ?1 FROM pages WHERE url = ?2"
        row = self._database.connection.execute(query, (format_time(datetime.now(UTC)), url)).fetchone()
        return row is None or not row[0]

    def note(self, connection: Connection, visit: Visit, *, still: bool = False) -> None:
        """Write how a visit went, in the caller's transaction; `still` when it brought nothing new."""
        row = connection.execute("SELECT failures, post_id FROM pages WHERE url = ?", (visit.url,)).fetchone()
        failures, known_post = row or (0, None)
        failures = 0 if succeeded(visit) else failures + 1
        published = visit.post.published if visit.post else _published(connection, known_post)
        due = visit.due or next_due(visit, failures, published, still=still)
        at = format_time(visit.at)
        connection.execute(
            "INSERT INTO pages (url, site, post_id, discovered, visited, due, status, reason, thread_whole, failures,"
            " etag, last_modified, body_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (url) DO UPDATE SET post_id = excluded.post_id, visited = excluded.visited,"
            " due = excluded.due, status = excluded.status, reason = excluded.reason,"
            " thread_whole = excluded.thread_whole, failures = excluded.failures, etag = excluded.etag,"
            " last_modified = excluded.last_modified, body_hash = excluded.body_hash",
            (
                visit.url,
                visit.site,
                visit.post.id if visit.post else known_post,
                at,
                at,
                format_time(due),
                visit.status,
                visit.reason,
                visit.thread_whole,
                failures,
                visit.etag,
                visit.last_modified,
                visit.body_hash,
            ),
        )
        rows = [(alias, visit.url) for alias in visit.aliases if alias != visit.url]
        connection.executemany(
            "INSERT INTO aliases VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET target = excluded.target", rows
        )
        # Where they lead is visited in their place from now on.
        connection.executemany("DELETE FROM pages WHERE url = ?", [(alias,) for alias, _ in rows])

    def gone_post(self, connection: Connection, url: str) -> str | None:
        """Return the id of the post that went away with `url`; `None` while another address still has it."""
        row = connection.execute("SELECT post_id FROM pages WHERE url = ?", (url,)).fetchone()
        if row is None or row[0] is None:
            return post_id(self.target(url))
        alive = connection.execute(
            "SELECT 1 FROM pages WHERE post_id = ? AND url <> ? AND status < ?", (row[0], url, FIRST_ERROR)
        ).fetchone()
        return None if alive else str(row[0])

    def find(self, url: str) -> str | None:
        """Return the id of the post that was met at an address; `None` when none was."""
        row = self._database.connection.execute(
            "SELECT post_id FROM pages WHERE url = ? AND post_id IS NOT NULL", (self.target(url),)
        ).fetchone()
        return None if row is None else str(row[0])

    def addresses(self, connection: Connection, ids: Iterable[str]) -> set[str]:
        """Return every address at which these posts were met, aliases included."""
        urls: set[str] = set()
        for id_ in ids:
            urls |= {url for (url,) in connection.execute("SELECT url FROM pages WHERE post_id = ?", (id_,))}
            urls |= {url for (url,) in connection.execute("SELECT url FROM posts WHERE id = ?", (id_,))}
        for target in tuple(urls):
            urls |= {url for (url,) in connection.execute("SELECT url FROM aliases WHERE target = ?", (target,))}
        return urls

    def forget(self, connection: Connection, urls: Iterable[str]) -> None:
        """Delete what the frontier holds of these addresses, in the caller's transaction."""
        for url in urls:
            connection.execute("DELETE FROM pages WHERE url = ?", (url,))
            connection.execute("DELETE FROM aliases WHERE url = ? OR target = ?", (url, url))

    def forget_site(self, connection: Connection, site: str) -> None:
        """Delete what the frontier holds of a site, in the caller's transaction."""
        pages = connection.execute("SELECT url FROM pages WHERE site = ?", (site,)).fetchall()
        self.forget(connection, [url for (url,) in pages])

    def post_addresses(self) -> frozenset[str]:
        """Return the addresses at which posts are."""
        query = "SELECT url FROM posts UNION SELECT url FROM pages WHERE post_id NOT NULL"
        return frozenset(url for (url,) in self._database.connection.execute(query))

    def post_pages(self) -> list[str]:
        """Return the addresses whose visits brought a post, in their order; one post may have several."""
        query = "SELECT url FROM pages WHERE post_id IS NOT NULL ORDER BY url"
        return [str(url) for (url,) in self._database.connection.execute(query)]

    def target(self, url: str) -> str:
        """Return the address that `url` is an alias of, else `url` itself."""
        row = self._database.connection.execute("SELECT target FROM aliases WHERE url = ?", (url,)).fetchone()
        return url if row is None else str(row[0])

    def short_threads(self) -> list[ShortThread]:
        """Return the posts whose thread is short of what the site states, or could not be read, by address."""
        rows = self._database.connection.execute(
            "SELECT p.url, p.stated, count(c.id), g.reason FROM posts p LEFT JOIN comments c ON c.post_id = p.id"
            " LEFT JOIN pages g ON g.post_id = p.id GROUP BY p.id"
            " HAVING count(c.id) < p.stated OR g.thread_whole = 0 ORDER BY p.url"
        )
        return [ShortThread(*row) for row in rows]

    def failing(self) -> list[FailingPage]:
        """Return the addresses whose last visit failed, with the reason, the most often failed first.

        What robots.txt forbids has not failed.
        """
        rows = self._database.connection.execute(
            "SELECT url, site, status, reason, failures FROM pages WHERE failures > 0 AND reason IS NOT ?"
            " ORDER BY failures DESC, url",
            (FORBIDDEN,),
        )
        return [FailingPage(*row) for row in rows]

    def left_out(self) -> list[PageLeftOut]:
        """Return the visited addresses that hold no post of the archive, with the reason in words."""
        rows = self._database.connection.execute(
            "SELECT url, site, reason FROM pages WHERE post_id IS NULL AND visited IS NOT NULL AND reason IS NOT NULL"
            " ORDER BY site, url"
        )
        return [PageLeftOut(*row) for row in rows]

    def pages_by_site(self) -> dict[str, tuple[int, int]]:
        """Return, per site, how many addresses are known and how many of them are due now."""
        rows = self._database.connection.execute(
            "SELECT site, count(*), sum(due <= ?1 OR coalesce(visited, discovered) > ?1) FROM pages GROUP BY site",
            (format_time(datetime.now(UTC)),),
        )
        return {site: (known, due) for site, known, due in rows}


def _published(connection: Connection, id_: str | None) -> datetime | None:
    """Return when the post that an unchanged page holds was published."""
    row = connection.execute(
        "SELECT json_extract(r.record, '$.published') FROM posts p JOIN revisions r USING (seq) WHERE p.id = ?",
        (id_,),
    ).fetchone()
    return parse_time(row[0]) if row is not None and row[0] is not None else None


#: A thread is looked at again when its age has doubled, within these bounds.
SOONEST = timedelta(hours=1)
LATEST = timedelta(days=90)
#: A thread that stood still is given this many times its age, while that is less than a week: most threads are short.
STILL_PATIENCE = 5
STILL_LATEST = timedelta(days=7)
#: Where a feed tells of new comments, a thread is looked at when its age is this many times as much again, and not
#: every few hours while it is young: the feed is asked then.
WOKEN_PATIENCE = 4
WOKEN_SOONEST = timedelta(days=1)

#: After a failure: twice as long each time, within these bounds.
RETRY_SOONEST = timedelta(hours=1)
RETRY_LATEST = timedelta(days=7)

#: A page that is gone is asked for seldom.
GONE_AGAIN = timedelta(days=30)
GONE = {404, 410}
#: The first HTTP status that is an error.
FIRST_ERROR = 400


def next_due(visit: Visit, failures: int, published: datetime | None, *, still: bool = False) -> datetime:
    """Return when to visit again: by the post's age, or later and later after failures.

    `still` says that the visit brought nothing that was not known.
    """
    if visit.status in GONE:
        return visit.at + GONE_AGAIN
    if failures:
        return visit.at + min(RETRY_SOONEST * (1 << min(failures - 1, 20)), RETRY_LATEST)
    age = visit.at - published if published else LATEST / 4
    if visit.woken:
        wait = max(WOKEN_PATIENCE * age, WOKEN_SOONEST)
    else:
        wait = max(age, min(STILL_PATIENCE * age, STILL_LATEST)) if still else age
    return visit.at + min(max(wait, SOONEST), LATEST)


def succeeded(visit: Visit) -> bool:
    """Tell whether a visit brought all that can be had, so that it need not be tried again soon."""
    answered = visit.status is not None and (visit.status < FIRST_ERROR or visit.status in GONE)
    return answered and (visit.thread_whole or not visit.thread_reachable)
