"""News of a site, from its feeds: a new post becomes a row, a new comment wakes the post it stands under.

A site visit that only looks for news costs two requests at most, robots.txt included. Feeds that are left wait for
the next one.
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from archive.archive import Archive
from archive.records.models import comment_id
from crawler.catalogue.sites import Site
from crawler.middlewares.robotstxt import KEPT_FOR
from crawler.pages.feeds import comment_feeds, newest_comments, post_feeds, read_feed
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError
from crawler.pages.page import Page
from crawler.platforms.discovery import is_post_address
from crawler.visits.fetcher import Fetcher
from crawler.visits.schedule import KnownFeed, SiteSchedule

logger = logging.getLogger(__name__)

#: Requests of a site visit that finds nothing new.
MOST_REQUESTS = 2
#: Entries of a feed that are told apart from one site visit to the next; WordPress's holds 10, others 20 to 100.
MAX_SEEN = 100

#: Comment system of the feeds whose comments are known by their number.
_SYSTEM = "wordpress"


@dataclass(frozen=True, slots=True)
class NewsItem:
    """What an entry of a feed says about a post."""

    url: str
    changed: datetime | None
    #: Size of its thread; `None` if the feed does not say.
    size: int | None = None
    #: The number of a comment under it, in a feed of comments.
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What checking one feed brought."""

    #: In the state now seen.
    feed: KnownFeed
    #: True when it held something else than the last time.
    changed: bool = False
    #: True when more than half of it was new: a later visit would have missed what fell off its end.
    crowded: bool = False
    #: Why it did not answer, in words.
    silent: str | None = None
    #: True when it answered, but not as a feed.
    strange: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """What checking the feeds of a site brought."""

    #: In the state now seen.
    feeds: tuple[KnownFeed, ...]
    checks: tuple[FeedCheck, ...] = ()
    #: True when a feed was left to the next site visit.
    owed: bool = False

    @property
    def brought(self) -> bool:
        """True when a feed named something new."""
        return any(check.changed for check in self.checks)

    @property
    def crowded(self) -> bool:
        """True when most of a feed was new."""
        return any(check.crowded for check in self.checks)

    @property
    def strange(self) -> bool:
        """True when a feed is no feed any more: the site has changed."""
        return any(check.strange for check in self.checks)

    @property
    def silent(self) -> str | None:
        """Why none of them answered, in words; `None` when one did, or none was asked."""
        reasons = [check.silent for check in self.checks]
        return reasons[0] if reasons and None not in reasons else None


def known_feeds(front: Page, before: tuple[KnownFeed, ...]) -> tuple[KnownFeed, ...]:
    """Return the feeds that a front page names, one of posts and one of comments, in the state last seen."""
    states = {feed.url: feed for feed in before}
    named = [KnownFeed(url=url) for url in post_feeds(front)[:1]]
    named += [KnownFeed(url=url, comments=True) for url in comment_feeds(front)[:1]]
    return tuple(states.get(feed.url, feed) for feed in named)


async def fetch_news(schedule: SiteSchedule, site: Site, fetch: Fetcher, archive: Archive) -> News:
    """Check the feeds that have waited longest, as many as `MOST_REQUESTS` allow."""
    waiting = schedule.waiting_feeds(datetime.now(UTC))
    affordable = await asyncio.to_thread(_affordable, waiting, archive)
    checks = [await _check(feed, site, fetch, archive) for feed in affordable]
    states = {check.feed.url: check.feed for check in checks}
    feeds = tuple(states.get(feed.url, feed) for feed in schedule.feeds)
    return News(feeds, tuple(checks), owed=len(affordable) < len(waiting))


