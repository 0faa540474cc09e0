"""The item pipeline: archive what each visit brought."""

import asyncio
import logging
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from archive.errors import ArchiveError
from archive.records.models import Visit
from archive.store.posts import Change
from crawler.extensions.shutdown import close_unwritable
from crawler.open_archive import archive_of
from crawler.visits.health import Tally, concerns
from crawler.visits.outcomes import outcomes_of

logger = logging.getLogger(__name__)


class ArchivePipeline:
    """Commit each visit, its post and its validators in one transaction, off the event loop."""

    def __init__(self, crawler: Crawler) -> None:
        """Write to the crawl's archive."""
        self._crawler = crawler
        self._archive = archive_of(crawler)
        self._tallies: dict[str, Tally] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline, as Scrapy does."""
        return cls(crawler)

    async def process_item(self, item: Visit) -> Visit:
        """Archive a visit; stop the crawl if the archive cannot be written, as nothing would be kept."""
        try:
            change = await asyncio.to_thread(self._archive.record, item)
        except ArchiveError as error:
            self._crawler.stats.inc_value("archive/errors")
            close_unwritable(self._crawler, error)
            raise DropItem(str(error), log_level="DEBUG") from error
        self._count(item, change)
        return item

    async def close_spider(self) -> None:
        """Judge what came of each site, and keep the judgement with the site."""
        for site, tally in self._tallies.items():
            try:
                wrong = await asyncio.to_thread(concerns, tally, self._archive, site)
                await asyncio.to_thread(self._archive.sites.learn, site, concerns=wrong)
            except ArchiveError as error:
                self._crawler.stats.inc_value("archive/errors")
                logger.error("Could not judge the crawl of %s: %s", site, error)  # noqa: TRY400 (the disk's fault: no trace)
                return
            if wrong:
                self._crawler.stats.set_value(f"crawl/site_concerns/{site}", wrong)

    def _count(self, visit: Visit, change: Change | None) -> None:
        count = self._crawler.stats.inc_value
        outcomes_of(self._crawler).count(visit, change)
        if change is not None:
            count("archive/comments_new", change.comments_new)
            count("archive/comments_changed", change.comments_changed)
            count("archive/comments_removed", change.comments_removed)
        if visit.post is not None and change is not None:
            self._tallies.setdefault(visit.site, Tally()).note(visit, change)
            count(f"archive/posts_{change.post}")
        elif visit.reason is not None:
            count("archive/visits_without_post")
        else:
            count("archive/posts_unchanged")
