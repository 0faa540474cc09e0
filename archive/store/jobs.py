"""Crawls: when each began, how it ended, and what came of each site in it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

from archive.records.models import format_time, parse_time
from archive.store.database import Connection, Database

#: How a site's turn in a crawl ended. `begun`: it goes on, or was killed. `postponed`: the site asked to be left
#: alone, or its robots.txt could not be had. `moved`: its posts are kept under another name now.
Ending = Literal["begun", "finished", "budget", "postponed", "refused", "stopped", "failed", "moved"]

#: Reports that still tell of each site: three months of hourly crawls. Older ones keep their counts; all of them
#: would grow by 80 MB a year where 130 blogs are crawled (400 bytes a turn).
SITES_TOLD = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCrawl:
    """What came of one site in one crawl."""

    spider: str
    ending: Ending
    #: Why it ended so, in words; `None` for what is `begun` or `finished`.
    reason: str | None = None
    began: datetime
    ended: datetime | None = None
    posts_new: int = 0
    posts_changed: int = 0
    posts_unchanged: int = 0
    #: Visits to be tried again that brought no post.
    posts_failed: int = 0
    #: Visits that brought a post without its whole thread.
    threads_short: int = 0
    #: Addresses that robots.txt closes, and those that hold no post, or none any more.
    refused: int = 0
    without_post: int = 0
    comments_new: int = 0
    comments_changed: int = 0
    comments_removed: int = 0

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild it from what `to_json` returned."""
        ended = values.get("ended")
        times = {"began": parse_time(values["began"]), "ended": parse_time(ended) if ended else None}
        return cls(**dict(values) | times)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self | None:
        """Return the last crawl of a site from what `Visits.site` gives; `None` where there was none."""
        values = state.get("crawl")
        return cls.from_json(values) if values else None

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self) | {
            "began": format_time(self.began),
            "ended": format_time(self.ended) if self.ended else None,
        }

    def under(self, site: str) -> Self:
        """Return it for the name that the site had before it moved to `site`."""
        return replace(self, ending="moved", reason=f"moved to {site}")


class Jobs:
    """The crawls of a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def start(self, spider: str) -> int:
        """Note that a crawl began; return its number."""
        with self._database.write() as connection:
            now = format_time(datetime.now(UTC))
            cursor = connection.execute("INSERT INTO jobs (spider, started) VALUES (?, ?)", (spider, now))
        return cursor.lastrowid

    def note(self, sites: Mapping[str, SiteCrawl]) -> None:
        """Keep what came of sites as their last crawl, beside what else is known of them."""
        with self._database.write() as connection:
            _note(connection, sites)

    def end(self, job: int, report: Mapping[str, Any], sites: Mapping[str, SiteCrawl] | None = None) -> None:
        """Note how a crawl ended, and each site's turn in it; a job without an end was killed, or is running."""
        now = format_time(datetime.now(UTC))
        told = dict(report) | {"sites": {site: crawl.to_json() for site, crawl in (sites or {}).items()}}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
        with self._database.write() as connection:
            connection.execute("UPDATE jobs SET ended = ?, report = ? WHERE id = ?", (now, text, job))
            # Some more than one: a job that was killed has shortened none.
            old = "UPDATE jobs SET report = json_remove(report, '$.sites') WHERE id BETWEEN ? AND ?"
            connection.execute(old, (job - SITES_TOLD - 20, job - SITES_TOLD))
            _note(connection, sites or {})

    def latest(self, limit: int = 20) -> list[dict[str, Any]]:
        """Return the latest crawls with their reports, newest first."""
        rows = self._database.connection.execute(
            "SELECT id, spider, started, ended, report FROM jobs ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [
            {
                "id": id_,
                "spider": spider,
                "started": started,
                "ended": ended,
                "report": json.loads(report or "null"),
            }
            for id_, spider, started, ended, report in rows
        ]


def _note(connection: Connection, sites: Mapping[str, SiteCrawl]) -> None:
    connection.executemany(
        "INSERT INTO sites VALUES (?1, json_object('crawl', json(?2)))"
        " ON CONFLICT (site) DO UPDATE SET state = json_set(state, '$.crawl', json(?2))",
        [(site, json.dumps(crawl.to_json())) for site, crawl in sites.items()],
    )
