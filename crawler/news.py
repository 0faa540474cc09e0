"""Ask a site's feeds for news: a new post becomes a row, a new comment wakes the post it stands under."""

import asyncio
import hashlib
import logging
from dataclasses import replace

from archive.archive import Archive
from crawler.asking import SpiderFetch
from crawler.discovery import is_post_address
from crawler.fetch import UnreadableError
from crawler.listings import comment_feeds, feeds, read_feed
from crawler.page import Page
from crawler.platforms.wordpress_feed import read_comment_feed
from crawler.reading import Listed
from crawler.sites import Site
from crawler.turns import KnownFeed

logger = logging.getLogger(__name__)

_OK = 200


def known_feeds(front: Page, before: tuple[KnownFeed, ...]) -> tuple[KnownFeed, ...]:
    """Return the feeds that a front page names, one of posts and one of comments, in the state last seen."""
    states = {each.url: each for each in before}
    named = [KnownFeed(url=url) for url in feeds(front)[:1]]
    named += [KnownFeed(url=url, comments=True) for url in comment_feeds(front)[:1]]
    return tuple(states.get(each.url, each) for each in named)


async def ask_feed(feed: KnownFeed, site: Site, fetch: SpiderFetch, archive: Archive) -> tuple[KnownFeed, bool]:
    """Return the feed's new state, and whether it brought anything.

    Its validators count only once its addresses are in the archive: a crash between the two would lose them.
    """
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    try:
        answer = await fetch.ask(feed.url, {name: value for name, value in conditions.items() if value})
    except UnreadableError as error:
        logger.info("No news of %s: %s", site.key, error)
        return feed, False
    page = answer.page
    if page.status != _OK:
        return feed, False
    listed = read_comment_feed(page) if feed.comments else read_feed(page).posts
    digest = _hash(listed)
    if digest != feed.hash:
        found = [(each.url, each.modified) for each in listed if is_post_address(site, each.url)]
        await asyncio.to_thread(archive.visits.discover, site.key, found)
    etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
    return replace(feed, etag=etag, last_modified=last_modified, hash=digest), digest != feed.hash


def _hash(listed: tuple[Listed, ...] | list[Listed]) -> str:
    """Return a hash of what a feed names: its own date of building changes each time."""
    text = "\n".join(f"{each.url} {each.modified}" for each in listed)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
