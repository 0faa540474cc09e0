"""Ghost's native comments: the page names the post and the server, an open API hands out the thread.

Two levels are stored; `in_reply_to_id` tells a finer parent. Not always do all replies come with their comment.
Hidden and removed comments come without text where someone answered them, and no count holds them.
Source: Ghost 6's own comments client and a real server.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import joined

logger = logging.getLogger(__name__)

_LISTS = "/members/api/comments"
#: Where a server tells the sizes of its threads.
COUNTS = f"{_LISTS}/counts"
#: Threads asked for before the size of the list is.
SINGLY = 10
#: Pages of a list that is held in memory; of a larger one, every thread is asked for.
MAX_HELD = 100
#: The most that one answer holds, whatever is asked for.
PER_PAGE = 100
#: Comments of one second would else change places between two pages.
ORDER = "created_at%20asc,id%20asc"
_INCLUDE = "member,replies,replies.member,count.replies,post"

#: A comment of the first level with its replies, as answered, and when.
Top = tuple[Mapping[str, Any], datetime]


class GhostComments(CommentSystem):
    """Comments of members on a Ghost site."""

    name = "ghost"
    title = "Ghost"
    read_by = "by their own interfaces, see above"
    signs = ("data-ghost-comments",)

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
            if count > shown and (native := identifier(top.get("id"))):
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


def _site_list(server: str, fetch: Fetch) -> "SiteList":
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
        comment = _comment(reply, identifier(reply.get("in_reply_to_id")) or first.native_id, post_url, fetched)
        if comment is not None:
            yield comment


def _comment(value: Mapping[str, Any], parent: str | None, post_url: str, fetched: datetime) -> ReadComment | None:
    native = identifier(value.get("id"))
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


class SiteList:
    """All comments of one server in one list, in one crawl of one site.

    Every answer names its own post, and a hundred comments of the first level come at once with their replies. Until
    as many threads were asked for as the list has pages, each is asked for by itself: so a visit to few due posts
    stays small, and no crawl asks for more than twice the fewest.
    """

    def __init__(self, server: str, fetch: Fetch) -> None:
        """`server` is the address that comments are asked for below."""
        self._url = f"{server}/?limit={PER_PAGE}&order={ORDER}&include={_INCLUDE}"
        self._fetch = fetch
        self._asked = 0
        #: How many threads there are at all, where the site tells.
        self._expected: int | None = None
        self._lock = asyncio.Lock()
        self._tops: dict[str, Top] = {}
        self._threads: dict[str, list[Top]] | None = None
        #: How many pages it has; `None` before the first was asked for.
        self._pages: int | None = None
        #: Comments of the first level, as the newest page states.
        self._total = 0
        self._useless = False

    def expect(self, threads: int) -> None:
        """Note how many threads there are at all, so that the list is not read for the last few of them."""
        self._expected = threads

    async def thread(self, post: str) -> list[Top] | None:
        """Return what stands under a post; `None` while, or where, it is better asked for by itself."""
        async with self._lock:
            self._asked += 1
            if self._asked > SINGLY:
                left = MAX_HELD if self._expected is None else self._expected - self._asked + 1
                await self._advance(min(self._asked, left, MAX_HELD))
        return self._of(post)

    async def whole(self, post: str) -> list[Top] | None:
        """Return what stands under a post, however many pages it takes; `None` where the list does not tell."""
        async with self._lock:
            await self._advance(MAX_HELD)
        return self._of(post)

    def _of(self, post: str) -> list[Top] | None:
        return None if self._threads is None else self._threads.get(post, [])

    async def _advance(self, worth: int) -> None:
        """Read the first page, and the others where there are no more pages than it is worth."""
        if self._useless or self._threads is not None:
            return
        try:
            if self._pages is None:
                self._pages = await self._read(1)
            if self._pages <= worth:
                await self._finish(self._pages)
        except UnreadableError as error:
            logger.info("The list of all comments is not read, every thread is asked for: %s", error)
            self._useless = True
        else:
            self._useless = self._pages > MAX_HELD

    async def _finish(self, pages: int) -> None:
        for page_number in range(2, pages + 1):
            await self._read(page_number)
        if len(self._tops) != self._total:  # one was added or removed meanwhile, and another may have changed pages
            raise UnreadableError(self._url, f"holds {len(self._tops)} of the {self._total} comments it states")
        threads: dict[str, list[Top]] = {}
        for top in self._tops.values():
            threads.setdefault(_post_of(top[0]) or "", []).append(top)
        self._threads, self._tops = threads, {}

    async def _read(self, page_number: int) -> int:
        """Keep the comments of a page, and how many the list has; return how many pages."""
        answer, page = await self._fetch.json(f"{self._url}&page={page_number}")
        pagination = mapping(mapping(mapping(answer).get("meta")).get("pagination"))
        pages, total = number(pagination.get("pages")), number(pagination.get("total"))
        tops = mappings(mapping(answer).get("comments"))
        if pages is None or total is None or not all(map(_post_of, tops)):
            raise UnreadableError(self._url, "does not tell which post each comment is of")
        self._tops |= {native: (top, page.fetched) for top in tops if (native := identifier(top.get("id")))}
        self._total = total
        return pages


def _post_of(top: Mapping[str, Any]) -> str | None:
    return identifier(mapping(top.get("post")).get("id"))
