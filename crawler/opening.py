"""One open archive for each crawl, shared by its spider, pipeline and extensions."""

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
        crawler.signals.connect(archive.close, signal=signals.engine_stopped, weak=False)
    return archive
