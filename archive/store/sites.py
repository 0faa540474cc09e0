"""What crawls learned of each site: its software, what came of its last crawl, and when to look at it again.

A site's state is one JSON object in the table `sites`. What another version of the program wrote there is left alone,
and so are the keys of today: `turn` for a schedule, `next` within it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypedDict, Unpack

from archive.records.models import format_time, parse_time
from archive.store.database import Connection, Database

#: How a site's part of a crawl ended. `begun`: it goes on, or was killed. `postponed`: the site asked to be left
#: alone, or its robots.txt could not be had. `moved`: its posts are kept under another name now.
Ending = Literal["begun", "finished", "budget", "postponed", "refused", "stopped", "failed", "moved"]

#: Names a schedule, alone or before a colon and the folder of a blog.
_SCHEDULE = "turn"
#: The folder of a blog that is a whole host.
_WHOLE_HOST = "/"


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
        return cls(**_fields(cls, values, times=("began", "ended")))

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        return asdict(self) | {
            "began": format_time(self.began),
            "ended": format_time(self.ended) if self.ended else None,
        }

    def under(self, site: str) -> Self:
        """Return it for the name that the site had before it moved to `site`."""
        return replace(self, ending="moved", reason=f"moved to {site}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A feed of a site, as it was last seen."""

    url: str
    #: True for the feed of the site's comments.
    comments: bool = False
    etag: str | None = None
    last_modified: str | None = None
    #: Of the addresses and dates it held; `None` before it was read, or when it could not be read last time.
    hash: str | None = None
    #: Short hashes of what it held, the first of it only.
    seen: tuple[str, ...] = ()
    #: When it was asked for last, whatever it said.
    asked: datetime | None = None
    #: When it last held something new.
    news: datetime | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a feed from what `to_json` returned."""
        return cls(**_fields(cls, values, times=("asked", "news")) | {"seen": tuple(values.get("seen", ()))})

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        times = {"asked": self.asked, "news": self.news}
        return asdict(self) | {name: format_time(moment) if moment else None for name, moment in times.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleState:
    """What a crawl remembers of its last visit to a blog, to tell when and how to look at it again."""

    #: When it last looked at the blog.
    at: datetime | None = None
    #: When the whole list of posts was last read to its end.
    listed: datetime | None = None
    #: When a crawl last brought something new.
    news: datetime | None = None
    #: True when the list brings the posts themselves: their pages are then not visited one by one.
    by_list: bool = False
    #: True when such a list only names the threads: a post that is due is then reason enough to ask for it.
    threads_apart: bool = False
    #: How often the wait before the next look has been doubled.
    quiet: int = 0
    feeds: tuple[FeedState, ...] = ()
    #: True when one of the feeds was left to the next crawl.
    owed: bool = False
    #: Until when the site asked to be left alone.
    not_before: datetime | None = None
    #: Where the front page was found instead, when the site has moved.
    moved_to: str | None = None
    #: When it is time to look again; `None` for at once.
    due: datetime | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a schedule from what `to_json` returned."""
        times = ("at", "listed", "news", "not_before", "due")
        named = dict(values) | {"due": values.get("next")}
        feeds = tuple(map(FeedState.from_json, values.get("feeds", ())))
        return cls(**_fields(cls, named, times=times) | {"feeds": feeds})

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values, without times that are not known."""
        times = {
            "at": self.at,
            "listed": self.listed,
            "news": self.news,
            "next": self.due,
            "not_before": self.not_before,
        }
        return {name: format_time(moment) for name, moment in times.items() if moment is not None} | {
            "by_list": self.by_list,
            "threads_apart": self.threads_apart,
            "owed": self.owed,
            "quiet": self.quiet,
            "feeds": [feed.to_json() for feed in self.feeds],
            "moved_to": self.moved_to,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteState:
    """What crawls learned of one site; nothing of one that was never crawled."""

    platform: str | None = None
    #: As the catalogue has it.
    name: str | None = None
    url: str | None = None
    #: When its list of posts was last asked for, and why it could not be read, in words.
    listed: datetime | None = None
    list_failure: str | None = None
    #: What looked wrong with what the last crawl read, in words.
    concerns: tuple[str, ...] = ()
    #: Why the last crawl of it failed, in words, and since when it has failed.
    failure: str | None = None
    failing_since: datetime | None = None
    #: When a crawl of it last went well.
    well: datetime | None = None
    #: What came of it in the last crawl; `None` where no crawl told.
    crawl: SiteCrawl | None = None
    #: One for each blog of the site, by the folder in which it is; `/` for the whole host.
    schedules: Mapping[str, ScheduleState] = field(default_factory=dict)
    #: The JSON object as it is stored, with what another version of the program may have added.
    stored: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the state that is stored as `values`."""
        named = _fields(cls, values, times=("listed", "failing_since", "well"))
        crawl = values.get("crawl")
        return cls(**named | {
            "concerns": tuple(values.get("concerns") or ()),
            "crawl": SiteCrawl.from_json(crawl) if crawl else None,
            "schedules": {folder: ScheduleState.from_json(schedule) for folder, schedule in _schedules(values)},
            "stored": values,
        })  # fmt: skip


