"""The progress of a crawl: a live line on a terminal, a line a minute in a log, a summary at the end.

Scrapy's own lines count responses that reach a callback, and say that a crawl of 2,000 unchanged pages did nothing.
"""

import asyncio
import logging
import shutil
import sys
from time import monotonic
from typing import Any, Self, TextIO

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.log import get_scrapy_root_handler

logger = logging.getLogger(__name__)

TERMINAL_SECONDS = 0.5
LOG_SECONDS = 60.0
_CLEAR = "\r\x1b[K"
_MINUTE = 60
_HOUR = 3600


class Progress:
    """Show the counters of a crawl while it runs."""

    def __init__(self, crawler: Crawler, out: TextIO) -> None:
        """Write to `out` when it is a terminal, else to the log."""
        self._crawler = crawler
        self._out = out
        self._live = out.isatty() and not crawler.settings.get("LOG_FILE")
        self._began = monotonic()
        self._loop: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler, sys.stderr)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.end, signal=signals.spider_closed)
        return extension

    def start(self) -> None:
        """Begin to show."""
        self._began = monotonic()
        handler = get_scrapy_root_handler()
        if self._live and handler is not None:
            handler.addFilter(self._clear)  # a log line takes the place of the live one, which then comes back
        self._loop = asyncio.ensure_future(self._show())

    async def end(self) -> None:
        """Leave the last line standing."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        text = line(self._crawler.stats.get_stats(), monotonic() - self._began)
        if self._live:
            self._out.write(f"{_CLEAR}{text}\n")
        else:
            logger.info("%s", text)

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(TERMINAL_SECONDS if self._live else LOG_SECONDS)
            stats, seconds = self._crawler.stats.get_stats(), monotonic() - self._began
            text = line(stats, seconds)
            if self._live:
                room = shutil.get_terminal_size().columns - 1
                shown = text if len(text) <= room else line(stats, seconds, short=True)
                self._out.write(_CLEAR + shown[:room])
                self._out.flush()
            else:
                logger.info("%s", text)

    def _clear(self, _record: logging.LogRecord) -> bool:
        self._out.write(_CLEAR)
        return True


def line(stats: dict[str, Any], seconds: float, *, short: bool = False) -> str:
    """Return one line on a crawl: sites, posts, comments, errors, rate, and the time left while posts are due.

    A `short` one fits a terminal of 80 columns.
    """

    def count(*names: str) -> int:
        return int(sum(stats.get(name, 0) for name in names))

    visited, due = count("crawl/pages_visited"), count("crawl/pages_due")
    requests = count("downloader/request_count")
    errors = count("spider_exceptions/count", "archive/errors", "crawl/silent", "crawl/unread", "crawl/sites_failed")
    posts = (count(f"archive/posts_{kind}") for kind in ("new", "changed", "unchanged"))
    parts = [
        f"{count('crawl/sites_done')}/{count('crawl/sites')} sites",
        ("{} new {} changed" if short else "posts {} new, {} changed, {} unchanged").format(*posts),
        f"{count('archive/comments_new')} {'' if short else 'new '}comments",
        f"{errors} errors",
        f"{requests / max(seconds, 0.001):.1f}{'' if short else ' requests'}/s",
    ]
    if visited < due and visited:
        parts.append(f"{_duration((due - visited) * seconds / visited)} left")
    return (", " if short else " · ").join(parts)


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
