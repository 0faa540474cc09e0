"""What is kept of a site's feeds from one visit to the next."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.archive import Archive
from crawler.catalogue.sites import Site
from crawler.pages.page import Page
from crawler.visits.fetcher import FetchedPage
from crawler.visits.news import fetch_news
from crawler.visits.schedule import KnownFeed, SiteSchedule

FEED = """<rss xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>
<item><link>https://a.example/lessons-of-selling/</link><pubDate>Sun, 01 Jun 2025 12:00:00 GMT</pubDate>
<slash:comments>3</slash:comments></item></channel></rss>"""


class FeedFetcher:
    """Answer every request with the feed."""

    async def request(self, url: str, headers: Any, *, for_news: bool) -> FetchedPage:
        assert for_news
        return FetchedPage(Page(url, FEED.encode(), datetime.now(UTC), {"content-type": "application/rss+xml"}))


def test_the_hashes_of_a_feed_are_those_that_archives_hold_already(tmp_path: Path) -> None:
    """Others would make every entry of every feed new at the first crawl after an update of the program."""
    site = Site(url="https://a.example/")
    schedule = SiteSchedule(feeds=(KnownFeed(url="https://a.example/feed/"),))

    with Archive(tmp_path / "archive") as archive:
        fetch: Any = FeedFetcher()
        news = asyncio.run(fetch_news(schedule, site, fetch, archive))

    (feed,) = news.feeds
    assert feed.seen == ("92b93c35",)
    assert feed.hash == "92b93c3582365f2fabb4ca484188217d2c29c7c4b6468594c652f69344215509"
