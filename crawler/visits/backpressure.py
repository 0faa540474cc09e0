"""Backpressure from the archive: a fast list of posts waits for it instead of filling the memory."""

import asyncio

from scrapy import signals
from scrapy.crawler import Crawler

#: Visits that may be on their way at once.
VISITS = 64


class Backpressure:
    """Bound the visits that a spider has yielded and the pipeline has not archived yet."""

    def __init__(self, crawler: Crawler) -> None:
        """Let a visit follow whenever the pipeline is done with one, however that went."""
        self._places = asyncio.Semaphore(VISITS)
        for signal in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(self._release, signal=signal)

    async def acquire(self) -> None:
        """Wait until another visit may be on its way; call it before each is yielded."""
        await self._places.acquire()

    async def drain(self) -> None:
        """Wait until the last visit is archived: the engine would look again only 5 s after the spider's end."""
        for _ in range(VISITS):
            await self._places.acquire()

    def _release(self) -> None:
        self._places.release()
