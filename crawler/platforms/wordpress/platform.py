"""WordPress: its REST lists give every post and comment of a site in few requests; its pages, where they are shut.

REST answers strangers with published posts and approved comments only; pingbacks and trackbacks are not comments and
are not listed. The REST lists of all blogs on WordPress.com stand on one public server.
Sources: https://developer.wordpress.org/rest-api/, https://developer.wordpress.com/docs/api/ (the `wp/v2` part, whose
answers are those of any WordPress) and real servers.
"""

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.catalogue.sites import Site
from crawler.pages.feeds import newest_comments
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.models import ListedPost, ReadPost, Thread
from crawler.pages.page import Page
from crawler.pages.urls import joined, same_site
from crawler.platforms.base import Platform, either
from crawler.platforms.discovery import discover
from crawler.platforms.wordpress.rest import RestLists
from crawler.posts.post import read_post

logger = logging.getLogger(__name__)

_API = "https://api.w.org/"
_LINK = re.compile(r"<([^<>]{1,2000})>\s*;\s*rel=\"?https://api\.w\.org/\"?")
#: A sign and its kind; one kind alone may come from a picture that was moved here.
_SIGNS = {
    "generator": re.compile(r"<meta[^>]{1,60}generator[^>]{1,40}WordPress", re.IGNORECASE),
    "api": re.compile(r"rel=[\"']https://api\.w\.org/[\"']"),
    "theme": re.compile(r"/wp-content/(?:themes|plugins)/"),
    "uploads": re.compile(r"/wp-content/uploads/"),
    "core": re.compile(r"/wp-includes/"),
    "comments": re.compile(r"/wp-comments-post\.php"),
    "editing": re.compile(r"xmlrpc\.php\?rsd|wlwmanifest\.xml"),
    "blocks": re.compile(r"\bwp-block-(?:post|template|query|site)\b|\bwp-site-blocks\b"),
}
_COM_SIGN = re.compile(r"<meta[^>]{1,60}generator[^>]{1,40}WordPress\.com", re.IGNORECASE)
_COM_API = "https://public-api.wordpress.com/wp/v2/sites/"
_SURE = frozenset({"generator", "api"})
ENOUGH_SIGNS = 2


class WordPress(Platform):
    """WordPress on its owner's server, or anyone's that speaks as WordPress does."""

    name = "wordpress"
    title = "WordPress"
    lists_posts_by = "REST lists; if they are closed, sitemap, feed and list pages"
    reads_threads_by = (
        "REST list of comments, else the page, its further comment pages, and the post's comment feed if the page "
        "does not show who answers whom"
    )
    requests_needed = "at most 65"

    def recognises(self, front: Page) -> bool:
        """Tell WordPress by its headers, or by signs of two kinds in its page."""
        if _LINK.search(front.headers.get("link", "")) or "xmlrpc.php" in front.headers.get("x-pingback", ""):
            return True
        signs = {kind for kind, sign in _SIGNS.items() if sign.search(front.text)}
        return bool(signs & _SURE) or len(signs) >= ENOUGH_SIGNS

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield every post with its whole thread by REST; where that is shut, the addresses of all posts."""
        shown = self.read(front)
        root = self.lists_at(front)
        by_pages = _by_pages(site, front, fetch)
        if root is None or shown.status == "withheld":  # REST says nothing of rights, each page does
            return by_pages
        return either(RestLists(root, front, fetch, language=shown.language).posts(), by_pages)

    def lists_at(self, front: Page) -> str | None:
        """Return the address of the site's REST lists; `None` where it names none of its own."""
        return _api_root(front)

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page: none where a password hides it, with its further pages where it is divided."""
        post = read_post(page)
        forms = list(page.tree.iter("form"))
        if any("post-password-form" in (form.get("class") or "") for form in forms):
            return replace(post, is_post=False, text="", description=None, thread=None)
        if post.thread is None and any("wp-comments-post.php" in (form.get("action") or "") for form in forms):
            post = replace(post, thread=Thread(system=self.name))  # open, and nobody has written yet
        return replace(post, further=_further(page))


class WordPressCom(WordPress):
    """A blog on WordPress.com, on its own domain or not."""

    name = "wordpress.com"
    title = "WordPress.com"
    lists_posts_by = "the same lists as WordPress, on the public server"
    reads_threads_by = "the same lists as WordPress, on the public server"
    shared_slot = "wordpress.com"

    def recognises(self, front: Page) -> bool:
        """Tell WordPress.com by its header, its host, or its generator."""
        host = urlsplit(front.url).hostname or ""
        by_header = front.headers.get("host-header", "").lower() == "wordpress.com"
        return by_header or host.endswith(".wordpress.com") or bool(_COM_SIGN.search(front.text))

    def lists_at(self, front: Page) -> str | None:
        """Return the address of the blog's lists: its own where it names some, else on the public server."""
        return super().lists_at(front) or _COM_API + quote(urlsplit(front.url).hostname or "")


def read_comment_feed(page: Page) -> list[ListedPost]:
    """Return each post that a feed of comments names once, changed at its newest; nothing for what is no feed."""
    newest: dict[str, datetime] = {}
    for comment in newest_comments(page):
        newest[comment.post_url] = max(comment.written, newest.get(comment.post_url, comment.written))
    return [ListedPost(url, written) for url, written in newest.items()]


def _api_root(front: Page) -> str | None:
    """Return where the site's REST lists are, by its header or its page; `None` where it names none of its own."""
    stated = _LINK.search(front.headers.get("link", ""))
    hrefs = [stated[1]] if stated else []
    hrefs += [link.get("href") or "" for link in front.tree.iter("link") if _API in (link.get("rel") or "")]
    roots = (joined(front.url, each) for each in hrefs if each)
    return next((each for each in roots if each is not None and same_site(each, front.url)), None)


async def _by_pages(site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
    async for listed in discover(site, front, fetch):
        yield listed
    async for listed in _woken(site, front, fetch):
        yield listed


async def _woken(site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost]:
    """Yield the posts under which the newest comments stand, as changed when they were written."""
    try:
        feed = await fetch.page(urljoin(front.url, "comments/feed/"))
    except UnreadableError as error:
        logger.debug("%s has no feed of comments: %s", site.url, error)
        return
    for listed in await fetch.work(read_comment_feed, feed):
        if site.covers(listed.url):
            yield listed


def _further(page: Page) -> tuple[str, ...]:
    """Return the addresses of the further pages of a post that its author divided."""
    own = urlsplit(page.url)
    base = own.path.rstrip("/")
    found: dict[int, str] = {}
    for link in page.tree.iter("a"):
        if "post-page-numbers" not in _around(link) and "page-links" not in _around(link):
            continue
        url = joined(page.url, link.get("href") or "") or ""
        parts = urlsplit(url)
        number = _PAGE_IN_QUERY.search(parts.query) if own.query else _PAGE_IN_PATH.fullmatch(parts.path)
        if number and same_site(url, page.url) and (own.query or number["base"].rstrip("/") == base):
            found.setdefault(int(number["number"]), url)
    return tuple(found[number] for number in sorted(found) if number > 1)[:MAX_FURTHER]


_PAGE_IN_PATH = re.compile(r"(?P<base>.*)/(?P<number>\d{1,3})/?")
_PAGE_IN_QUERY = re.compile(r"(?:^|&)page=(?P<number>\d{1,3})(?:&|$)")
#: Pages of one post; real ones have up to ten.
MAX_FURTHER = 50


def _around(link: HtmlElement) -> str:
    parent = link.getparent()
    return f"{link.get('class') or ''} {parent.get('class') or '' if parent is not None else ''}"
