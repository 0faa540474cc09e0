"""The open archive of a crawl, shared by its spider, pipeline and extensions."""

import asyncio
from weakref import WeakKeyDictionary

from scrapy import signals
from scrapy.crawler import Crawler

from archive.archive import Archive

_archives: WeakKeyDictionary[Crawler, Archive] = WeakKeyDictionary()


def archive_of(crawler: Crawler) -> Archive:
    """Return the archive at the setting `ARCHIVE_DIR`, opened at the first call and closed when the crawl has ended.

    Raise `ArchiveOpenError`.
    """
    archive = _archives.get(crawler)
    if archive is None:
        archive = _archives[crawler] = Archive(crawler.settings["ARCHIVE_DIR"])

        async def close() -> None:
            # A call whose task was cancelled runs on in its thread, and SQLite crashes the process when a connection
            # is closed under it.
            await asyncio.get_running_loop().shutdown_default_executor()
            archive.close()

        crawler.signals.connect(close, signal=signals.engine_stopped, weak=False)
    return archive
