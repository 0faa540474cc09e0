"""Backpressure on the way to the archive: a fast list of posts waits there instead of filling the memory."""

import asyncio

from scrapy import signals
from scrapy.crawler import Crawler

#: Visits on their way at once.
VISITS = 64


class Backpressure:
    """Places for visits that a spider has yielded and the pipeline has not archived yet."""

    def __init__(self, crawler: Crawler) -> None:
        """Give a place back whenever the pipeline is done with a visit, however it went."""
        self._places = asyncio.Semaphore(VISITS)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self._leave, signal=signal)

    async def enter(self) -> None:
        """Wait for a place; to be called before each visit is yielded."""
        await self._places.acquire()

    async def empty(self) -> None:
        """Wait until the last visit is archived: the engine would look again only 5 s after the spider's end."""
        for _ in range(VISITS):
            await self._places.acquire()

    def _leave(self) -> None:
        self._places.release()
