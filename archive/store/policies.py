"""What hosts say to crawlers in robots.txt and tdmrep.json, kept so as not to ask at every crawl."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.records.models import format_time, parse_time
from archive.store.database import Database


@dataclass(frozen=True, slots=True)
class Policy:
    """One such file as it was answered."""

    url: str
    asked: datetime
    #: HTTP status; `None` when nothing answered.
    status: int | None
    body: bytes


class Policies:
    """The policies in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def keep(self, url: str, status: int | None, body: bytes = b"") -> None:
        """Keep what was answered now, in place of what was answered before."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO policies VALUES (?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET asked = excluded.asked,"
                " status = excluded.status, body = excluded.body",
                (url, format_time(datetime.now(UTC)), status, body),
            )

    def kept(self, url: str, *, within: timedelta | None = None) -> Policy | None:
        """Return the latest answer; `None` when there is none, or none so young."""
        row = self._database.connection.execute(
            "SELECT url, asked, status, body FROM policies WHERE url = ?", (url,)
        ).fetchone()
        if row is None:
            return None
        policy = Policy(row[0], parse_time(row[1]), row[2], row[3])
        age = datetime.now(UTC) - policy.asked
        # Times are kept to the second, and an answer from the future is none: the clock was wrong then, or is now.
        return policy if within is None or timedelta(seconds=-1) <= age < within else None
