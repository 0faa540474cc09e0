"""Find the posts of any blog: by its feed, its sitemaps, and, where those are not complete, its list pages.

The feed comes first, for the newest posts; then the first way that is complete. Everything is bounded: a calendar
without end, a faceted archive, a sitemap of sitemaps of sitemaps.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Set
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qsl, urljoin, urlsplit

from crawler.catalogue.sites import Site
from crawler.pages.feeds import Feed, post_feeds, read_feed
from crawler.pages.fetch import Fetch, PostponedError, RefusedError, UnreadableError
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.pages.urls import joined
from crawler.platforms.listings import Sitemap, links, older, read_sitemap

R = TypeVar("R")

#: Sitemap files of one site; at 2,000 addresses a file, WordPress's habit, 400,000 posts.
MAX_SITEMAPS = 200
#: Feeds that a front page names; the first is nearly always the one of all posts.
MAX_NAMED_FEEDS = 3
#: Pages of one feed; at 10 posts a page, 5,000 posts.
MAX_FEED_PAGES = 500
#: List pages of one site.
MAX_LIST_PAGES = 500
#: List pages in a row without a new post, after which a list is taken to have ended or to be a trap.
MAX_BARREN_PAGES = 3
#: XML larger than this is read in a worker, so as not to hold up the other sites.
_LARGE = 256 * 1024

_SITEMAPS = ("/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml")
_FEEDS = ("feed/", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss/")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
#: Sitemaps of lists, people and files, told by the names that WordPress, Yoast, Ghost and others give them.
_NO_POSTS = re.compile(
    r"categor|tag(?!ed)|author|user|taxonom|image|video|attachment|product|(?:^|[-_/])pages?[-_.]|-post_format-",
    re.IGNORECASE,
)

_LISTS = re.compile(
    r"/(?:tags?|categor(?:y|ies)|topics?|authors?|series|page|search|feed|rss|atom|comments?|archives?|login|signup|"
    r"subscribe|account|cart|wp-(?:admin|content|includes|json|login\.php)|cdn-cgi|about|contact|privacy|terms|imprint)"
    r"(?:/|$)|/(?:19|20)\d\d(?:/\d\d?){0,2}/?$|/index-\d+\.html$|/comment-page-\d+",
    re.IGNORECASE,
)
#: WordPress's plain numbered posts live under a list's name.
_POSTS_AFTER_ALL = re.compile(r"/archives?/(?:\d+|.*[a-z0-9]-[a-z0-9].*)", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|avif|ico|css|js|json|xml|txt|pdf|zip|gz|mp[34]|m4a|ogg|webm|mov|docx?|pptx?|xlsx?|"
    r"epub|ics|rss|atom|woff2?)$",
    re.IGNORECASE,
)
#: Names of parameters by which plain sites name their posts; any other query is a filter, a form or a trap.
_POST_QUERY = {"p", "id", "post", "story", "title", "name", "article", "entry"}


async def discover(site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost]:
    """Yield the addresses of a site's posts, newest first where its feed says so; one may come twice.

    Raise `UnreadableError` at the end when a list broke off and no other was complete.
    """
    failures: list[UnreadableError] = []
    feed = await _first_feed(site, post_feeds(front)[:MAX_NAMED_FEEDS], fetch, failures)
    listed = {post.url: post for post in feed.posts}
    for post in listed.values():
        yield post
    from_sitemap: set[str] = set()
    async for post in _from_sitemaps(site, front, fetch, failures):
        from_sitemap.add(post.url)
        yield post
    if _complete(from_sitemap, listed.keys()):
        return
    if not feed.posts:
        feed = await _first_feed(site, _usual_feeds(front), fetch, failures)
    seen = set(from_sitemap)
    async for post in _all_feed_pages(site, feed, fetch, failures):
        seen.add(post.url)
        yield post
    async for post in _from_list_pages(site, front, fetch, seen, failures):
        yield post
    if failures:
        raise failures[0]


def is_post_address(site: Site, url: str) -> bool:
    """Tell whether a canonical address may be a post by its looks: of the site, no list, form or file."""
    parts = urlsplit(url)
    if not site.covers(url) or url == site.url or (parts.path.rstrip("/") + "/" == site.scope and not parts.query):
        return False
    if site.include:
        return True
    if any(name not in _POST_QUERY for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        return False
    if _FILE.search(parts.path):
        return False
    return not _LISTS.search(parts.path) or _POSTS_AFTER_ALL.search(parts.path) is not None


def _complete(from_sitemap: set[str], from_feed: Set[str]) -> bool:
    """Take sitemaps for complete when they know most of what the feed has; a stale one does not."""
    return bool(from_sitemap) and 2 * len(from_feed & from_sitemap) >= len(from_feed)


def _posts(site: Site, found: Iterable[ListedPost]) -> list[ListedPost]:
    return [listed for listed in found if is_post_address(site, listed.url)]


async def _ask(fetch: Fetch, url: str, failures: list[UnreadableError]) -> Page | None:
    """Return a page that need not exist; a server that failed is noted, one that has none is not."""
    try:
        return await fetch.page(url)
    except PostponedError as error:
        failures.append(error)
        return None
    except RefusedError:
        return None
    except UnreadableError as error:
        if error.status is None or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            failures.append(error)
        return None


async def _read(fetch: Fetch, function: Callable[[Page], R], page: Page) -> R:
    return await fetch.work(function, page) if len(page.body) > _LARGE else function(page)


def _usual_feeds(front: Page) -> list[str]:
    base = front.url if front.url.endswith("/") else front.url + "/"
    return [urljoin(base, path) for path in _FEEDS]


async def _first_feed(site: Site, urls: list[str], fetch: Fetch, failures: list[UnreadableError]) -> Feed:
    """Return the first of these feeds that names posts; an empty one when none does."""
    for url in urls:
        page = await _ask(fetch, url, failures)
        feed = await _read(fetch, read_feed, page) if page is not None else Feed(url)
        posts = _posts(site, feed.posts)
        if posts:
            return replace(feed, posts=tuple(posts))
    return Feed("")


async def _all_feed_pages(
    site: Site, feed: Feed, fetch: Fetch, failures: list[UnreadableError]
) -> AsyncIterator[ListedPost]:
    """Yield the posts of a feed and of its further pages, as long as these bring any."""
    seen: set[str] = set()
    first = feed.url
    for number in range(2, MAX_FEED_PAGES + 1):
        found = [listed for listed in _posts(site, feed.posts) if listed.url not in seen]
        following = feed.older or (_wordpress_feed_page(first, number) if "wordpress" in feed.generator else None)
        for listed in found:
            seen.add(listed.url)
            yield listed
        if not found or following is None:
            return
        page = await _ask(fetch, following, failures)
        if page is None:
            return  # past the end WordPress answers 404
        feed = await _read(fetch, read_feed, page)


def _wordpress_feed_page(url: str, number: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}paged={number}"


async def _from_sitemaps(
    site: Site, front: Page, fetch: Fetch, failures: list[UnreadableError]
) -> AsyncIterator[ListedPost]:
    waiting = await _sitemaps(front, fetch)
    asked: set[str] = set()
    found = False
    while waiting and len(asked) < MAX_SITEMAPS:
        url = waiting.pop(0)
        if url in asked or not _same_host(url, front.url):
            continue
        asked.add(url)
        page = await _ask(fetch, url, failures)
        if page is None:
            continue
        sitemap: Sitemap = await _read(fetch, read_sitemap, page)
        waiting = _with_posts(sitemap.sitemaps) + waiting
        for listed in _posts(site, sitemap.posts):
            found = True
            yield listed
        if found and url.endswith(_SITEMAPS) and not sitemap.sitemaps:
            return


def _with_posts(sitemaps: tuple[str, ...]) -> list[str]:
    """Leave out the sitemaps of lists by their names, unless that leaves none."""
    likely = [url for url in sitemaps if not _NO_POSTS.search(urlsplit(url).path)]
    return likely or list(sitemaps)


async def _sitemaps(front: Page, fetch: Fetch) -> list[str]:
    """Return the sitemaps that robots.txt names, else those at the usual places."""
    try:
        robots = await fetch.page(urljoin(front.url, "/robots.txt"))
    except UnreadableError:
        named = []
    else:
        lines = (joined(front.url, url) for url in _SITEMAP_LINE.findall(robots.text[:500_000]))
        named = [url for url in lines if url is not None]
    return named or [urljoin(front.url, path) for path in _SITEMAPS]


def _same_host(url: str, other: str) -> bool:
    host, of_other = urlsplit(url).netloc.lower(), urlsplit(other).netloc.lower()
    return host.removeprefix("www.") == of_other.removeprefix("www.")


async def _from_list_pages(
    site: Site, front: Page, fetch: Fetch, seen: set[str], failures: list[UnreadableError]
) -> AsyncIterator[ListedPost]:
    """Yield the posts that list pages link to, following their links to older ones."""
    seen = set(seen)
    asked = {front.url, site.url}
    waiting = [url for url in site.start if url not in asked]
    page: Page | None = front
    barren = 0
    while barren < MAX_BARREN_PAGES and len(asked) < MAX_LIST_PAGES:
        if page is not None:
            further = [url for url in older(page) if _same_host(url, front.url)]
            found = [url for url in links(page) if url not in seen and is_post_address(site, url)]
            found = [url for url in dict.fromkeys(found) if url not in further]
            barren = 0 if found else barren + 1
            for url in found:
                seen.add(url)
                yield ListedPost(url)
            waiting += [url for url in further if url not in asked and url not in seen]
        if not waiting:
            return
        following = waiting.pop(0)
        if following in asked:
            page = None
            continue
        asked.add(following)
        page = await _ask(fetch, following, failures)
