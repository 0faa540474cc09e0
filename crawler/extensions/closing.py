"""Let a crawl end that is asked to: by a signal, by an extension, by a disk that is full.

Our spiders make their requests inside `start()`, and the engine says nobody that it is closing: it waits for
requests in progress, of which there always is another. And Scrapy 2.19 does not look again whether it can close
when an item from `start()` leaves the pipeline; it then waits for ever (seen; an item that came with a response is
looked after).
"""

import asyncio
import logging
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archive.errors import ArchiveError

logger = logging.getLogger(__name__)

#: Sent once, when the engine has begun to close: stop to make requests.
crawl_closing = object()

WATCH_SECONDS = 0.2


def is_closing(crawler: Crawler) -> bool:
    """Tell whether the engine has begun to close; a request made then makes Scrapy 2.19 trip over its own feet."""
    slot = crawler.engine._slot  # Scrapy has no public word for "closing"
    return slot is not None and slot.closing is not None


def close_unwritable(crawler: Crawler, error: ArchiveError) -> None:
    """End a crawl whose archive cannot be written, for nothing of what it brings would be kept; say so once."""
    if not is_closing(crawler):
        logger.error("%s", error)
        closing = asyncio.ensure_future(crawler.engine.close_spider_async(reason="archive_unwritable"))
        _closings.add(closing)
        closing.add_done_callback(_closings.discard)


#: The event loop holds no task on its own.
_closings: set[asyncio.Future[None]] = set()


class Closing:
    """Watch the engine; tell the spider, and the scraper, that it closes."""

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
        self._watch = asyncio.ensure_future(self._tell())

    def end(self) -> None:
        """End the watch: the spider is closed."""
        if self._watch is not None:
            self._watch.cancel()

    async def _tell(self) -> None:
        told = False
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not is_closing(self._crawler):
                continue
            if not told:
                told = True
                self._crawler.signals.send_catch_log(crawl_closing)
            scraper = self._crawler.engine.scraper
            closing = scraper.slot.closing if scraper.slot is not None else None
            if closing is not None and not closing.called:
                scraper._check_if_closing()
