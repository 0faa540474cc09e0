"""A site's list of posts, put into the archive: each address becomes a row before it is requested."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scrapy.statscollectors import StatsCollector

from archive.archive import Archive
from archive.records.models import Visit
from crawler.catalogue.sites import Site
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import count
from crawler.visits.arguments import CrawlArguments
from crawler.visits.post_visit import PostVisits

logger = logging.getLogger(__name__)

#: Addresses put into the archive in one transaction.
BATCH = 200


@dataclass(slots=True)
class PostList:
    """The list of one site in one crawl, and what it brought."""

    archive: Archive
    stats: StatsCollector
    arguments: CrawlArguments
    #: Posts named that may be the site's.
    named: int = 0
    #: Addresses whose visit the list has already brought, or that it leaves out.
    done: set[str] = field(default_factory=set)
    #: With `since` or `limit`: the addresses that are left.
    chosen: set[str] = field(default_factory=set)
    #: True once the list named an address that was not known.
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
        async with aclosing(_generator(posts.platform.posts(site, front, posts.fetch))) as list_of_posts:
            try:
                async for post in list_of_posts:
                    if not self._choose(site, post):
                        continue
                    listed += 1
                    if isinstance(post, ListedPost):
                        batch.append(post)
                    elif await self._is_due(site, post):
                        yield await posts.visit_listed(post, front.fetched)
                    if len(batch) >= BATCH:
                        await self._discover(site, batch)
                    if self.arguments.limit is not None and listed >= self.arguments.limit:
                        break
            except UnreadableError as error:
                self.failure = str(error)
                self.stats.inc_value("crawl/lists_broken_off")
                logger.warning("The list of %s's posts broke off: %s", site.key, error)
        await self._discover(site, batch)
        now = datetime.now(UTC)
        await asyncio.to_thread(self.archive.sites.learn, site.key, listed=now, list_failure=self.failure)

    def _choose(self, site: Site, post: ListedPost | ReadPost) -> bool:
        """Tell whether a listed post is of the site and among those that the arguments ask for."""
        url = post.url
        if not url or not site.covers(url):
            self.stats.inc_value("crawl/off_site")
            return False
        self.named += 1
        dated = _date(post)
        if self.arguments.since is not None and dated is not None and dated < self.arguments.since:
            return False
        self.chosen.add(url)
        return True

    async def _discover(self, site: Site, batch: list[ListedPost]) -> None:
        """Make rows of a batch, and empty it."""
        addresses = [(post.url, post.modified) for post in batch]
        sizes = [(post.url, size) for post in batch if (size := count(post.stated)) is not None]
        batch.clear()
        if addresses:
            new = await asyncio.to_thread(self.archive.frontier.discover, site.key, addresses)
            self.stats.inc_value("crawl/addresses_new", new)
            self.brought = self.brought or new > 0
        if sizes:
            await asyncio.to_thread(self.archive.frontier.wake, sizes)

    async def _is_due(self, site: Site, read: ReadPost) -> bool:
        """Tell whether to take a post that a list brought: its thread costs requests if the list only names it."""
        self.done.add(read.url)
        if read.thread is None or not read.thread.pointer:
            return True
        self.threads_apart = True
        if self.arguments.everything:
            return True
        changed = read.updated or (read.published.moment if read.published is not None else None)
        await self._discover(site, [ListedPost(read.url, changed, stated=read.thread.stated)])
        return await asyncio.to_thread(self.archive.frontier.is_due, read.url)


def _date(post: ListedPost | ReadPost) -> datetime | None:
    if isinstance(post, ListedPost):
        return post.modified
    return post.published.moment if post.published is not None else None


async def _generator(posts: AsyncIterator[ListedPost | ReadPost]) -> AsyncGenerator[ListedPost | ReadPost]:
    """Yield the same, as a generator that can be closed."""
    async for post in posts:
        yield post
