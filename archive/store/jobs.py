"""Jobs, as Scrapy calls single crawls: when each began, how it ended, and what came of each site in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.records.models import format_time, parse_time
from archive.store.database import Database
from archive.store.sites import SiteCrawl, note_crawls

#: Reports that still tell of each site: three months of hourly crawls. Older ones keep their counts; all of them
#: would grow by 80 MB a year where 130 blogs are crawled (400 bytes for each site and crawl).
SITES_TOLD = 2000


@dataclass(frozen=True, slots=True)
class Job:
    """One crawl, and how it went."""

    id: int
    spider: str
    started: datetime
    #: `None` for one that was killed, or is running.
    ended: datetime | None
    #: What the crawl counted and how it was judged, as its extension writes it; `None` before it ended.
    report: Mapping[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return {
            "id": self.id,
            "spider": self.spider,
            "started": format_time(self.started),
            "ended": format_time(self.ended) if self.ended else None,
            "report": self.report,
        }


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

    def end(self, job: int, report: Mapping[str, Any], sites: Mapping[str, SiteCrawl] | None = None) -> None:
        """Note how a crawl ended and what came of each site in it; a job without an end was killed, or is running."""
        now = format_time(datetime.now(UTC))
        told = dict(report) | {"sites": {site: crawl.to_json() for site, crawl in (sites or {}).items()}}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
        with self._database.write() as connection:
            connection.execute("UPDATE jobs SET ended = ?, report = ? WHERE id = ?", (now, text, job))
            # Some more than one: a job that was killed has shortened none.
            old = "UPDATE jobs SET report = json_remove(report, '$.sites') WHERE id BETWEEN ? AND ?"
            connection.execute(old, (job - SITES_TOLD - 20, job - SITES_TOLD))
            note_crawls(connection, sites or {})

    def latest(self, limit: int = 20) -> list[Job]:
        """Return the latest crawls with their reports, newest first."""
        rows = self._database.connection.execute(
            "SELECT id, spider, started, ended, report FROM jobs ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [
            Job(
                id_,
                spider,
                parse_time(started),
                parse_time(ended) if ended else None,
                None if report is None else json.loads(report),
            )
            for id_, spider, started, ended, report in rows
        ]
