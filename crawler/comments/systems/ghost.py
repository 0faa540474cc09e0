"""Ghost's native comments: the page names the post and the server, an open API hands out the thread.

Two levels are stored; `in_reply_to_id` tells a finer parent. Not always do all replies come with their comment.
Hidden and removed comments come without text where someone answered them, and no count holds them.
Source: Ghost 6's own comments client and a real server.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.comments.systems.ghost_list import ORDER, PER_PAGE, SiteList, Top
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import joined

logger = logging.getLogger(__name__)

_LISTS = "/members/api/comments"
#: Where a server tells the sizes of its threads.
COUNTS = f"{_LISTS}/counts"


class GhostComments(CommentSystem):
    """Comments of members on a Ghost site."""

    name = "ghost"

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; `None` where the page sets up no comments. The page shows none itself."""
        for script in page.tree.iter("script"):
            server, post = script.get("data-ghost-comments"), script.get("data-post-id")
            whole = joined(page.url, server) if server else None
            if whole and post and script.get("data-comments-enabled", "all") != "off":
                return self.of_post(whole, post)
        return None

    def of_post(self, server: str, post: str) -> Thread:
        """Return the thread of the post with this id, to be asked for from a site's address."""
        return Thread(system=self.name, pointer={"server": server.rstrip("/"), "post": post})

    async def counts(self, server: str, fetch: Fetch) -> dict[str, int] | None:
        """Return how many comments each post has, by its id and only where it has any; `None` where that is shut.

        One call tells it of all posts. The robots.txt that Ghost 6 brings forbids it.
        """
        try:
            answer, _ = await fetch.json(f"{server.rstrip('/')}{COUNTS}/")
        except UnreadableError as error:
            logger.info("The counts of comments are shut, every thread is asked for: %s", error)
            return None
        counts = {post: count for post, value in mapping(answer).items() if (count := number(value)) is not None}
        if not isinstance(answer, dict) or len(counts) != len(answer):
            return None  # an answer of another form tells nothing
        _site_list(server, fetch).expect(len(counts))
        return counts

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread, replies beyond those that come with their comment included.

        Nothing is asked for where the site's own count says that there is nothing.
        """
        if thread.stated == 0:
            return replace(thread, pointer={})
        server = thread.pointer["server"] + _LISTS
        comments: list[ReadComment] = []
        stated = 0
        for top, fetched in await _tops(thread.pointer["server"], thread.pointer["post"], fetch):
            replies = mappings(top.get("replies"))
            shown = sum(map(_is_shown, replies))
            count = number(mapping(top.get("count")).get("replies")) or shown
            stated += _is_shown(top) + count
            if count > shown and (native := text(top.get("id"))):
                replies = [reply async for reply, _ in _listed(f"{server}/{native}/replies/", fetch)]
            comments += _family(top, replies, post_url, fetched)
        return replace(thread, comments=tuple(comments), stated=stated, pointer={})


async def _tops(server: str, post: str, fetch: Fetch) -> list[Top]:
    """Return a post's comments of the first level: of its own list, or of the list of all where that is cheaper.

    Of kept responses its own list is read, which may be newer; the list of all where its own was never asked for.
    """
    site_list = _site_list(server, fetch)
    tops = await site_list.thread(post) if fetch.live else None
    if tops is not None:
        return tops
    try:
        return [top async for top in _listed(f"{server}{_LISTS}/post/{post}/", fetch)]
    except UnreadableError:
        tops = None if fetch.live else await site_list.whole(post)
        if tops is None:
            raise
        return tops


def _site_list(server: str, fetch: Fetch) -> SiteList:
    """Return the list of all comments of a server, the same one throughout a crawl."""
    url = server.rstrip("/") + _LISTS
    known: SiteList = fetch.learned.setdefault(url, SiteList(url, fetch))
    return known


async def _listed(url: str, fetch: Fetch) -> AsyncIterator[Top]:
    """Yield the comments of a list over all its pages, and when each was received."""
    seen = 0
    for page_number in range(1, MAX_PAGES + 1):
        answer, page = await fetch.json(f"{url}?limit={PER_PAGE}&page={page_number}&order={ORDER}")
        comments = mappings(mapping(answer).get("comments"))
        for comment in comments:
            yield comment, page.fetched
        seen += len(comments)
        pagination = mapping(mapping(mapping(answer).get("meta")).get("pagination"))
        if not comments or number(pagination.get("next")) is None or seen >= MAX_COMMENTS:
            return


def _family(
    top: Mapping[str, Any], replies: list[Mapping[str, Any]], post_url: str, fetched: datetime
) -> Iterator[ReadComment]:
    """Yield a comment of the first level and its replies."""
    first = _comment(top, None, post_url, fetched)
    if first is None:
        return
    yield first
    for reply in replies:
        comment = _comment(reply, text(reply.get("in_reply_to_id")) or first.native_id, post_url, fetched)
        if comment is not None:
            yield comment


def _comment(value: Mapping[str, Any], parent: str | None, post_url: str, fetched: datetime) -> ReadComment | None:
    native = text(value.get("id"))
    if native is None:
        return None
    body = text(value.get("html")) if _is_shown(value) else None
    at = text(value.get("created_at"))
    return ReadComment(
        native_id=native,
        parent=parent,
        author=text(mapping(value.get("member")).get("name")) if body else None,
        published=parse_date(at, fetched=fetched) if at else None,
        text=html_text(body) if body else "",
        permalink=f"{post_url}#ghost-comments-{native}" if urlsplit(post_url).scheme else None,
        deleted=body is None,
    )


def _is_shown(value: Mapping[str, Any]) -> bool:
    """Tell a comment that counts from one that stays, without text, for the sake of its answers."""
    return bool(value.get("status", "published") == "published")
