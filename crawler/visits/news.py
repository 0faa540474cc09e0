"""Ask a site's feeds for news: a new post becomes a row, a new comment wakes the post it stands under.

A turn that looks for news costs two requests at most, robots.txt included: what is left waits for the next turn.
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from archive.archive import Archive
from archive.records.models import comment_id
from crawler.catalogue.sites import Site
from crawler.middlewares.robotstxt import KEPT_FOR
from crawler.pages.feeds import comment_feeds, newest_comments, post_feeds, read_feed
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError
from crawler.pages.page import Page
from crawler.platforms.discovery import is_post_address
from crawler.visits.fetcher import SpiderFetch
from crawler.visits.schedule import KnownFeed, Turn

logger = logging.getLogger(__name__)

#: Requests of a turn that finds nothing new.
MOST_REQUESTS = 2
#: Entries of a feed that are told apart from one turn to the next; WordPress's holds 10, others 20 to 100.
MAX_SEEN = 100

_OK = 200
_NOT_MODIFIED = 304
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
class Asked:
    """A feed after it was asked."""

    feed: KnownFeed
    #: True when it held something else than the last time.
    changed: bool = False
    #: True when more than half of it was new: had we come later, something would have fallen off its end.
    crowded: bool = False
    #: Why it did not answer, in words.
    silent: str | None = None
    #: True when it answered, and not as a feed.
    strange: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What the feeds of a site said."""

    #: In the state now seen.
    feeds: tuple[KnownFeed, ...]
    asked: tuple[Asked, ...] = ()
    #: True when a feed waits for the next turn.
    owed: bool = False

    @property
    def brought(self) -> bool:
        """True when a feed named something new."""
        return any(each.changed for each in self.asked)

    @property
    def crowded(self) -> bool:
        """True when most of a feed was new."""
        return any(each.crowded for each in self.asked)

    @property
    def strange(self) -> bool:
        """True when a feed is none any more: the site has changed."""
        return any(each.strange for each in self.asked)

    @property
    def silent(self) -> str | None:
        """Why none of them answered, in words; `None` when one did, or none was asked."""
        reasons = [each.silent for each in self.asked]
        return reasons[0] if reasons and None not in reasons else None


def known_feeds(front: Page, before: tuple[KnownFeed, ...]) -> tuple[KnownFeed, ...]:
    """Return the feeds that a front page names, one of posts and one of comments, in the state last seen."""
    states = {each.url: each for each in before}
    named = [KnownFeed(url=url) for url in post_feeds(front)[:1]]
    named += [KnownFeed(url=url, comments=True) for url in comment_feeds(front)[:1]]
    return tuple(states.get(each.url, each) for each in named)


async def ask_for_news(turn: Turn, site: Site, fetch: SpiderFetch, archive: Archive) -> News:
    """Ask the feeds whose turn it is, as far as its requests go."""
    waiting = turn.waiting_feeds(datetime.now(UTC))
    wanted = await asyncio.to_thread(_affordable, waiting, archive)
    asked = [await _ask(each, site, fetch, archive) for each in wanted]
    states = {each.feed.url: each.feed for each in asked}
    feeds = tuple(states.get(each.url, each) for each in turn.feeds)
    return News(feeds, tuple(asked), owed=len(wanted) < len(waiting))


def _affordable(waiting: tuple[KnownFeed, ...], archive: Archive) -> list[KnownFeed]:
    """Return the first feeds that the requests of a turn suffice for; one at least, whatever it costs."""
    wanted: list[KnownFeed] = []
    hosts: set[str] = set()
    for feed in waiting:
        robots = _robots_of(feed.url)
        asked_too = {robots} if archive.policies.kept(robots, within=KEPT_FOR) is None else set()
        if wanted and len(wanted) + 1 + len(hosts | asked_too) > MOST_REQUESTS:
            break
        wanted.append(feed)
        hosts |= asked_too
    return wanted


def _robots_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


async def _ask(feed: KnownFeed, site: Site, fetch: SpiderFetch, archive: Archive) -> Asked:
    """Return the feed's new state, and what it brought; what was seen of one that cannot be read is forgotten.

    Its validators count only once its addresses are in the archive: a crash between the two would lose them.
    """
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    forgotten = KnownFeed(url=feed.url, comments=feed.comments, asked=datetime.now(UTC))
    try:
        headers = {name: value for name, value in conditions.items() if value}
        page = (await fetch.ask(feed.url, headers, for_news=True)).page
    except UnreadableError as error:
        logger.info("No news of %s: %s", site.key, error)
        forbidden = isinstance(error, RefusedError) and not isinstance(error, PostponedError)
        return Asked(forgotten, silent=None if forbidden else error.reason)
    feed = replace(feed, asked=page.fetched, news=feed.news or page.fetched)
    if page.status == _NOT_MODIFIED:
        return Asked(feed)
    told = _told(feed, page) if page.status == _OK else []
    if page.status != _OK or (feed.seen and not told):  # another page in its place, or nothing any more
        return Asked(forgotten, strange=True)
    return await _compare(feed, page, told, site, archive)


async def _compare(feed: KnownFeed, page: Page, told: list[Told], site: Site, archive: Archive) -> Asked:
    digest = _hash("\n".join(map(str, told)))
    seen = tuple(_hash(str(each))[:8] for each in told[:MAX_SEEN])
    known = set(feed.seen) or set(seen)
    new = [each for each, name in zip(told, seen, strict=False) if name not in known]
    if digest != feed.hash:
        found = [(each.url, each.changed) for each in told if is_post_address(site, each.url)]
        await asyncio.to_thread(archive.visits.discover, site.key, found)
        await asyncio.to_thread(_wake, archive, new)
    etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
    changed = digest != feed.hash
    state = replace(feed, etag=etag, last_modified=last_modified, hash=digest, seen=seen)
    state = replace(state, news=page.fetched if changed else feed.news)
    return Asked(state, changed=changed, crowded=2 * len(new) > len(seen))


def _told(feed: KnownFeed, page: Page) -> list[Told]:
    if feed.comments:
        return [Told(each.post_url, each.written, comment=each.native_id) for each in newest_comments(page)]
    read = read_feed(page)
    return [Told(post.url, post.modified, size=read.sizes.get(post.url)) for post in read.posts]


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
