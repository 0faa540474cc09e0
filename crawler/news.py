"""Ask a site's feeds for news: a new post becomes a row, a new comment wakes the post it stands under."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from archive.archive import Archive
from archive.records import comment_id
from crawler.asking import SpiderFetch
from crawler.discovery import is_post_address
from crawler.fetch import UnreadableError
from crawler.listings import comment_feeds, feeds, read_feed, thread_sizes
from crawler.page import Page
from crawler.platforms.wordpress_feed import newest_comments
from crawler.sites import Site
from crawler.turns import KnownFeed

logger = logging.getLogger(__name__)

_OK = 200
_NOT_MODIFIED = 304
#: Entries of a feed that are told apart from one turn to the next; WordPress's holds 10, others 20 to 100.
MAX_SEEN = 100


#: Comment system of the feeds whose comments are known by their number.
_SYSTEM = "wordpress"


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry of a feed tells of a post."""

    url: str
    changed: datetime | None
    #: Of its thread; `None` where the feed does not say.
    size: int | None = None
    #: The number of a comment under it, in a feed of comments.
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """A feed after it was asked."""

    feed: KnownFeed
    #: True when it held something else than the last time.
    changed: bool = False
    #: True when more than half of it was new: had we come later, something would have fallen off its end.
    crowded: bool = False


def known_feeds(front: Page, before: tuple[KnownFeed, ...]) -> tuple[KnownFeed, ...]:
    """Return the feeds that a front page names, one of posts and one of comments, in the state last seen."""
    states = {each.url: each for each in before}
    named = [KnownFeed(url=url) for url in feeds(front)[:1]]
    named += [KnownFeed(url=url, comments=True) for url in comment_feeds(front)[:1]]
    return tuple(states.get(each.url, each) for each in named)


async def ask_feed(feed: KnownFeed, site: Site, fetch: SpiderFetch, archive: Archive) -> News:
    """Return the feed's new state, and whether it brought anything; a feed that cannot be read is forgotten.

    Its validators count only once its addresses are in the archive: a crash between the two would lose them.
    """
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    try:
        answer = await fetch.ask(feed.url, {name: value for name, value in conditions.items() if value})
    except UnreadableError as error:
        logger.info("No news of %s: %s", site.key, error)
        return News(KnownFeed(url=feed.url, comments=feed.comments))
    page = answer.page
    if page.status == _NOT_MODIFIED:
        return News(feed)
    if page.status != _OK:
        return News(KnownFeed(url=feed.url, comments=feed.comments))
    told = _told(feed, page)
    digest = _hash("\n".join(map(str, told)))
    seen = tuple(_hash(str(each))[:8] for each in told[:MAX_SEEN])
    known = set(feed.seen) or set(seen)
    new = [each for each, name in zip(told, seen, strict=False) if name not in known]
    if digest != feed.hash:
        found = [(each.url, each.changed) for each in told if is_post_address(site, each.url)]
        await asyncio.to_thread(archive.visits.discover, site.key, found)
        await asyncio.to_thread(_wake, archive, new)
    etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
    state = replace(feed, etag=etag, last_modified=last_modified, hash=digest, seen=seen)
    return News(state, changed=digest != feed.hash, crowded=2 * len(new) > len(seen))


def _told(feed: KnownFeed, page: Page) -> list[Told]:
    if feed.comments:
        return [Told(each.post_url, each.written, comment=each.native_id) for each in newest_comments(page)]
    sizes = thread_sizes(page)
    return [Told(each.url, each.modified, size=sizes.get(each.url)) for each in read_feed(page).posts]


def _wake(archive: Archive, new: list[Told]) -> None:
    """Wake the posts whose thread has another size than archived, or a comment that the archive lacks.

    Only by what a feed tells for the first time: a site that counts in another way than its pages is asked once.
    """
    archive.visits.wake((each.url, each.size) for each in new if each.size is not None)
    archive.visits.wake_without(
        (each.url, comment_id(each.url, _SYSTEM, each.comment)) for each in new if each.comment is not None
    )


def _hash(text: str) -> str:
    """Return a hash of what a feed names: its own date of building changes each time."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
