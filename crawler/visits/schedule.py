"""When a site is visited again, and how closely: what crawls remember of a site from one visit to the next.

A site visit asks the site's feeds first, conditionally. The whole list of posts is only asked for again after a week,
or while nothing is known yet. Feeds are asked as seldom as they allow: the wait doubles while they bring nothing, and
is halved only when so much is new that something may have fallen off their end. A source that has been silent for
months is asked once a week.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from archive.store.sites import FeedState, ScheduleState, SiteState
from crawler.catalogue.sites import Site

#: A site is asked for news at most once an hour and at least once a day.
SOONEST = timedelta(hours=1)
LATEST = timedelta(days=1)
#: A source that has been silent for longer than twenty days is left alone for this share of its silence, a week at
#: most.
SILENCE_SHARE = 1 / 20
#: Feeds hold only the newest posts: the whole list is asked for again to find what they missed.
LIST_AGAIN = timedelta(days=7)
#: Where a site has no feed, its list is all there is.
LIST_AGAIN_WITHOUT_FEED = timedelta(days=1)
#: Doublings of `SOONEST` that are counted; five reach `LATEST`.
_MAX_QUIET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFeed(FeedState):
    """A feed of a site, and when it is asked again."""

    @classmethod
    def of(cls, state: FeedState) -> Self:
        """Return a feed as the archive knows it."""
        return cls(**{each.name: getattr(state, each.name) for each in fields(state)})

    def rests(self, now: datetime) -> bool:
        """Tell whether it has been silent for so long that it is left alone for more than a day."""
        return self.asked is not None and self.left_until is not None and self.asked <= now < self.left_until

    @property
    def left_until(self) -> datetime | None:
        """When it is asked again, if it has been silent for long; `None` if it has not."""
        return _left_until(self.news, self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSchedule(ScheduleState):
    """What crawls remember of a site's last visit, and when they visit it next."""

    feeds: tuple[KnownFeed, ...] = ()

    @classmethod
    def of(cls, site: Site, state: SiteState) -> Self:
        """Return the schedule of a site from what the archive knows of it; an empty one before its first visit."""
        known = state.schedules.get(site.scope, ScheduleState())
        values = {field.name: getattr(known, field.name) for field in fields(known) if field.name != "due"}
        return cls(**values | {"feeds": tuple(map(KnownFeed.of, known.feeds))})

    def schedules(self, site: Site) -> dict[str, ScheduleState]:
        """Return what `Sites.note_visit` keeps: several blogs of one host are told apart by their folder."""
        return {site.scope: replace(self, due=self.next_visit)}

    def current_site(self, site: Site) -> Site:
        """Return the site at the address to which it has moved, if it has."""
        return site if self.moved_to is None else replace(site, url=self.moved_to)

    def after_visit(self, *, brought: bool, crowded: bool = False) -> Self:
        """Return the schedule after a site visit that ends now; `crowded` when most of a feed was new."""
        quiet = self.quiet if brought else self.quiet + 1
        quiet = min(quiet, _MAX_QUIET)
        now = datetime.now(UTC)
        news = now if brought or self.news is None else self.news
        return replace(self, at=now, news=news, quiet=max(0, quiet - 1) if crowded else quiet)

    def may_be_asked(self, now: datetime) -> bool:
        """Tell whether the time is over for which the site asked to be left alone."""
        return self.not_before is None or now >= self.not_before

    def waiting_feeds(self, now: datetime) -> tuple[KnownFeed, ...]:
        """Return the feeds to ask, the longest waiting first; only those left over, if the last visit left some."""
        awake = [feed for feed in self.feeds if not feed.rests(now)]
        waiting = sorted(awake, key=lambda feed: feed.asked or datetime.min.replace(tzinfo=UTC))
        newest = max((feed.asked for feed in self.feeds if feed.asked is not None), default=None)
        if self.owed and newest is not None:
            left = [feed for feed in waiting if feed.asked is None or feed.asked < newest - SOONEST / 2]
            waiting = left or waiting
        return tuple(waiting)

    def tells_of_comments(self) -> bool:
        """Tell whether the site has a feed of comments that answered last time and held some."""
        return any(feed.comments and feed.seen for feed in self.feeds)

    def wants_due_pages(self) -> bool:
        """Tell whether a page that is due calls for a site visit; no need where the list brings all of a thread."""
        return not self.by_list or self.threads_apart

    @property
    def next_visit(self) -> datetime | None:
        """When the site is due again; `None` for at once."""
        if self.at is None:
            return None
        return max(self.at + self._pause, self._left_until or self.at, self.not_before or self.at)

    def is_due(self, now: datetime) -> bool:
        """Tell whether the site is due; a last visit later than now was noted by a wrong clock."""
        return self.at is None or not (self.at <= now < self.at + self._pause or self._rests(now))

    @property
    def _pause(self) -> timedelta:
        return SOONEST if self.owed else min(SOONEST * 2 ** min(self.quiet, _MAX_QUIET), LATEST)

    def wants_list(self, now: datetime, *, without_feed: bool = False) -> bool:
        """Tell whether it is time to ask for the whole list; `without_feed`: as for a site that has no feed."""
        if not self.feeds and self._rests(now):
            return False
        again = LIST_AGAIN if self.feeds and not without_feed else LIST_AGAIN_WITHOUT_FEED
        return self.listed is None or not self.listed <= now < self.listed + again

    def _rests(self, now: datetime) -> bool:
        if self.feeds:
            return all(feed.rests(now) for feed in self.feeds)
        return self.listed is not None and self._left_until is not None and self.listed <= now < self._left_until

    @property
    def _left_until(self) -> datetime | None:
        """When the first of its sources is asked again, if all of them have been silent for long."""
        if not self.feeds:  # a list that brings the posts tells of comments, too
            return None if self.by_list else _left_until(self.news, self.listed)
        times = [feed.left_until for feed in self.feeds]
        known = [moment for moment in times if moment is not None]
        return min(known) if len(known) == len(times) else None


def due_sites(
    sites: list[Site], states: Mapping[str, SiteState], pages: Mapping[str, tuple[int, int]], now: datetime
) -> list[Site]:
    """Return the sites that are due, or of which a page is due; the longest waiting first.

    `pages` holds known and due addresses per site, as `Frontier.pages_by_site` gives them.
    """
    schedules = [(SiteSchedule.of(site, states.get(site.key, SiteState())), site) for site in sites]
    waiting = [
        (schedule.at or datetime.min.replace(tzinfo=UTC), site)
        for schedule, site in schedules
        if schedule.may_be_asked(now)
        and (
            schedule.is_due(now)
            or (pages.get(schedule.current_site(site).key, (0, 0))[1] > 0 and schedule.wants_due_pages())
        )
    ]
    return [site for _, site in sorted(waiting, key=lambda pair: pair[0])]


def _left_until(news: datetime | None, asked: datetime | None) -> datetime | None:
    if news is None or asked is None:
        return None
    pause = min((asked - news) * SILENCE_SHARE, LIST_AGAIN)
    return asked + pause if pause > LATEST else None
