"""The frontier: every address a crawl knows of, how its last visit went, and when the next is due.

A visit is written in the transaction of the post it brought. Saved apart, a crash between the two would make
the next crawl believe, by its ETag, that it already holds a page it never stored.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.coverage import FORBIDDEN
from archive.database import Database
from archive.deny import denies_address
from archive.records import Visit, format_time, parse_time, post_id
from archive.revisits import FIRST_ERROR, next_due, succeeded


@dataclass(frozen=True, slots=True)
class Known:
    """What the frontier holds of one address."""

    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    visited: str | None
    #: False when part of the thread could not be read: validators would then hide that it still is missing.
    thread_whole: bool


class Visits:
    """Pages and sites in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def discover(self, site: str, found: Iterable[tuple[str, datetime | None]]) -> int:
        """Add addresses, each with the time its site says it last changed; return how many were new.

        One that is known becomes due at once when it changed after its last visit. Denied ones are left out.
        """
        now = format_time(datetime.now(UTC))
        new = 0
        with self._database.write() as connection:
            for url, modified in found:
                if denies_address(connection, site, (url,)):
                    continue
                cursor = connection.execute(
                    "INSERT OR IGNORE INTO pages (url, site, discovered, due)"
                    " SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM aliases WHERE url = ?)",
                    (url, site, now, now, url),
                )
                new += cursor.rowcount
                if modified is not None:
                    connection.execute(
                        "UPDATE pages SET due = ? WHERE url = ? AND visited < ? AND due > ?",
                        (now, url, format_time(modified), now),
                    )
        return new

    def due(self, site: str, *, everything: bool = False, limit: int = -1) -> list[Known]:
        """Return up to `limit` addresses of a site that are due now: never visited ones, then the longest overdue.

        One that was met later than now is due: the clock was wrong then.
        """
        now = "9999" if everything else format_time(datetime.now(UTC))
        rows = self._database.connection.execute(
            "SELECT url, etag, last_modified, body_hash, visited, thread_whole IS NOT 0 FROM pages WHERE site = ?2"
            " AND (due <= ?1 OR ifnull(visited, discovered) > ?1) ORDER BY visited IS NOT NULL, due, url LIMIT ?3",
            (now, site, limit),
        )
        return [
            Known(url, etag, last_modified, body_hash, visited, bool(whole))
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
        query = "SELECT due > ?1 AND ifnull(visited, discovered) <= ?1 FROM pages WHERE url = ?2"
        row = self._database.connection.execute(query, (format_time(datetime.now(UTC)), url)).fetchone()
        return row is None or not row[0]

    def note(self, connection: sqlite3.Connection, visit: Visit, *, still: bool = False) -> None:
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
        connection.executemany("INSERT OR REPLACE INTO aliases VALUES (?, ?)", rows)
        # Where they lead is visited in their place from now on.
        connection.executemany("DELETE FROM pages WHERE url = ?", [(alias,) for alias, _ in rows])

    def gone_post(self, connection: sqlite3.Connection, url: str) -> str | None:
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

    def addresses(self, connection: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
        """Return every address at which these posts were met, aliases included."""
        found: set[str] = set()
        for each in ids:
            found |= {url for (url,) in connection.execute("SELECT url FROM pages WHERE post_id = ?", (each,))}
            found |= {url for (url,) in connection.execute("SELECT url FROM posts WHERE id = ?", (each,))}
        for target in tuple(found):
            found |= {url for (url,) in connection.execute("SELECT url FROM aliases WHERE target = ?", (target,))}
        return found

    def forget(self, connection: sqlite3.Connection, urls: Iterable[str]) -> None:
        """Delete what the frontier holds of these addresses, in the caller's transaction."""
        for url in urls:
            connection.execute("DELETE FROM pages WHERE url = ?", (url,))
            connection.execute("DELETE FROM aliases WHERE url = ? OR target = ?", (url, url))

    def forget_site(self, connection: sqlite3.Connection, site: str) -> None:
        """Delete what the frontier holds of a site, in the caller's transaction."""
        pages = connection.execute("SELECT url FROM pages WHERE site = ?", (site,)).fetchall()
        self.forget(connection, [url for (url,) in pages])
        connection.execute("DELETE FROM sites WHERE site = ?", (site,))

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

    def short_threads(self) -> list[dict[str, Any]]:
        """Return the posts whose thread is short of what the site states, or could not be read, with the reason."""
        rows = self._database.connection.execute(
            "SELECT p.url, p.stated, count(c.id), g.reason FROM posts p LEFT JOIN comments c ON c.post_id = p.id"
            " LEFT JOIN pages g ON g.post_id = p.id GROUP BY p.id"
            " HAVING count(c.id) < p.stated OR g.thread_whole = 0 ORDER BY p.url"
        )
        return [dict(zip(("url", "stated", "found", "reason"), row, strict=True)) for row in rows]

    def failing(self) -> list[dict[str, Any]]:
        """Return the addresses whose last visit failed, with the reason, the most often failed first.

        What robots.txt forbids has not failed.
        """
        rows = self._database.connection.execute(
            "SELECT url, site, status, reason, failures FROM pages WHERE failures > 0 AND reason IS NOT ?"
            " ORDER BY failures DESC, url",
            (FORBIDDEN,),
        )
        return [dict(zip(("url", "site", "status", "reason", "failures"), row, strict=True)) for row in rows]

    def left_out(self) -> list[dict[str, Any]]:
        """Return the visited addresses that hold no post of the archive, with the reason in words."""
        rows = self._database.connection.execute(
            "SELECT url, site, reason FROM pages WHERE post_id IS NULL AND visited IS NOT NULL AND reason IS NOT NULL"
            " ORDER BY site, url"
        )
        return [dict(zip(("url", "site", "reason"), row, strict=True)) for row in rows]

    def pages_by_site(self) -> dict[str, tuple[int, int]]:
        """Return, per site, how many addresses are known and how many of them are due now."""
        rows = self._database.connection.execute(
            "SELECT site, count(*), sum(due <= ?1 OR ifnull(visited, discovered) > ?1) FROM pages GROUP BY site",
            (format_time(datetime.now(UTC)),),
        )
        return {site: (known, due) for site, known, due in rows}

    def site(self, site: str) -> dict[str, Any]:
        """Return what crawls learned of a site; empty for one never crawled."""
        row = self._database.connection.execute("SELECT state FROM sites WHERE site = ?", (site,)).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def sites(self) -> dict[str, dict[str, Any]]:
        """Return what crawls learned of every site."""
        rows = self._database.connection.execute("SELECT site, state FROM sites ORDER BY site")
        return {site: json.loads(state) for site, state in rows}

    def names(self) -> dict[str, str]:
        """Return the names of sites as the catalogue has them; a site without a name is left out."""
        rows = self._database.connection.execute(
            "SELECT site, json_extract(state, '$.name') AS name FROM sites WHERE name IS NOT NULL AND name != ''"
        )
        return dict(rows.fetchall())

    def learn(self, site: str, **state: Any) -> None:
        """Keep facts about a site beside those already known."""
        with self._database.write() as connection:
            text = json.dumps(self.site(site) | state, ensure_ascii=False, sort_keys=True)
            connection.execute("INSERT OR REPLACE INTO sites VALUES (?, ?)", (site, text))

    def note_turn(self, site: str, turn: Mapping[str, Any], *, failure: str | None) -> str | None:
        """Keep how a site's turn went, and return when one went well before; `None` when none did.

        A failure that goes on keeps the time at which it began, in `failing_since`.
        """
        now = format_time(datetime.now(UTC))
        before = self.site(site)
        if failure is None:
            self.learn(site, **turn, failure=None, failing_since=None, well=now)
        else:
            self.learn(site, **turn, failure=failure, failing_since=before.get("failing_since") or now)
        return before.get("well")


def _published(connection: sqlite3.Connection, id_: str | None) -> datetime | None:
    """Return when the post that an unchanged page holds was published."""
    row = connection.execute(
        "SELECT json_extract(r.record, '$.published') FROM posts p JOIN revisions r USING (seq) WHERE p.id = ?",
        (id_,),
    ).fetchone()
    return parse_time(row[0]) if row is not None and row[0] is not None else None
