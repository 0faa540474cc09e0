"""Blogger: its feeds give every post and comment of a blog, 150 at a time.

A blog of 1,000 posts and 5,000 comments takes 41 requests. Where a feed is shut or holds excerpts only, its pages are
read, which hold the whole thread too.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from crawler.catalogue.sites import Site
from crawler.comments.systems.blogger import entries, link, next_page, read_comments, total, value
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import mappings, number, text
from crawler.pages.models import ListedPost, ReadComment, ReadPost, Thread
from crawler.pages.page import Page
from crawler.pages.text import html_text, one_line
from crawler.pages.urls import canonical
from crawler.platforms.base import Platform, either
from crawler.platforms.discovery import discover

_SIGN = re.compile(
    r"content=['\"]blogger['\"]|www\.blogger\.com/(?:static|feeds)/|/feeds/posts/default", re.IGNORECASE
)
_NATIVE = re.compile(r"\.post-(\d{1,30})$")
#: The most that one answer was seen to hold.
PER_PAGE = 150
#: Comments of a blog that are held in memory until its posts come; a larger blog is read page by page.
MAX_HELD = 50_000


class Blogger(Platform):
    """A blog on Blogger, on blogspot.com or a domain of its own."""

    name = "blogger"
    title = "Blogger"
    lists_posts_by = "feed of posts"
    reads_threads_by = "feed of comments, else the page"
    requests_needed = "41"
    shared_slot = "blogspot.com"

    def recognises(self, front: Page) -> bool:
        """Tell Blogger by its generator, or the feeds and scripts that its pages name."""
        return bool(_SIGN.search(front.text))

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield every post with its thread by the feeds; the addresses of all posts where those are shut."""
        shown = self.read(front)
        if shown.status == "withheld":  # the feeds say nothing of rights, each page does
            return discover(site, front, fetch)
        return either(_by_feeds(front, shown.language, fetch), discover(site, front, fetch))


async def _by_feeds(front: Page, language: str | None, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
    url: str | None = _feed(front, "posts")
    threads: dict[str, list[ReadComment]] | None = None
    first = True
    while url is not None:
        answer, page = await fetch.json(url)
        if first:
            threads, first = await _all_comments(front, fetch), False
        for entry in entries(answer):
            post = _post(entry, threads, language, page.fetched)
            if post is not None:
                yield post
        url = next_page(answer, url)


async def _all_comments(front: Page, fetch: Fetch) -> dict[str, list[ReadComment]] | None:
    """Return the blog's comments by the id of their post, oldest first; `None` where their feed tells too little."""
    found: dict[str, list[ReadComment]] = {}
    url: str | None = _feed(front, "comments")
    while url is not None:
        try:
            answer, page = await fetch.json(url)
        except UnreadableError:
            return None
        if (total(answer) or 0) > MAX_HELD:
            return None
        for post, comment in read_comments(answer, fetched=page.fetched):
            if post is None:
                return None
            found.setdefault(post, []).insert(0, comment)
        url = next_page(answer, url)
    return found


def _feed(front: Page, kind: str) -> str:
    query = {"alt": "json", "redirect": "false", "orderby": "published", "max-results": PER_PAGE, "start-index": 1}
    return f"{urljoin(front.url, f'/feeds/{kind}/default')}?{urlencode(query)}"


def _post(
    entry: Mapping[str, Any], threads: dict[str, list[ReadComment]] | None, language: str | None, fetched: datetime
) -> ListedPost | ReadPost | None:
    url, native = canonical(link(entry, "alternate") or ""), _NATIVE.search(value(entry.get("id")) or "")
    if url is None or native is None:
        return None
    published = parse_date(value(entry.get("published")) or "", fetched=fetched)
    updated = parse_date(value(entry.get("updated")) or "", fetched=fetched)
    body = value(entry.get("content"))
    stated = number(value(entry.get("thr$total")))
    comments = threads.get(native[1], []) if threads is not None else []
    if body is None or threads is None or len(comments) < (stated or 0):
        return ListedPost(url, updated.moment if updated else None)  # its page tells the rest
    author = next(iter(mappings(entry.get("author"))), {})
    by = value(author.get("uri"))
    marked = tuple(replace(each, by_post_author=bool(by) and each.author_url == by) for each in comments)
    return ReadPost(
        url=url,
        title=one_line(value(entry.get("title"))),
        author=one_line(value(author.get("name"))),
        published=published,
        updated=updated.moment if updated and published and updated.moment > published.moment else None,
        language=language,
        text=html_text(body),
        tags=tuple(term for each in mappings(entry.get("category")) if (term := text(each.get("term")))),
        thread=Thread(system="blogger", comments=marked, stated=stated),
    )
