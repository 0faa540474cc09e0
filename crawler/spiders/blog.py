"""`scrapy crawl blog`: archive the posts and threads of one site, or of every site of the catalogue."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler

from archive.errors import ArchiveError
from archive.records.models import Visit
from crawler.catalogue.sites import CatalogueError, Site, find_site, load_sites
from crawler.extensions.shutdown import close_unwritable, crawl_closing
from crawler.open_archive import archive_of
from crawler.pages.fetch import UnreadableError
from crawler.platforms.registry import PLATFORMS
from crawler.visits.arguments import FROM_SCRAPYD, CrawlArguments
from crawler.visits.backpressure import Backpressure
from crawler.visits.fetcher import Budget, Fetcher
from crawler.visits.host_locks import HostLocks
from crawler.visits.outcomes import SiteEnding, outcomes_of
from crawler.visits.schedule import due_sites
from crawler.visits.site_visit import SiteVisit
from crawler.visits.workers import Workers

logger = logging.getLogger(__name__)


class BlogSpider(Spider):
    """Visit sites side by side, each at its own pace."""

    name = "blog"
    _backpressure: Backpressure
    _budget: Budget
    _locks: HostLocks

    def __init__(
        self,
        *,
        site: str | None = None,
        since: str | None = None,
        limit: str | None = None,
        refresh: str | None = None,
        **arguments: Any,
    ) -> None:
        """Take the arguments of `-a`; raise `ValueError` on one that means nothing."""
        super().__init__()
        if arguments.keys() - FROM_SCRAPYD:
            raise ValueError(f"unknown arguments: {', '.join(arguments)}; known are site, since, limit, refresh")
        self._site = site
        self._sites: list[Site] = []
        self._arguments = CrawlArguments.parse(site=site, since=since, limit=limit, refresh=refresh)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider, as Scrapy does; raise `CatalogueError` or `ArchiveOpenError`."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        archive_of(crawler)
        spider._backpressure = Backpressure(crawler)
        spider._locks = HostLocks(archive_of(crawler).directory)
        spider._budget = Budget(crawler.settings.getint("REQUESTS_PER_CRAWL"))
        spider._sites = _sites(crawler, spider._site)
        return spider

    async def start(self) -> AsyncIterator[Visit]:
        """Yield every visit, for the pipeline to archive."""
        settings = self.crawler.settings
        workers = Workers(settings.getint("EXTRACT_WORKERS"), seconds=settings.getfloat("EXTRACT_SECONDS"))
        visits: asyncio.Queue[Visit | None] = asyncio.Queue()
        crawl = asyncio.create_task(self._visit_sites(workers, visits))

        def stop() -> None:
            crawl.cancel()

        self.crawler.signals.connect(stop, signal=crawl_closing)
        try:
            while (visit := await visits.get()) is not None:
                yield visit
            await self._backpressure.drain()
        finally:
            crawl.cancel()
            await asyncio.gather(crawl, return_exceptions=True)
            await workers.close()

    async def _visit_sites(self, workers: Workers, visits: asyncio.Queue[Visit | None]) -> None:
        sites = self._sites
        self.crawler.stats.set_value("crawl/sites", len(sites))
        at_once = asyncio.Semaphore(self.crawler.settings.getint("CONCURRENT_REQUESTS"))

        async def visit_next(site: Site) -> None:
            async with at_once:
                await self._visit_site(site, workers, visits)

        tasks = {asyncio.create_task(visit_next(site)): site for site in sites}
        try:
            await asyncio.wait(tasks) if tasks else None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for task, site in tasks.items():
                self._note_error(site, None if task.cancelled() else task.exception())
            visits.put_nowait(None)

    async def _visit_site(self, site: Site, workers: Workers, visits: asyncio.Queue[Visit | None]) -> None:
        crawler = self.crawler
        if self._budget.left <= 0:
            crawler.stats.inc_value("crawl/sites_left_for_budget")
            reason = f"the budget of {self._budget.requests} requests for one crawl was used up before its turn"
            outcomes_of(crawler).end(site.key, SiteEnding("budget", reason))
            return
        per_site = crawler.settings.getint("REQUESTS_PER_SITE")
        fetch = Fetcher(crawler, workers, budget=per_site, of_crawl=self._budget)
        site_visit = SiteVisit(site, fetch, archive_of(crawler), crawler.stats, self._arguments)
        with self._locks.hold(site) as ours:
            if not ours:
                logger.info("Skipped %s: another process is crawling it or its host", site.url)
                crawler.stats.inc_value("crawl/sites_left_to_others")
                return
            await self._run_visit(site_visit, visits)
        crawler.stats.inc_value("crawl/sites_done")

    async def _run_visit(self, site_visit: SiteVisit, visits: asyncio.Queue[Visit | None]) -> None:
        """Visit a site, and note how that ended; a site visit that is cancelled is noted at the crawl's end."""
        site, stats, outcomes = site_visit.site, self.crawler.stats, outcomes_of(self.crawler)
        begun = outcomes.begin(site.key)
        await asyncio.to_thread(site_visit.archive.sites.note_crawls, {site.key: begun})
        try:
            async with aclosing(site_visit.visits()) as post_visits:
                async for visit in post_visits:
                    await self._backpressure.acquire()
                    await visits.put(visit)
        except UnreadableError as error:
            logger.error("%s could not be crawled: %s", site.url, error)  # noqa: TRY400 (the web's fault: no trace)
            stats.inc_value("crawl/sites_failed")
            await site_visit.note_failure(error.reason)
            ending = site_visit.ending() if site_visit.fetch.spent is not None else SiteEnding.of_error(error)
        else:
            stats.inc_value("crawl/sites_answered")
            ending = site_visit.ending()
        outcomes.end(site.key, ending, now_at=site_visit.site.key)

    def _note_error(self, site: Site, error: BaseException | None) -> None:
        if isinstance(error, ArchiveError):
            self.crawler.stats.inc_value("archive/errors")
            close_unwritable(self.crawler, error)
        elif error is not None:
            self.crawler.stats.inc_value("spider_exceptions/count")
            self.crawler.stats.inc_value(f"spider_exceptions/{type(error).__name__}")
            logger.error("Crawling %s failed", site.url, exc_info=error)
        if error is not None:
            outcomes_of(self.crawler).end(site.key, SiteEnding("failed", f"{type(error).__name__}: {error}"))


def _sites(crawler: Crawler, site: str | None) -> list[Site]:
    archive = archive_of(crawler)
    files = [Path(name) for name in crawler.settings.getlist("CATALOGUES")]
    catalogue = load_sites(*files, archive.directory / "sites.toml")
    for entry in catalogue:
        if entry.platform is not None and entry.platform not in PLATFORMS:
            raise CatalogueError(f"{entry.url}: no platform {entry.platform!r}; known are {', '.join(PLATFORMS)}")
    if site is not None:
        return [find_site(catalogue, site)]
    enabled = [entry for entry in catalogue if not entry.disabled]
    return due_sites(enabled, archive.sites.states(), archive.frontier.pages_by_site(), datetime.now(UTC))
