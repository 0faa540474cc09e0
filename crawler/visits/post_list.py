"""Read one site's list of posts into the archive: each address a row before it is asked for."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scrapy.statscollectors import StatsCollector

from archive.archive import Archive
from archive.records.models import Visit, format_time
from crawler.catalogue.sites import Site
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import count
from crawler.visits.arguments import Wanted
from crawler.visits.post_visit import PostVisits

logger = logging.getLogger(__name__)

#: Addresses put into the archive in one transaction.
BATCH = 200


@dataclass(slots=True)
class PostList:
    """The list of one site in one crawl, and what it brought."""

    archive: Archive
    stats: StatsCollector
    wanted: Wanted
    #: Posts named that may be the site's.
    named: int = 0
    #: Addresses whose visit the list has already brought, or that it leaves out.
    done: set[str] = field(default_factory=set)
    #: With `since` or `limit`: the addresses that they leave.
    chosen: set[str] = field(default_factory=set)
    #: True once an address was met that was not known.
    brought: bool = False
    #: True once the list brought a post and only named its thread.
    threads_apart: bool = False
    #: Why the list broke off, in words.
    failure: str | None = None

    async def read(self, posts: PostVisits, front: Page) -> AsyncGenerator[Visit]:
        """Put the listed addresses into the archive; yield the posts that the list already brings whole."""
        site = posts.site
        batch: list[ListedPost] = []
        listed = 0
        async with aclosing(_closing(posts.platform.posts(site, front, posts.fetch))) as list_of_posts:
            try:
                async for found in list_of_posts:
                    if not self._choose(site, found):
                        continue
                    listed += 1
                    if isinstance(found, ListedPost):
                        batch.append(found)
                    elif await self._is_due(site, found):
                        yield await posts.listed(found, front.fetched)
                    if len(batch) >= BATCH:
                        await self._discover(site, batch)
                    if self.wanted.limit is not None and listed >= self.wanted.limit:
                        break
            except UnreadableError as error:
                self.failure = str(error)
                self.stats.inc_value("crawl/lists_broken_off")
                logger.warning("The list of %s's posts broke off: %s", site.key, error)
        await self._discover(site, batch)
        now = format_time(datetime.now(UTC))
        await asyncio.to_thread(self.archive.visits.learn, site.key, listed=now, list_failure=self.failure)

    def _choose(self, site: Site, found: ListedPost | ReadPost) -> bool:
        """Tell whether a listed post is of the site and of those wanted."""
        url = found.url
        if not url or not site.covers(url):
            self.stats.inc_value("crawl/off_site")
            return False
        self.named += 1
        dated = _date(found)
        if self.wanted.since is not None and dated is not None and dated < self.wanted.since:
            return False
        self.chosen.add(url)
        return True

    async def _discover(self, site: Site, batch: list[ListedPost]) -> None:
        """Make rows of a batch, and empty it."""
        found = [(each.url, each.modified) for each in batch]
        stated = [(each.url, size) for each in batch if (size := count(each.stated)) is not None]
        batch.clear()
        if found:
            new = await asyncio.to_thread(self.archive.visits.discover, site.key, found)
            self.stats.inc_value("crawl/addresses_new", new)
            self.brought = self.brought or new > 0
        if stated:
            await asyncio.to_thread(self.archive.visits.wake, stated)

    async def _is_due(self, site: Site, read: ReadPost) -> bool:
        """Tell whether to take a post that a list brought: its thread costs requests where the list only names it."""
        self.done.add(read.url)
        if read.thread is None or not read.thread.pointer:
            return True
        self.threads_apart = True
        if self.wanted.everything:
            return True
        changed = read.updated or (read.published.moment if read.published is not None else None)
        await self._discover(site, [ListedPost(read.url, changed, stated=read.thread.stated)])
        return await asyncio.to_thread(self.archive.visits.is_due, read.url)


def _date(found: ListedPost | ReadPost) -> datetime | None:
    if isinstance(found, ListedPost):
        return found.modified
    return found.published.moment if found.published is not None else None


async def _closing(posts: AsyncIterator[ListedPost | ReadPost]) -> AsyncGenerator[ListedPost | ReadPost]:
    async for each in posts:
        yield each
