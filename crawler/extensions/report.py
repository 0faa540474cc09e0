"""The report of a crawl, written into the archive, and the search index, kept up with the records."""

import asyncio
import logging
import signal
import sys
from http import HTTPStatus
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler

from archive.errors import ArchiveError
from crawler.extensions.warc import WarcFiles
from crawler.open_archive import archive_of
from crawler.visits.outcomes import outcomes_of
from crawler.visits.verdict import verdict

logger = logging.getLogger(__name__)

_CHANGES = (
    "archive/posts_new",
    "archive/posts_changed",
    "archive/comments_new",
    "archive/comments_changed",
    "archive/comments_removed",
)


class JobReport:
    """Note when a crawl begins, and how it ended; end what is counted in its report before."""

    def __init__(self, crawler: Crawler) -> None:
        """Write to the crawl's archive."""
        self._crawler = crawler
        self._archive = archive_of(crawler)
        self._job: int | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.end, signal=signals.spider_closed)
        return extension

    async def start(self, spider: Spider) -> None:
        """Note the beginning."""
        self._job = await asyncio.to_thread(self._archive.jobs.start, spider.name)

    async def end(self, reason: str) -> None:
        """Note the end; a disk that refuses is counted, as a crawl whose report is lost is not well.

        Scrapy tells all extensions of the end at once, so those whose counts are reported are ended from here.
        """
        raw, index = self._crawler.get_extension(WarcFiles), self._crawler.get_extension(IndexSync)
        if raw is not None:
            await raw.end()
        if index is not None:
            await index.end()
        if self._job is None:
            return
        report = _report(self._crawler.stats.get_stats(), reason)
        sites = outcomes_of(self._crawler).at_end(reason)
        try:
            await asyncio.to_thread(self._archive.jobs.end, self._job, report, sites)
        except ArchiveError as error:
            self._crawler.stats.inc_value("archive/errors")
            logger.error("Could not store the report of this crawl: %s", error)  # noqa: TRY400 (the disk's fault: no trace)


class IndexSync:
    """Run `sales-archive index` beside the crawl, every minute or so and at the end, when something changed.

    In a process of its own: merging an index takes seconds, in which no site would be asked. A single one, should the
    index have to be built anew: the crawl reads pages meanwhile.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Run every `INDEX_SECONDS`; 0 means never."""
        self._crawler = crawler
        self._seconds = crawler.settings.getfloat("INDEX_SECONDS")
        self._directory: str = crawler.settings["ARCHIVE_DIR"]
        self._done = 0
        self._loop: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension, as Scrapy does."""
        extension = cls(crawler)
        if extension._seconds:
            crawler.signals.connect(extension.start, signal=signals.spider_opened)
        return extension

    def start(self) -> None:
        """Begin to index from time to time."""
        self._loop = asyncio.ensure_future(self._index_from_time_to_time())

    async def end(self) -> None:
        """Index what the crawl brought last."""
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
            await self._index()

    async def _index_from_time_to_time(self) -> None:
        while True:
            await asyncio.sleep(self._seconds)
            await self._index()

    async def _index(self) -> None:
        changes = sum(self._crawler.stats.get_value(name, 0) for name in _CHANGES)
        if changes == self._done:
            return
        index = [sys.executable, "-P", "-m", "archive.cli", "--archive", self._directory, "index"]
        process = await asyncio.create_subprocess_exec(
            *index, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            _, errors = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()  # the records are safe, and the next run goes on from there
            raise
        if process.returncode == -signal.SIGTERM:
            logger.info("Indexing stopped with the crawl; the next run continues from there")
        elif process.returncode:
            self._crawler.stats.inc_value("index/errors")
            logger.warning(
                "The search index is behind; run `sales-archive index`: %s", errors.decode(errors="replace")
            )
        else:
            self._done = changes


def _report(stats: dict[str, Any], reason: str) -> dict[str, Any]:
    judged = verdict(stats, reason)
    counts = {
        name: value
        for name, value in stats.items()
        if name.startswith(("archive/", "crawl/", "robots/", "politeness/", "spider_exceptions/", "warc/", "index/"))
    }
    return {
        "finish_reason": reason,
        "exit_status": int(judged.status),
        "healthy": not judged.reasons,
        "reasons": list(judged.reasons),
        "requests": stats.get("downloader/request_count", 0),
        "bytes_received": stats.get("downloader/response_bytes", 0),
        "not_modified": stats.get(f"downloader/response_status_count/{HTTPStatus.NOT_MODIFIED:d}", 0),
        "counts": counts,
    }
