"""When a site is looked at again, and how closely: what a crawl remembers of its last turn.

A turn asks the site's feeds first, conditionally. Only when a week has passed, or nothing is known yet, is the
whole list of posts asked for again. Feeds are asked as seldom as they allow: the wait doubles while they bring
nothing, and is halved only when so much is new that something may have fallen off their end. A source that has been
silent for months is asked once a week.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from archive.records.models import format_time, parse_time
from crawler.catalogue.sites import Site

#: A site is asked for news at most once an hour and at least once a day.
SOONEST = timedelta(hours=1)
LATEST = timedelta(days=1)
#: A source silent for longer than twenty days is left alone for this share of its silence, a week at most.
SILENCE_SHARE = 1 / 20
#: Feeds hold the newest posts only: the whole list is asked for again for what they let slip.
LIST_AGAIN = timedelta(days=7)
#: Where a site has no feed, its list is all there is.
LIST_AGAIN_WITHOUT_FEED = timedelta(days=1)
#: Doublings of `SOONEST` that are counted; five reach `LATEST`.
_MAX_QUIET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFeed:
    """A feed of a site, and the state in which it was last seen."""

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
    def from_state(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a feed from what `to_state` returned."""
        times = {name: parse_time(values[name]) if values.get(name) else None for name in ("asked", "news")}
        return cls(**dict(values) | times | {"seen": tuple(values.get("seen", ()))})

    def to_state(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        times = {"asked": self.asked, "news": self.news}
        return asdict(self) | {name: format_time(moment) if moment else None for name, moment in times.items()}

    def rests(self, now: datetime) -> bool:
        """Tell whether it has been silent for so long that it is left alone for longer than a day."""
        return self.asked is not None and self.left_until is not None and self.asked <= now < self.left_until

    @property
    def left_until(self) -> datetime | None:
        """When it is asked again, where it has been silent for long; `None` where it has not."""
        return _left_until(self.news, self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSchedule:
    """What a crawl remembers of a site's last turn."""

    at: datetime | None = None
    #: When the whole list was last read to its end.
    listed: datetime | None = None
    #: When a turn last brought something new.
    news: datetime | None = None
    #: True when the list brings the posts themselves: their pages are then not visited one by one.
    by_list: bool = False
    #: True when such a list only names the threads: a post that is due is then reason enough to ask for it.
    threads_apart: bool = False
    #: How often the wait before the next turn has been doubled.
    quiet: int = 0
    feeds: tuple[KnownFeed, ...] = ()
    #: True when one of the feeds was left to the next turn.
    owed: bool = False
    #: Until when the site asked to be left alone.
    not_before: datetime | None = None
    #: Where the front page was found instead, when the site has moved.
    moved_to: str | None = None

    @classmethod
    def of(cls, site: Site, state: Mapping[str, Any]) -> Self:
        """Return the last turn of a site from what the archive knows of it; an empty one where there was none."""
        values = state.get(_name(site))
        if not isinstance(values, dict):
            return cls()
        return cls(
            at=parse_time(values["at"]) if values.get("at") else None,
            listed=parse_time(values["listed"]) if values.get("listed") else None,
            news=parse_time(values["news"]) if values.get("news") else None,
            by_list=bool(values.get("by_list")),
            threads_apart=bool(values.get("threads_apart")),
            quiet=int(values.get("quiet", 0)),
            feeds=tuple(map(KnownFeed.from_state, values.get("feeds", ()))),
            owed=bool(values.get("owed")),
            not_before=parse_time(values["not_before"]) if values.get("not_before") else None,
            moved_to=values.get("moved_to"),
        )

    def to_state(self, site: Site) -> dict[str, Any]:
        """Return what `Visits.learn` keeps."""
        feeds = [each.to_state() for each in self.feeds]
        times = {"at": self.at, "listed": self.listed, "news": self.news, "next": self.next}
        times |= {"not_before": self.not_before}
        values = {name: format_time(moment) for name, moment in times.items() if moment is not None}
        flags = {"by_list": self.by_list, "threads_apart": self.threads_apart, "owed": self.owed}
        return {_name(site): values | flags | {"quiet": self.quiet, "feeds": feeds, "moved_to": self.moved_to}}

    def where(self, site: Site) -> Site:
        """Return the site at the address to which it has moved, if it has."""
        return site if self.moved_to is None else replace(site, url=self.moved_to)

    def ended(self, *, brought: bool, crowded: bool = False) -> Self:
        """Return the turn after it ended now; `crowded` when most of a feed was new."""
        quiet = self.quiet if brought else self.quiet + 1
        quiet = min(quiet, _MAX_QUIET)
        now = datetime.now(UTC)
        news = now if brought or self.news is None else self.news
        return replace(self, at=now, news=news, quiet=max(0, quiet - 1) if crowded else quiet)

    def may_be_asked(self, now: datetime) -> bool:
        """Tell whether the site has not asked to be left alone for longer."""
        return self.not_before is None or now >= self.not_before

    def waiting_feeds(self, now: datetime) -> tuple[KnownFeed, ...]:
        """Return the feeds to ask, the longest waiting first; only those left over, where the last turn left some."""
        awake = [each for each in self.feeds if not each.rests(now)]
        waiting = sorted(awake, key=lambda each: each.asked or datetime.min.replace(tzinfo=UTC))
        newest = max((each.asked for each in self.feeds if each.asked is not None), default=None)
        if self.owed and newest is not None:
            left = [each for each in waiting if each.asked is None or each.asked < newest - SOONEST / 2]
            waiting = left or waiting
        return tuple(waiting)

    def tells_of_comments(self) -> bool:
        """Tell whether the site has a feed of comments that was read last time and held some."""
        return any(each.comments and each.seen for each in self.feeds)

    def wants_due_pages(self) -> bool:
        """Tell whether a page that is due calls for a turn; a list that brings all of a thread needs no such call."""
        return not self.by_list or self.threads_apart

    @property
    def next(self) -> datetime | None:
        """When it is time for the site's next turn; `None` for at once."""
        if self.at is None:
            return None
        return max(self.at + self._pause, self._left_until or self.at, self.not_before or self.at)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it is time for the site's next turn; a last one later than now was told by a wrong clock."""
        return self.at is None or not (self.at <= now < self.at + self._pause or self._rests(now))

    @property
    def _pause(self) -> timedelta:
        return SOONEST if self.owed else min(SOONEST * 2 ** min(self.quiet, _MAX_QUIET), LATEST)

    def wants_list(self, now: datetime, *, without_feed: bool = False) -> bool:
        """Tell whether it is time to ask for the whole list again, as a site `without_feed` where that is said."""
        if not self.feeds and self._rests(now):
            return False
        again = LIST_AGAIN if self.feeds and not without_feed else LIST_AGAIN_WITHOUT_FEED
        return self.listed is None or not self.listed <= now < self.listed + again

    def _rests(self, now: datetime) -> bool:
        if self.feeds:
            return all(each.rests(now) for each in self.feeds)
        return self.listed is not None and self._left_until is not None and self.listed <= now < self._left_until

    @property
    def _left_until(self) -> datetime | None:
        """When the first of its sources is asked again, where all of them have been silent for long."""
        if not self.feeds:  # a list that brings the posts tells of comments, too
            return None if self.by_list else _left_until(self.news, self.listed)
        times = [each.left_until for each in self.feeds]
        known = [each for each in times if each is not None]
        return min(known) if len(known) == len(times) else None


def due(
    sites: list[Site], states: Mapping[str, Mapping[str, Any]], pages: Mapping[str, tuple[int, int]], now: datetime
) -> list[Site]:
    """Return the sites whose turn it is, or of which a page is due; the longest waiting first.

    `pages` holds known and due addresses per site, as `Visits.pages_by_site` gives them.
    """
    turns = [(SiteSchedule.of(site, states.get(site.key, {})), site) for site in sites]
    waiting = [
        (turn.at or datetime.min.replace(tzinfo=UTC), site)
        for turn, site in turns
        if turn.may_be_asked(now)
        and (turn.is_over(now) or (pages.get(turn.where(site).key, (0, 0))[1] > 0 and turn.wants_due_pages()))
    ]
    return [site for _, site in sorted(waiting, key=lambda pair: pair[0])]


def _left_until(news: datetime | None, asked: datetime | None) -> datetime | None:
    if news is None or asked is None:
        return None
    pause = min((asked - news) * SILENCE_SHARE, LIST_AGAIN)
    return asked + pause if pause > LATEST else None


def _name(site: Site) -> str:
    """Return the name under which a turn is kept: several blogs of one host are told apart by their folder."""
    return "turn" if site.scope == "/" else f"turn:{site.scope}"
