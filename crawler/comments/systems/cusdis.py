"""Cusdis: an open API hands out the approved comments of a page, ten at a time.

Source: https://github.com/djyde/cusdis, its widget and its server.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import joined

_HOST = "https://cusdis.com"


class CusdisComments(CommentSystem):
    """Comments on Cusdis's server, or one of the site's owner."""

    name = "cusdis"
    title = "Cusdis"
    read_by = "the server's public API"
    signs = ("cusdis_thread",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        mount = page.tree.find(".//*[@id='cusdis_thread']")
        if mount is None or not mount.get("data-app-id") or not mount.get("data-page-id"):
            return None
        host = joined(page.url, mount.get("data-host") or _HOST) or _HOST
        pointer = {"host": host.rstrip("/"), "app": mount.get("data-app-id"), "page": mount.get("data-page-id")}
        return Thread(system=self.name, pointer=pointer)

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread, page after page."""
        comments: list[ReadComment] = []
        stated: int | None = None
        for page_number in range(1, MAX_PAGES + 1):
            query = {"appId": thread.pointer["app"], "pageId": thread.pointer["page"], "page": page_number}
            answer, page = await fetch.json(f"{thread.pointer['host']}/api/open/comments?{urlencode(query)}")
            found = mapping(mapping(answer).get("data"))
            stated = number(found.get("commentCount")) if stated is None else stated
            comments += _tree(mappings(found.get("data")), post_url, page.fetched)
            if page_number >= (number(found.get("pageCount")) or 0) or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), stated=stated, pointer={})


def _tree(tops: list[Mapping[str, Any]], post_url: str, fetched: datetime) -> list[ReadComment]:
    comments: list[ReadComment] = []
    pending: list[tuple[Mapping[str, Any], str | None]] = [(each, None) for each in reversed(tops)]
    while pending and len(comments) < MAX_COMMENTS:
        value, parent = pending.pop()
        native = identifier(value.get("id"))
        if native is None:
            continue
        at = text(value.get("createdAt"))
        moderator = mapping(value.get("moderator"))
        comments.append(
            ReadComment(
                native_id=native,
                parent=parent,
                author=text(moderator.get("displayName")) or text(value.get("by_nickname")),
                published=parse_date(at, fetched=fetched) if at else None,
                text=html_text(text(value.get("parsedContent")) or text(value.get("content")) or ""),
                permalink=f"{post_url}#{native}",
                by_post_author=bool(moderator),
            )
        )
        replies = mappings(mapping(value.get("replies")).get("data"))
        pending += [(reply, native) for reply in reversed(replies)]
    return comments
