"""All comments of a Ghost site in one list, read once so many threads were asked for that it is the cheaper way.

Every answer names its own post, and a hundred comments of the first level come at once with their replies. Until as
many threads were asked for as the list has pages, each is asked for by itself: so a visit to few due posts stays
small, and no crawl asks for more than twice the fewest.
Source: Ghost 6's own comments client and a real server.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import mapping, mappings, number, text

logger = logging.getLogger(__name__)

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


class SiteList:
    """The list of one server, in one crawl of one site."""

    def __init__(self, server: str, fetch: Fetch) -> None:
        """`server` is the address that comments are asked for below."""
        self._url = f"{server}/?limit={PER_PAGE}&order={ORDER}&include={_INCLUDE}"
        self._fetch = fetch
        self._asked = 0
        #: How many threads there are at all, where the site tells.
        self._expected: int | None = None
        self._turn = asyncio.Lock()
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
        async with self._turn:
            self._asked += 1
            if self._asked > SINGLY:
                left = MAX_HELD if self._expected is None else self._expected - self._asked + 1
                await self._advance(min(self._asked, left, MAX_HELD))
        return self._of(post)

    async def whole(self, post: str) -> list[Top] | None:
        """Return what stands under a post, however many pages it takes; `None` where the list does not tell."""
        async with self._turn:
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
            threads.setdefault(_post(top[0]) or "", []).append(top)
        self._threads, self._tops = threads, {}

    async def _read(self, page_number: int) -> int:
        """Keep the comments of a page, and how many the list has; return how many pages."""
        answer, page = await self._fetch.json(f"{self._url}&page={page_number}")
        pagination = mapping(mapping(mapping(answer).get("meta")).get("pagination"))
        pages, total = number(pagination.get("pages")), number(pagination.get("total"))
        tops = mappings(mapping(answer).get("comments"))
        if pages is None or total is None or not all(map(_post, tops)):
            raise UnreadableError(self._url, "does not tell which post each comment is of")
        self._tops |= {native: (top, page.fetched) for top in tops if (native := text(top.get("id")))}
        self._total = total
        return pages


def _post(top: Mapping[str, Any]) -> str | None:
    return text(mapping(top.get("post")).get("id"))
