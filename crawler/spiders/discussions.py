"""`scrapy crawl discussions`: Hacker News threads about archived posts, kept beside each post's own thread."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import islice
from typing import Any

from scrapy import Spider

from archive.archive import Archive
from archive.records.models import Visit
from archive.store.frontier import next_due
from crawler.open_archive import archive_of
from crawler.pages.fetch import UnreadableError
from crawler.pages.placing import place_thread
from crawler.pages.urls import site_of
from crawler.visits import hackernews
from crawler.visits.arguments import FROM_SCRAPYD
from crawler.visits.backpressure import Backpressure
from crawler.visits.fetcher import Fetcher
from crawler.visits.workers import Workers

logger = logging.getLogger(__name__)


class DiscussionsSpider(Spider):
    """Ask where archived posts were discussed, and archive the threads.

    `site`: posts of this site only. `limit`: at most so many posts. `refresh=all`: also those not due yet.
    """

    name = "discussions"

    def __init__(
        self,
        site: str | None = None,
        limit: str | None = None,
        *,
        refresh: str | None = None,
        api: str = hackernews.API,
        **arguments: Any,
    ) -> None:
        """Take the arguments of `-a`; `api` is the address of a mirror. Raise `ValueError` on what means nothing."""
        super().__init__()
        if arguments.keys() - FROM_SCRAPYD or refresh not in {None, "all"} or not (limit or "0").isdecimal():
            raise ValueError("known arguments are site=URL, limit=NUMBER and refresh=all")
        self._site = None if site is None else site_of(site if "://" in site else f"https://{site}")
        self._limit = int(limit) if limit else None
        self._everything = refresh == "all"
        self._api = api

    async def start(self) -> AsyncIterator[Visit]:
        """Yield a visit for each post that is due to be asked about, the newest posts first."""
        posts = await asyncio.to_thread(self._due, archive_of(self.crawler))
        workers = Workers(1, seconds=self.crawler.settings.getfloat("EXTRACT_SECONDS"))  # JSON needs none to start
        fetch = Fetcher(self.crawler, workers, budget=self.crawler.settings.getint("REQUESTS_PER_SITE"))
        stats = self.crawler.stats
        stats.set_value("crawl/sites", 1)
        stats.set_value("crawl/pages_due", len(posts))
        backpressure = Backpressure(self.crawler)
        for url, published in posts:
            visit = await self._visit(fetch, url)
            failed = visit.reason is not None
            await backpressure.acquire()
            yield visit if failed else replace(visit, due=next_due(visit, 0, published))
            stats.inc_value("crawl/sites_failed" if failed else "crawl/pages_visited")
        stats.set_value("crawl/sites_answered", int(stats.get_value("crawl/sites_failed", 0) < max(len(posts), 1)))
        stats.set_value("crawl/sites_done", 1)
        await backpressure.drain()

    def _due(self, archive: Archive) -> list[tuple[str, datetime | None]]:
        posts = archive.store.addresses(self._site)
        here = site_of(self._api)
        archive.frontier.discover(here, [(self._search_url(url), None) for url, _ in posts])
        due = {known.url for known in archive.frontier.due(here, everything=self._everything)}
        return list(islice((post for post in posts if self._search_url(post[0]) in due), self._limit))

    async def _visit(self, fetch: Fetcher, post_url: str) -> Visit:
        search = self._search_url(post_url)
        visit = Visit(url=search, site=site_of(self._api), at=datetime.now(UTC), status=HTTPStatus.OK)
        try:
            answer, _ = await fetch.json(search)
            stories = hackernews.stories(answer, post_url)
            items = [(await fetch.json(hackernews.item_url(story, api=self._api)))[0] for story in stories]
        except UnreadableError as error:
            logger.warning("No discussions of %s: %s", post_url, error)
            return replace(visit, status=error.status, reason=error.reason, thread_whole=False)
        return replace(visit, discussion=place_thread(hackernews.thread(items), post_url))

    def _search_url(self, post_url: str) -> str:
        return hackernews.search_url(post_url, api=self._api)
