"""Waline: the page's script names a server, which hands out the thread a hundred first-level comments at a time.

Source: https://waline.js.org/en/reference/server/api.html and a real server.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import joined

_SETUP = re.compile(r"\bwaline\b", re.IGNORECASE)
_SERVER = re.compile(r"\bserverURL['\"]?\s*:\s*['\"]([^'\"\s]{1,500})['\"]")
#: What JavaScript's `decodeURI` leaves escaped: the letters that have a meaning in an address.
_RESERVED = re.compile(r"%(?=2[346BCF]|3[ABDF]|40)", re.IGNORECASE)
_PATH = re.compile(r"\bpath['\"]?\s*:\s*['\"](/[^'\"\s]{0,500})['\"]")
#: The most that one answer holds.
PER_PAGE = 100


class WalineComments(CommentSystem):
    """Comments on a server of the site's owner."""

    name = "waline"
    title = "Waline"
    read_by = "the server's public API"
    signs = ("waline",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        for script in page.tree.iter("script"):
            code = script.text or ""
            stated = _SERVER.search(code) if _SETUP.search(code) else None
            server = joined(page.url, stated[1]) if stated is not None else None
            if server is not None:
                path = _PATH.search(code)
                pointer = {
                    "server": server.rstrip("/"),
                    "path": _plain(path[1] if path else urlsplit(page.url).path),
                }
                return Thread(system=self.name, pointer=pointer)
        return None

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread, page after page."""
        comments: list[ReadComment] = []
        stated: int | None = None
        for page_number in range(1, MAX_PAGES + 1):
            query = {"path": thread.pointer["path"], "page": page_number, "pageSize": PER_PAGE}
            url = f"{thread.pointer['server']}/api/comment?{urlencode(query | {'sortBy': 'insertedAt_asc'})}"
            answer, page = await fetch.json(url)
            if number(mapping(answer).get("errno")):
                raise UnreadableError(url, f"answers with error {mapping(answer).get('errno')}", status=page.status)
            found = mapping(mapping(answer).get("data"))
            stated = number(found.get("count")) if stated is None else stated
            for top in mappings(found.get("data")):
                comments += _family(top, post_url, page.fetched)
            if page_number >= (number(found.get("totalPages")) or 0) or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), stated=stated, pointer={})


def _plain(path: str) -> str:
    """Return a path as its client sends it: in plain letters, as `decodeURI` gives them."""
    try:
        return unquote(_RESERVED.sub("%25", path), errors="strict")
    except UnicodeDecodeError:
        return path


def _family(top: Mapping[str, Any], post_url: str, fetched: datetime) -> Iterator[ReadComment]:
    for comment in (top, *mappings(top.get("children"))):
        native = identifier(comment.get("objectId"))
        if native is None:
            continue
        at = comment.get("time") or comment.get("insertedAt") or comment.get("createdAt")
        yield ReadComment(
            native_id=native,
            parent=identifier(comment.get("pid")),
            author=text(comment.get("nick")),
            author_url=text(comment.get("link")),
            published=parse_date(text(at) or str(number(at) or ""), fetched=fetched),
            text=html_text(text(comment.get("comment")) or ""),
            permalink=f"{post_url}#{native}",
        )