class SiteFacts(TypedDict, total=False):
    """What `Sites.learn` keeps, as `SiteState` describes it."""

    platform: str
    name: str | None
    url: str
    listed: datetime
    list_failure: str | None
    concerns: Sequence[str]


class Sites:
    """The states of sites in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def state(self, site: str) -> SiteState:
        """Return what crawls learned of a site; an empty state for one never crawled."""
        return SiteState.from_json(_stored(self._database.connection, site))

    def states(self) -> dict[str, SiteState]:
        """Return what crawls learned of every site, by its name."""
        rows = self._database.connection.execute("SELECT site, state FROM sites ORDER BY site")
        return {site: SiteState.from_json(json.loads(state)) for site, state in rows}

    def names(self) -> dict[str, str]:
        """Return the names of sites as the catalogue has them; a site without a name is left out."""
        rows = self._database.connection.execute(
            "SELECT site, json_extract(state, '$.name') AS name FROM sites WHERE name IS NOT NULL AND name != ''"
        )
        return dict(rows.fetchall())

    def learn(self, site: str, **facts: Unpack[SiteFacts]) -> None:
        """Keep facts about a site beside those already known."""
        with self._database.write() as connection:
            _keep(connection, site, facts)

    def note_visit(
        self, site: str, schedules: Mapping[str, ScheduleState], *, failure: str | None
    ) -> datetime | None:
        """Keep how a crawl's visit to a site went, and return when one went well before; `None` when none did.

        `schedules` are those of its blogs that were visited, by folder. A failure that goes on keeps the time at
        which it began.
        """
        now = datetime.now(UTC)
        with self._database.write() as connection:
            before = SiteState.from_json(_stored(connection, site))
            facts: dict[str, Any] = {}
            for folder, schedule in schedules.items():
                name = _SCHEDULE if folder == _WHOLE_HOST else f"{_SCHEDULE}:{folder}"
                facts[name] = _with_unknown(before.stored.get(name), schedule)
            if failure is None:
                facts |= {"failure": None, "failing_since": None, "well": now}
            else:
                facts |= {"failure": failure, "failing_since": before.failing_since or now}
            _keep(connection, site, facts)
        return before.well

    def note_crawls(self, crawls: Mapping[str, SiteCrawl]) -> None:
        """Keep what came of sites as their last crawl, beside what else is known of them."""
        with self._database.write() as connection:
            note_crawls(connection, crawls)

    def forget(self, connection: Connection, site: str) -> None:
        """Delete what was learned of a site, in the caller's transaction."""
        connection.execute("DELETE FROM sites WHERE site = ?", (site,))


def note_crawls(connection: Connection, crawls: Mapping[str, SiteCrawl]) -> None:
    """Do as `Sites.note_crawls` does, in the caller's transaction."""
    for site, crawl in crawls.items():
        _keep(connection, site, {"crawl": crawl.to_json()})


def _stored(connection: Connection, site: str) -> dict[str, Any]:
    row = connection.execute("SELECT state FROM sites WHERE site = ?", (site,)).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def _keep(connection: Connection, site: str, facts: Mapping[str, Any]) -> None:
    values = {name: format_time(fact) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
    text = json.dumps(_stored(connection, site) | values, ensure_ascii=False, sort_keys=True)
    connection.execute(
        "INSERT INTO sites (site, state) VALUES (?, ?) ON CONFLICT (site) DO UPDATE SET state = excluded.state",
        (site, text),
    )


def _schedules(values: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the folder of each blog of a site, and its schedule as it is stored."""
    for name, value in values.items():
        begin, _, folder = name.partition(":")
        if begin == _SCHEDULE and isinstance(value, dict):
            yield folder or _WHOLE_HOST, value


def _with_unknown(stored: Any, schedule: ScheduleState) -> dict[str, Any]:
    """Return the JSON of a schedule, with what another version of the program added to it and to its feeds."""
    before = stored if isinstance(stored, dict) else {}
    feeds = {feed.get("url"): feed for feed in before.get("feeds", ())}
    new = schedule.to_json()
    known = {*new, "at", "listed", "news", "next", "not_before"}
    return {name: value for name, value in before.items() if name not in known} | new | {
        "feeds": [feeds.get(feed["url"], {}) | feed for feed in new["feeds"]]
    }  # fmt: skip


def _fields(cls: type[Any], values: Mapping[str, Any], *, times: tuple[str, ...]) -> dict[str, Any]:
    """Return the values that are fields of a dataclass, without others, and with its times parsed."""
    named = {known.name: values[known.name] for known in fields(cls) if known.name in values}
    return named | {name: parse_time(named[name]) if named.get(name) else None for name in times}
