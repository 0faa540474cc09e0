"""Isso: one answer of the site's own server holds a whole thread.

Source: https://isso-comments.de/docs/reference/server-api/ and a real server.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from crawler.comments.base import CommentSystem
from crawler.pages.dates import exact
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, real_number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.text import html_text
from crawler.pages.urls import joined

#: `mode` of a comment that is gone but was answered.
_DELETED = 4


class IssoComments(CommentSystem):
    """Comments on a server of the site's owner."""

    name = "isso"
    title = "Isso"
    read_by = "the server's public API"
    signs = ("isso-thread",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        script = next((each for each in page.tree.iter("script") if each.get("data-isso")), None)
        mount = page.tree.find(".//*[@id='isso-thread']")
        if script is None or mount is None:
            return None
        uri = mount.get("data-isso-id") or urlsplit(page.url).path
        api = joined(page.url, script.get("data-isso"))
        return Thread(system=self.name, pointer={"api": api.rstrip("/") + "/", "uri": uri}) if api else None

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread; without limits the server leaves nothing out."""
        try:
            answer, page = await fetch.json(f"{thread.pointer['api']}?{urlencode({'uri': thread.pointer['uri']})}")
        except UnreadableError as error:
            if error.status != HTTPStatus.NOT_FOUND:  # older servers say so of a thread nobody has written in
                raise
            return replace(thread, stated=0, pointer={})
        stated = 0
        comments: list[ReadComment] = []
        for value in mappings(mapping(answer).get("replies")):
            stated += 1 + (number(value.get("total_replies")) or 0)
            comments += _family(value, post_url, page.fetched)
        return replace(thread, comments=tuple(comments), stated=stated, pointer={})


def _family(value: Mapping[str, Any], post_url: str, fetched: datetime) -> Iterator[ReadComment]:
    for comment in (value, *mappings(value.get("replies"))):
        native = identifier(comment.get("id"))
        if native is None:
            continue
        removed = number(comment.get("mode")) == _DELETED
        yield ReadComment(
            native_id=native,
            parent=identifier(comment.get("parent")),
            author=text(comment.get("author")),
            author_url=text(comment.get("website")),
            published=exact(real_number(comment.get("created")), fetched=fetched),
            text="" if removed else html_text(text(comment.get("text")) or ""),
            permalink=f"{post_url}#isso-{native}",
            deleted=removed,
        )
