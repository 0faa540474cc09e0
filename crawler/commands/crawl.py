"""`scrapy crawl`, with an exit status that tells how it went; Scrapy's own exits with 0 for nearly every failure."""

import argparse
import asyncio
import logging
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from archive.errors import ArchiveError
from crawler.catalogue.sites import CatalogueError
from crawler.middlewares.guard import UnguardedError
from crawler.visits.verdict import Exit, Verdict, verdict
from crawler.visits.workers import collect_seldom

logger = logging.getLogger(__name__)


class Command(ScrapyCrawl):
    """Run a spider; print why when it did not go well."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl, and set the exit status by docs/crawling.md."""
        if len(args) != 1:
            raise UsageError("name one spider; `scrapy list` shows them")
        judged = self._crawl(args[0], opts)
        self.exitcode = int(judged.status)
        for reason in judged.reasons:
            sys.stderr.write(f"{reason}\n")
        if judged.reasons:
            sys.stderr.write(f"exit status {self.exitcode}: {judged.status.name.lower().replace('_', ' ')}\n")

    def _crawl(self, name: str, opts: argparse.Namespace) -> Verdict:
        process = self.crawler_process
        if not isinstance(process, AsyncCrawlerProcess):
            raise UsageError("this project needs Scrapy's asyncio reactor; leave TWISTED_REACTOR as it is")
        try:
            crawler = self._create_crawler(name)
        except KeyError:
            raise UsageError(f"there is no spider {name!r}; `scrapy list` shows them") from None
        task = process.crawl(crawler, **opts.spargs)
        collect_seldom()
        process.start()
        failure = _failure(task)
        if failure is not None:
            return failure
        stats = crawler.stats.get_stats()
        return verdict(stats, stats.get("finish_reason"))


def _failure(task: asyncio.Task[None]) -> Verdict | None:
    """Return why the crawl could not start; `None` when it did."""
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is None:
        return None
    if isinstance(error, CatalogueError | ValueError):
        return Verdict(Exit.USAGE, (str(error),))
    if isinstance(error, ArchiveError):
        return Verdict(Exit.ARCHIVE, (str(error),))
    if not isinstance(error, UnguardedError):
        logger.error("The crawl could not start", exc_info=error)
    return Verdict(Exit.NOT_STARTED, (f"the crawl could not start: {error}",))
