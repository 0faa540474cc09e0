"""End a crawl that is asked to end: by a signal, by an extension, by a full disk.

Our spiders make their requests inside `start()`, and the engine tells nobody that it is closing: it waits for
requests in progress, of which there is always another. And when an item from `start()` leaves the pipeline, Scrapy
2.19 does not check again whether it can close: it waits for ever (seen; items that came with a response are checked).
"""

import asyncio
import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archive.errors import ArchiveError
from crawler.visits.fetcher import WATCH_SECONDS, is_closing

logger = logging.getLogger(__name__)

#: Scrapy signal, sent once, when the engine has begun to close: make no more requests.
crawl_closing = object()


def close_unwritable(crawler: Crawler, error: ArchiveError) -> None:
    """End a crawl whose archive cannot be written, as nothing of what it brings would be kept; log it once."""
    if not is_closing(crawler):
        logger.error("%s", error)
        closing = asyncio.ensure_future(crawler.engine.close_spider_async(reason="archive_unwritable"))
        _closings.add(closing)
        closing.add_done_callback(_closings.discard)


#: The event loop holds no task on its own.
_closings: set[asyncio.Future[None]] = set()


class ShutdownWatcher:
    """Watch the engine, and tell the spider and the scraper when it closes."""

    def __init__(self, crawler: Crawler) -> None:
        """Watch this crawl."""
        self._crawler = crawler
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.end, signal=signals.spider_closed)
        return extension

    def start(self) -> None:
        """Begin to watch."""
        self._watch = asyncio.ensure_future(self._watch_engine())

    def end(self) -> None:
        """Stop watching: the spider is closed."""
        if self._watch is not None:
            self._watch.cancel()

    async def _watch_engine(self) -> None:
        sent = False
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not is_closing(self._crawler):
                continue
            if not sent:
                sent = True
                self._crawler.signals.send_catch_log(crawl_closing)
            slot, spider = self._crawler.engine.scraper.slot, self._crawler.spider
            if slot is None or slot.closing is None or spider is None:
                continue
            if slot.is_idle() and not slot.closing.called:
                slot.closing.callback(spider)