def _affordable(waiting: tuple[KnownFeed, ...], archive: Archive) -> list[KnownFeed]:
    """Return the first feeds that the requests of a site visit suffice for; one at least, whatever it costs."""
    affordable: list[KnownFeed] = []
    hosts: set[str] = set()
    for feed in waiting:
        robots = _robots_of(feed.url)
        not_kept = {robots} if archive.policies.kept(robots, within=KEPT_FOR) is None else set()
        if affordable and len(affordable) + 1 + len(hosts | not_kept) > MOST_REQUESTS:
            break
        affordable.append(feed)
        hosts |= not_kept
    return affordable


def _robots_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


async def _check(feed: KnownFeed, site: Site, fetch: Fetcher, archive: Archive) -> FeedCheck:
    """Return the feed's new state, and what it brought; what was seen of one that cannot be parsed is forgotten.

    Its validators count only once its addresses are in the archive: a crash between the two would lose them.
    """
    conditions = {"If-None-Match": feed.etag, "If-Modified-Since": feed.last_modified}
    forgotten = KnownFeed(url=feed.url, comments=feed.comments, asked=datetime.now(UTC))
    try:
        headers = {name: value for name, value in conditions.items() if value}
        page = (await fetch.request(feed.url, headers, for_news=True)).page
    except UnreadableError as error:
        logger.info("No news of %s: %s", site.key, error)
        forbidden = isinstance(error, RefusedError) and not isinstance(error, PostponedError)
        return FeedCheck(forgotten, silent=None if forbidden else error.reason)
    feed = replace(feed, asked=page.fetched, news=feed.news or page.fetched)
    if page.status == HTTPStatus.NOT_MODIFIED:
        return FeedCheck(feed)
    items = _items(feed, page) if page.status == HTTPStatus.OK else []
    if page.status != HTTPStatus.OK or (feed.seen and not items):  # another page in its place, or nothing any more
        return FeedCheck(forgotten, strange=True)
    return await _compare(feed, page, items, site, archive)


async def _compare(feed: KnownFeed, page: Page, items: list[NewsItem], site: Site, archive: Archive) -> FeedCheck:
    digest = _hash("\n".join(map(_line, items)))
    seen = tuple(_hash(_line(item))[:8] for item in items[:MAX_SEEN])
    known = set(feed.seen) or set(seen)
    new = [item for item, hashed in zip(items, seen, strict=False) if hashed not in known]
    if digest != feed.hash:
        addresses = [(item.url, item.changed) for item in items if is_post_address(site, item.url)]
        await asyncio.to_thread(archive.frontier.discover, site.key, addresses)
        await asyncio.to_thread(_wake, archive, new)
    etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
    changed = digest != feed.hash
    state = replace(feed, etag=etag, last_modified=last_modified, hash=digest, seen=seen)
    state = replace(state, news=page.fetched if changed else feed.news)
    return FeedCheck(state, changed=changed, crowded=2 * len(new) > len(seen))


def _items(feed: KnownFeed, page: Page) -> list[NewsItem]:
    if feed.comments:
        comments = newest_comments(page)
        return [NewsItem(comment.post_url, comment.written, comment=comment.native_id) for comment in comments]
    listed = read_feed(page)
    return [NewsItem(post.url, post.modified, size=listed.sizes.get(post.url)) for post in listed.posts]


def _wake(archive: Archive, new: list[NewsItem]) -> None:
    """Wake the posts whose thread has another size than archived, or a comment that the archive lacks.

    Only by what a feed says for the first time: a site that counts in another way than its pages is asked once.
    """
    archive.frontier.wake((item.url, item.size) for item in new if item.size is not None)
    archive.frontier.wake_without(
        (item.url, comment_id(item.url, _SYSTEM, item.comment)) for item in new if item.comment is not None
    )


def _line(item: NewsItem) -> str:
    """Return all of an item as text. Archives keep hashes of it, so its form, and its first word, must not change."""
    return f"Told(url={item.url!r}, changed={item.changed!r}, size={item.size!r}, comment={item.comment!r})"


def _hash(text: str) -> str:
    """Return a hash of what a feed names; a hash of the feed would change with its build date."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
