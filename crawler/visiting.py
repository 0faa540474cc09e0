"""One site's way through a crawl, straight on: front page, platform, list of posts, then each post that is due.

Addresses become rows of the archive before they are asked for, so that a crawl killed at any moment has lost
nothing: the next one finds them due.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from scrapy.statscollectors import StatsCollector

from archive.archive import Archive
from archive.records import Visit
from archive.visits import Known
from crawler.asking import SpiderFetch
from crawler.fetch import UnreadableError
from crawler.page import Page
from crawler.platforms import PLATFORMS, recognise
from crawler.platforms.base import Platform
from crawler.post_visits import PostVisits
from crawler.reading import Listed, ReadPost
from crawler.sites import Site
from crawler.threads import place
from crawler.urls import canonical, site_of

logger = logging.getLogger(__name__)

#: Addresses put into the archive in one transaction.
BATCH = 200
#: Posts of one site in the making at once: while one waits for its slot, others are read or wait for their thread.
AT_ONCE = 4
#: So many visits in a row that nothing answered end the site's turn: it is down, and its posts stay due.
MAX_SILENT = 8
_OK = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a crawl was asked to do."""

    #: Only posts that their list dates on or after this moment, or does not date.
    since: datetime | None = None
    #: Only the first posts that the site lists.
    limit: int | None = None
    #: Every known address again, due or not, changed or not.
    everything: bool = False


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

    async def visits(self) -> AsyncGenerator[Visit]:
        """Yield what each visit brings; raise `UnreadableError` when the front page cannot be had."""
        front = await self.fetch.page(self.site.url)
        self.site = _moved(self.site, front)
        platform = PLATFORMS[self.site.platform] if self.site.platform else recognise(front)
        if platform.shared_slot is not None:
            self.fetch.share_slot(self.site.url, platform.shared_slot)
        if self.site.delay is not None:
            self.fetch.slow_down(self.site.url, self.site.delay)
        await self._learn(platform=platform.name, name=self.site.name, url=self.site.url)
        async with aclosing(self._list(platform, front)) as visits:
            async for visit in visits:
                yield visit
        posts = PostVisits(self.site, platform, self.fetch, self.stats, everything=self.wanted.everything)
        async with aclosing(self._visit_due(posts)) as visits:
            async for visit in visits:
                yield visit
        if posts.silent >= MAX_SILENT:
            self.stats.set_value(f"crawl/site_failure/{self.site.key}", f"fell silent after {posts.silent} requests")

    async def _learn(self, **state: Any) -> None:
        await asyncio.to_thread(self.archive.visits.learn, self.site.key, **state)

    async def _list(self, platform: Platform, front: Page) -> AsyncGenerator[Visit]:
        """Put the listed addresses into the archive; yield the posts that the list already brings whole."""
        batch: list[Listed] = []
        failure = None
        listed = 0
        async with aclosing(_closing(platform.posts(self.site, front, self.fetch))) as posts:
            try:
                async for found in posts:
                    if not self._choose(found):
                        continue
                    listed += 1
                    if isinstance(found, ReadPost):
                        yield self._read_by_list(found, platform, front)
                    else:
                        batch.append(found)
                    if len(batch) >= BATCH:
                        await self._discover(batch)
                    if self.wanted.limit is not None and listed >= self.wanted.limit:
                        break
            except UnreadableError as error:
                failure = str(error)
                self.stats.inc_value("crawl/lists_broken_off")
                logger.warning("The list of %s's posts broke off: %s", self.site.key, error)
        await self._discover(batch)
        await self._learn(listed=datetime.now(UTC).isoformat(timespec="seconds"), list_failure=failure)

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
        batch.clear()
        if found:
            new = await asyncio.to_thread(self.archive.visits.discover, self.site.key, found)
            self.stats.inc_value("crawl/addresses_new", new)

    def _read_by_list(self, read: ReadPost, platform: Platform, front: Page) -> Visit:
        self.done.add(read.url)
        short = read.thread.short if read.thread is not None else None
        unreadable = read.thread.unreadable if read.thread is not None else None
        return Visit(
            url=read.url,
            site=self.site.key,
            at=datetime.now(UTC),
            status=_OK,
            post=place(read, platform=platform.name, fetched=front.fetched),
            thread_whole=short is None and unreadable is None,
            thread_reachable=short is not None or unreadable is None,
            reason=short or unreadable,
        )

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
                    return
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    yield self._outcome(task, running.pop(task), posts)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

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
        error = task.exception()
        if error is None:
            return task.result()
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
