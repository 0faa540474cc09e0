"""One site's way through a crawl: front page, platform, list of posts, then each post that is due.

Addresses become rows of the archive before they are requested. So a crawl that is killed at any moment loses nothing:
the next one finds them due.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Unpack

from scrapy.statscollectors import StatsCollector

from archive.archive import Archive
from archive.records.models import Visit, format_time
from archive.store.frontier import KnownPage
from archive.store.sites import SiteFacts, SiteState
from crawler.catalogue.sites import Site
from crawler.pages.fetch import UnreadableError
from crawler.pages.page import Page
from crawler.pages.urls import canonical, site_of
from crawler.platforms.base import Platform
from crawler.platforms.registry import PLATFORMS, recognise
from crawler.visits.arguments import CrawlArguments
from crawler.visits.fetcher import Fetcher
from crawler.visits.news import News, fetch_news, known_feeds
from crawler.visits.outcomes import SiteEnding
from crawler.visits.post_list import PostList
from crawler.visits.post_visit import PostVisits
from crawler.visits.schedule import SiteSchedule

logger = logging.getLogger(__name__)

#: Posts of one site visited at once: while one waits for its slot, others are extracted or wait for their thread.
AT_ONCE = 4
#: So many visits in a row without an answer end the site visit: the site is down, and its posts stay due.
MAX_SILENT = 8
#: So many pages without a post among them are no accident: the site has changed, or we extract it wrongly.
ENOUGH_PAGES = 5


@dataclass(slots=True)
class SiteVisit:
    """The visit of one site in one crawl."""

    site: Site
    fetch: Fetcher
    archive: Archive
    stats: StatsCollector
    arguments: CrawlArguments
    #: Its list of posts; empty in a visit that does not ask for it.
    listing: PostList = field(init=False)
    #: The site as the crawl was given it, before it was found to have moved.
    given_site: Site = field(init=False)
    #: Pages visited, and those among them that are posts.
    visited: int = 0
    posts_seen: int = 0
    #: What its feeds brought; `None` in a visit that did not check them.
    news: News | None = None
    #: What is wrong with the site, in words.
    failure: str | None = None
    #: True when what is due has to wait because the site asks for it.
    postponed: bool = False

    def __post_init__(self) -> None:
        """Begin with nothing listed."""
        self.listing = PostList(self.archive, self.stats, self.arguments)
        self.given_site = self.site

    async def visits(self) -> AsyncGenerator[Visit]:
        """Yield what each visit of a post brings; raise `UnreadableError` when the site cannot be fetched."""
        state = await asyncio.to_thread(self.archive.sites.state, self.site.key)
        schedule = SiteSchedule.of(self.site, state)
        if self.arguments.news_only and not schedule.wants_list(datetime.now(UTC)):
            self.site = schedule.current_site(self.site)
            # A page that is due calls for a visit of that page, not for the feeds.
            schedule = await self._check_feeds(schedule) if schedule.is_due(datetime.now(UTC)) else schedule
            if await self._needs_no_list(schedule):
                async with aclosing(self._visit_without_list(schedule, state)) as visits:
                    async for visit in visits:
                        yield visit
                return
        async with aclosing(self._visit_with_list(schedule)) as visits:
            async for visit in visits:
                yield visit

    def ending(self) -> SiteEnding:
        """Return how the site visit ended, if it raised nothing."""
        if self.fetch.spent is not None:
            return SiteEnding("budget", self.fetch.spent)
        if self.failure is not None:
            return SiteEnding("postponed" if self.postponed else "failed", self.failure)
        if self.listing.failure is not None:
            return SiteEnding("failed", f"its list of posts broke off: {self.listing.failure}")
        return SiteEnding()

    async def note_failure(self, reason: str) -> None:
        """Note that the site visit came to nothing, so that a site that is down is asked less often."""
        self.failure = reason
        site = self.given_site
        schedule = SiteSchedule.of(site, await asyncio.to_thread(self.archive.sites.state, site.key))
        await self._keep(schedule.after_visit(brought=False))

    async def _check_feeds(self, schedule: SiteSchedule) -> SiteSchedule:
        """Return the schedule with what the feeds brought; raise `UnreadableError` when none of them answers."""
        news = await fetch_news(schedule, self.site, self.fetch, self.archive)
        if news.silent is not None:
            raise UnreadableError(schedule.feeds[0].url, news.silent)
        self.news = news
        listed = schedule.listed
        if news.strange and schedule.wants_list(datetime.now(UTC), without_feed=True):
            logger.info("%s: the feed URL no longer serves a feed; falling back to the list of posts", self.site.key)
            listed = None
        return replace(schedule, feeds=news.feeds, owed=news.owed, listed=listed)

    async def _needs_no_list(self, schedule: SiteSchedule) -> bool:
        """Tell whether all that is new or due can be visited without asking for the list of all posts."""
        if schedule.listed is None:
            return False
        brought = self.news is not None and self.news.brought
        return not schedule.by_list or not (brought or (schedule.threads_apart and await self._due()))

    async def _visit_without_list(self, schedule: SiteSchedule, state: SiteState) -> AsyncGenerator[Visit]:
        """Visit what is due, news included, without asking for the list of all posts."""
        platform = PLATFORMS.get(self.site.platform or str(state.platform), PLATFORMS["generic"])
        if not schedule.by_list:
            async with aclosing(self._visit_due(self._post_visits(platform, schedule))) as visits:
                async for visit in visits:
                    yield visit
        await self._keep(schedule if self.news is None else self._after_visit(schedule))

    async def _visit_with_list(self, schedule: SiteSchedule) -> AsyncGenerator[Visit]:
        """Ask for the front page and the list of all posts, then visit what is due."""
        front = await self.fetch.page(self.site.url)
        self.site = _moved(self.site, front)
        platform = PLATFORMS[self.site.platform] if self.site.platform else recognise(front)
        await self._learn(platform=platform.name, name=self.site.name, url=self.site.url)
        posts = self._post_visits(platform, schedule)
        async with aclosing(self.listing.read(posts, front)) as visits:
            async for visit in visits:
                yield visit
        await self._judge_list()
        async with aclosing(self._visit_due(posts)) as visits:
            async for visit in visits:
                yield visit
        whole = self.listing.failure is None and self.arguments.limit is None and self.arguments.since is None
        schedule = replace(
            schedule,
            listed=datetime.now(UTC) if whole else schedule.listed,
            by_list=bool(self.listing.done),
            threads_apart=self.listing.threads_apart,
            feeds=known_feeds(front, schedule.feeds),
            owed=False,
            moved_to=self.site.url if self.site != self.given_site else None,
        )
        await self._keep(self._after_visit(schedule))

    def _after_visit(self, schedule: SiteSchedule) -> SiteSchedule:
        brought = self.listing.brought or (self.news is not None and self.news.brought)
        brought = brought or schedule.owed  # half a visit says nothing of how quiet the site is
        return schedule.after_visit(brought=brought, crowded=self.news is not None and self.news.crowded)

    def _post_visits(self, platform: Platform, schedule: SiteSchedule) -> PostVisits:
        if platform.shared_slot is not None:
            self.fetch.share_slot(self.site.url, platform.shared_slot)
        self.fetch.slow_down(self.site.url, self.site.delay, pace=platform.pace)
        everything, woken = self.arguments.everything, schedule.tells_of_comments()
        return PostVisits(self.site, platform, self.fetch, self.stats, everything=everything, woken=woken)

    async def _keep(self, schedule: SiteSchedule) -> None:
        """Keep the schedule, and what was wrong, under the address by which the catalogue knows the site."""
        site, note = self.given_site, self.archive.sites.note_visit
        schedule = replace(schedule, not_before=self.fetch.closed_until(self.site.url))
        well = await asyncio.to_thread(note, site.key, schedule.schedules(site), failure=self.failure)
        if self.failure is not None:
            failure = f"{self.failure}; last well on {format_time(well)[:10]}" if well else self.failure
            self.stats.set_value(f"crawl/site_failure/{site.key}", failure)

    async def _learn(self, **facts: Unpack[SiteFacts]) -> None:
        await asyncio.to_thread(self.archive.sites.learn, self.site.key, **facts)

    async def _visit_due(self, posts: PostVisits) -> AsyncGenerator[Visit]:
        """Visit the addresses that are due and that no list has brought yet, some at a time."""
        due = await self._due()
        self.stats.inc_value("crawl/pages_due", len(due))
        running: dict[asyncio.Task[Visit | None], KnownPage] = {}
        waiting = iter(due)
        try:
            while True:
                if posts.silent < MAX_SILENT and posts.postponed is None:
                    for known in islice(waiting, AT_ONCE - len(running)):
                        running[asyncio.create_task(posts.visit(known))] = known
                if not running:
                    break
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    visit = self._outcome(task, running.pop(task), posts)
                    if visit is not None:
                        yield visit
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        self._judge(posts)

    def _judge(self, posts: PostVisits) -> None:
        """Note when the site fell silent, or when its pages hold no posts any more."""
        if posts.postponed is not None:
            self.postponed = True
            self.failure = f"what is due had to wait: {posts.postponed}"
        elif posts.silent >= MAX_SILENT:
            self.failure = f"fell silent after {posts.silent} requests"
        elif self.visited >= ENOUGH_PAGES and not self.posts_seen:
            self.failure = f"none of the {self.visited} pages visited could be read as a post"

    async def _judge_list(self) -> None:
        """Note when the site's lists name no post, above all when they used to."""
        if self.listing.named or self.listing.failure is not None:
            return
        archived = await asyncio.to_thread(self.archive.store.count, self.site.key)
        self.failure = f"no post is listed any more, of {archived} archived" if archived else "no post was found"

    async def _due(self) -> list[KnownPage]:
        due = await asyncio.to_thread(self.archive.frontier.due, self.site.key, everything=self.arguments.everything)
        chosen = None if self.arguments.since is None and self.arguments.limit is None else self.listing.chosen
        return [
            known
            for known in due
            if known.url not in self.listing.done
            and self.site.covers(known.url)
            and (chosen is None or known.url in chosen)
        ]

    def _outcome(self, task: asyncio.Task[Visit | None], known: KnownPage, posts: PostVisits) -> Visit | None:
        """Return the visit, `None` when it is put off; an error in extracting one page costs only that page."""
        self.stats.inc_value("crawl/pages_visited")
        error = task.exception()
        if error is None:
            visit = task.result()
            if visit is None:
                return None
            self.visited += 1
            self.posts_seen += visit.post is not None or visit.status == HTTPStatus.NOT_MODIFIED
            return visit
        self.visited += 1
        self.stats.inc_value("spider_exceptions/count")
        self.stats.inc_value(f"spider_exceptions/{type(error).__name__}")
        logger.error("Reading %s failed", known.url, exc_info=error)
        return posts.visit_failed(known, f"reading failed: {type(error).__name__}: {error}")


def _moved(site: Site, front: Page) -> Site:
    """Return the site at the address where its front page now is."""
    url = canonical(front.url)
    if url is None or url == site.url:
        return site
    if site_of(url) != site.key:
        logger.info("%s has moved to %s", site.url, url)
    return replace(site, url=url)
