"""One site's way through a crawl, straight on: front page, platform, list of posts, then each post that is due.

Addresses become rows of the archive before they are asked for, so that a crawl killed at any moment has lost
nothing: the next one finds them due.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from scrapy.statscollectors import StatsCollector

from archive.archive import Archive
from archive.records import Visit, format_time
from archive.visits import Known
from crawler.asking import SpiderFetch
from crawler.fetch import UnreadableError
from crawler.news import ask_feed, known_feeds
from crawler.page import Page
from crawler.platforms import PLATFORMS, recognise
from crawler.platforms.base import Platform
from crawler.post_visits import PostVisits
from crawler.reading import Listed, ReadPost
from crawler.sites import Site
from crawler.turns import Turn
from crawler.urls import canonical, site_of
from crawler.wanted import Wanted

logger = logging.getLogger(__name__)

#: Addresses put into the archive in one transaction.
BATCH = 200
#: Posts of one site in the making at once: while one waits for its slot, others are read or wait for their thread.
AT_ONCE = 4
#: So many visits in a row that nothing answered end the site's turn: it is down, and its posts stay due.
MAX_SILENT = 8
#: So many pages without a post among them are no accident: the site has changed, or we read it wrongly.
ENOUGH_PAGES = 5

_NOT_MODIFIED = 304
_OK = 200


@dataclass(slots=True)
class SiteVisit:
    """The turn of one site in one crawl."""

    site: Site
    fetch: SpiderFetch
    archive: Archive
    stats: StatsCollector
    wanted: Wanted
    #: Addresses whose visit this crawl has already brought, or that it leaves out.
    done: set[str] = field(default_factory=set)
    #: With `since` or `limit`: the addresses that they leave.
    chosen: set[str] = field(default_factory=set)
    #: The site as it was asked for, before it was found to have moved.
    listed_as: Site | None = None
    #: Pages visited, and those among them that are posts.
    visited: int = 0
    posts_seen: int = 0
    #: True once something new was met.
    brought: bool = False
    #: True once a feed was met of which most was new.
    crowded: bool = False
    #: True once a list brought a post and only named its thread.
    threads_apart: bool = False
    #: Why the list broke off, in words.
    list_failure: str | None = None

    async def visits(self) -> AsyncGenerator[Visit]:
        """Yield what each visit brings; raise `UnreadableError` when the front page cannot be had."""
        state = await asyncio.to_thread(self.archive.visits.site, self.site.key)
        turn = Turn.of(self.site, state)
        self.listed_as = self.site
        if self.wanted.news_only and not turn.wants_list(datetime.now(UTC)):
            self.site = turn.where(self.site)
            # A page that is due calls for a visit of that page, not for the feeds.
            over = turn.is_over(datetime.now(UTC))
            turn = await self._ask_for_news(turn) if over else turn
            if not turn.by_list or not (self.brought or (turn.threads_apart and await self._due())):
                async with aclosing(self._revisit(turn, state)) as visits:
                    async for visit in visits:
                        yield visit
                if over:
                    await self._keep(turn.ended(brought=self.brought, crowded=self.crowded))
                return
        async with aclosing(self._visit_wholly(turn)) as visits:
            async for visit in visits:
                yield visit

    async def note_failure(self) -> None:
        """Note that the turn came to nothing, so that a site that is down is asked less often."""
        site = self.listed_as or self.site
        turn = Turn.of(site, await asyncio.to_thread(self.archive.visits.site, site.key))
        await self._keep(turn.ended(brought=False))

    async def _ask_for_news(self, turn: Turn) -> Turn:
        feeds = []
        for feed in turn.feeds:
            news = await ask_feed(feed, self.site, self.fetch, self.archive)
            feeds.append(news.feed)
            self.brought = self.brought or news.changed
            self.crowded = self.crowded or news.crowded
        return replace(turn, feeds=tuple(feeds))

    async def _revisit(self, turn: Turn, state: Mapping[str, Any]) -> AsyncGenerator[Visit]:
        """Visit what is due, news included, without asking for the list of all posts."""
        platform = PLATFORMS.get(self.site.platform or str(state.get("platform")), PLATFORMS["generic"])
        if not turn.by_list:
            async with aclosing(self._visit_due(self._posts(platform, turn))) as visits:
                async for visit in visits:
                    yield visit

    async def _visit_wholly(self, turn: Turn) -> AsyncGenerator[Visit]:
        """Ask for the front page and the list of all posts, then visit what is due."""
        front = await self.fetch.page(self.site.url)
        self.site = _moved(self.site, front)
        platform = PLATFORMS[self.site.platform] if self.site.platform else recognise(front)
        await self._learn(platform=platform.name, name=self.site.name, url=self.site.url)
        posts = self._posts(platform, turn)
        async with aclosing(self._list(posts, front)) as visits:
            async for visit in visits:
                yield visit
        async with aclosing(self._visit_due(posts)) as visits:
            async for visit in visits:
                yield visit
        whole = self.list_failure is None and self.wanted.limit is None and self.wanted.since is None
        turn = replace(
            turn,
            listed=datetime.now(UTC) if whole else turn.listed,
            by_list=bool(self.done),
            threads_apart=self.threads_apart,
            feeds=known_feeds(front, turn.feeds),
            moved_to=self.site.url if self.site != self.listed_as else None,
        )
        await self._keep(turn.ended(brought=self.brought, crowded=self.crowded))

    def _posts(self, platform: Platform, turn: Turn) -> PostVisits:
        if platform.shared_slot is not None:
            self.fetch.share_slot(self.site.url, platform.shared_slot)
        self.fetch.slow_down(self.site.url, self.site.delay, pace=platform.pace)
        everything, woken = self.wanted.everything, turn.tells_of_comments()
        return PostVisits(self.site, platform, self.fetch, self.stats, everything=everything, woken=woken)

    async def _keep(self, turn: Turn) -> None:
        """Keep the turn under the address by which the catalogue knows the site, moved or not."""
        site = self.listed_as or self.site
        await asyncio.to_thread(self.archive.visits.learn, site.key, **turn.to_state(site))

    async def _learn(self, **state: Any) -> None:
        await asyncio.to_thread(self.archive.visits.learn, self.site.key, **state)

    async def _list(self, posts: PostVisits, front: Page) -> AsyncGenerator[Visit]:
        """Put the listed addresses into the archive; yield the posts that the list already brings whole."""
        batch: list[Listed] = []
        listed = 0
        async with aclosing(_closing(posts.platform.posts(self.site, front, self.fetch))) as list_of_posts:
            try:
                async for found in list_of_posts:
                    if not self._choose(found):
                        continue
                    listed += 1
                    if isinstance(found, Listed):
                        batch.append(found)
                    elif await self._is_due(found):
                        yield await posts.listed(found, front.fetched)
                    if len(batch) >= BATCH:
                        await self._discover(batch)
                    if self.wanted.limit is not None and listed >= self.wanted.limit:
                        break
            except UnreadableError as error:
                self.list_failure = str(error)
                self.stats.inc_value("crawl/lists_broken_off")
                logger.warning("The list of %s's posts broke off: %s", self.site.key, error)
        await self._discover(batch)
        await self._learn(listed=format_time(datetime.now(UTC)), list_failure=self.list_failure)

    def _choose(self, found: Listed | ReadPost) -> bool:
        """Tell whether a listed post is of the site and of those wanted."""
        url = found.url
        if not url or not self.site.covers(url):
            self.stats.inc_value("crawl/off_site")
            return False
        dated = _date(found)
        if self.wanted.since is not None and dated is not None and dated < self.wanted.since:
            return False
        self.chosen.add(url)
        return True

    async def _discover(self, batch: list[Listed]) -> None:
        """Make rows of a batch, and empty it."""
        found = [(each.url, each.modified) for each in batch]
        stated = [(each.url, each.stated) for each in batch if each.stated is not None]
        batch.clear()
        if found:
            new = await asyncio.to_thread(self.archive.visits.discover, self.site.key, found)
            self.stats.inc_value("crawl/addresses_new", new)
            self.brought = self.brought or new > 0
        if stated:
            await asyncio.to_thread(self.archive.visits.wake, stated)

    async def _is_due(self, read: ReadPost) -> bool:
        """Tell whether to take a post that a list brought: its thread costs requests where the list only names it."""
        self.done.add(read.url)
        if read.thread is None or not read.thread.pointer:
            return True
        self.threads_apart = True
        if self.wanted.everything:
            return True
        changed = read.updated or (read.published.moment if read.published is not None else None)
        await self._discover([Listed(read.url, changed, stated=read.thread.stated)])
        return await asyncio.to_thread(self.archive.visits.is_due, read.url)

    async def _visit_due(self, posts: PostVisits) -> AsyncGenerator[Visit]:
        """Visit the addresses that are due and that no list has brought already, some at a time."""
        due = await self._due()
        self.stats.inc_value("crawl/pages_due", len(due))
        running: dict[asyncio.Task[Visit], Known] = {}
        waiting = iter(due)
        try:
            while True:
                if posts.silent < MAX_SILENT:
                    for known in islice(waiting, AT_ONCE - len(running)):
                        running[asyncio.create_task(posts.visit(known))] = known
                if not running:
                    break
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    yield self._outcome(task, running.pop(task), posts)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        self._judge(posts)

    def _judge(self, posts: PostVisits) -> None:
        """Tell of a site that fell silent, or whose pages hold no posts any more."""
        reason = None
        if posts.silent >= MAX_SILENT:
            reason = f"fell silent after {posts.silent} requests"
        elif self.visited >= ENOUGH_PAGES and not self.posts_seen:
            reason = f"none of the {self.visited} pages visited could be read as a post"
        if reason is not None:
            self.stats.set_value(f"crawl/site_failure/{self.site.key}", reason)

    async def _due(self) -> list[Known]:
        visits = self.archive.visits
        due = await asyncio.to_thread(visits.due, self.site.key, everything=self.wanted.everything)
        chosen = None if self.wanted.since is None and self.wanted.limit is None else self.chosen
        return [
            known
            for known in due
            if known.url not in self.done and self.site.covers(known.url) and (chosen is None or known.url in chosen)
        ]

    def _outcome(self, task: asyncio.Task[Visit], known: Known, posts: PostVisits) -> Visit:
        """Return the visit; what went wrong in reading one page costs that page only."""
        self.stats.inc_value("crawl/pages_visited")
        self.visited += 1
        error = task.exception()
        if error is None:
            visit = task.result()
            self.posts_seen += visit.post is not None or visit.status == _NOT_MODIFIED
            return visit
        self.stats.inc_value("spider_exceptions/count")
        self.stats.inc_value(f"spider_exceptions/{type(error).__name__}")
        logger.error("Reading %s failed", known.url, exc_info=error)
        return posts.unread(known, f"reading failed: {type(error).__name__}: {error}")


def _date(found: Listed | ReadPost) -> datetime | None:
    if isinstance(found, Listed):
        return found.modified
    return found.published.moment if found.published is not None else None


def _moved(site: Site, front: Page) -> Site:
    """Return the site at the address where its front page now is."""
    url = canonical(front.url)
    if url is None or url == site.url:
        return site
    if site_of(url) != site.key:
        logger.info("%s has moved to %s", site.url, url)
    return replace(site, url=url)


async def _closing(posts: AsyncIterator[Listed | ReadPost]) -> AsyncGenerator[Listed | ReadPost]:
    async for each in posts:
        yield each
