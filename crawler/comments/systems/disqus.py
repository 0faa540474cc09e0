"""Disqus: its frame holds the first posts of a thread as JSON; the rest wants the reader's own API key.

Set `SALES_ARCHIVE_DISQUS_KEY` to a key of yours (https://disqus.com/api/applications/, 1,000 requests an hour) to
have long threads whole. Source: https://disqus.com/api/docs/ and the frame as public clients read it.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS, merge
from crawler.pages.text import html_text
from crawler.pages.urls import canonical

KEY = "SALES_ARCHIVE_DISQUS_KEY"
PER_PAGE = 100
_EMBED = re.compile(r"//([a-z0-9][a-z0-9-]{0,99})\.disqus\.com/(?:embed|embed-)[\w.-]{0,20}\.js", re.IGNORECASE)
_SHORTNAME = re.compile(r"\bdisqus_shortname['\"]?\s*[:=]\s*['\"]([a-z0-9][a-z0-9-]{0,99})['\"]", re.IGNORECASE)
#: The address in the words for readers without script, which names the forum too.
_WITHOUT_SCRIPT = re.compile(r"disqus\.com/\?ref_noscript=([a-z0-9][a-z0-9-]{0,99})\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"\b(?:disqus_identifier|page\.identifier)\s*=\s*['\"]([^'\"\n]{1,500})['\"]")
_ADDRESS = re.compile(r"\b(?:disqus_url|page\.url)\s*=\s*['\"](https?:[^'\"\s]{1,2000})['\"]")
#: Comments that older plug-ins print into the page, for search engines.
_PRINTED = re.compile(r"id=[\"']?dsq-comment-\d")
_NEEDS_KEY = f"Disqus hands out the rest of a thread for an API key only; set {KEY}"


class DisqusComments(CommentSystem):
    """A thread of a site's forum on Disqus."""

    name = "disqus"
    title = "Disqus"
    read_by = "the frame holds the first posts; the rest needs your own API key in `SALES_ARCHIVE_DISQUS_KEY`"
    signs = ("disqus_thread",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; `None` too where older plug-ins print the comments into the page."""
        html = page.text
        mount = page.tree.find(".//*[@id='disqus_thread']")
        forum = _EMBED.search(html) or _SHORTNAME.search(html) or _WITHOUT_SCRIPT.search(html)
        if mount is None or forum is None or _PRINTED.search(html):
            return None
        identifier, address = _IDENTIFIER.search(html), _ADDRESS.search(html)
        pointer = {
            "f": forum[1],
            "t_i": identifier[1] if identifier else "",
            "t_u": address[1] if address else canonical(page.url) or page.url,
        }
        return Thread(system=self.name, pointer=pointer)

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread with a key, else what the frame holds of it."""
        del post_url
        frame = await fetch.page(
            f"https://disqus.com/embed/comments/?{urlencode({'base': 'default'} | thread.pointer)}"
        )
        held = _held(frame)
        response, cursor = mapping(held.get("response")), mapping(held.get("cursor"))
        state = mapping(response.get("thread"))
        stated = number(state.get("posts"))
        comments = _read(response.get("posts"), frame.fetched)
        first = Thread(
            system=self.name, comments=comments, stated=number(cursor.get("total")) if stated is None else stated
        )
        if cursor.get("hasNext") is not True:
            return first
        key, native = os.environ.get(KEY), identifier(state.get("id"))
        if not key or not native:
            return replace(first, unreadable=_NEEDS_KEY)
        return merge(first, await self._rest(native, key, fetch))

    async def _rest(self, native: str, key: str, fetch: Fetch) -> Thread:
        comments: tuple[ReadComment, ...] = ()
        cursor = ""
        for _ in range(MAX_PAGES):
            query = {"thread": native, "limit": PER_PAGE, "order": "asc", "cursor": cursor, "api_key": key}
            url = f"https://disqus.com/api/3.0/threads/listPosts.json?{urlencode(query)}"
            answer, page = await fetch.json(url)
            if number(mapping(answer).get("code")) != 0:
                raise UnreadableError("https://disqus.com/api/3.0/threads/listPosts.json", "answers with an error")
            comments += _read(mapping(answer).get("response"), page.fetched)
            following = mapping(mapping(answer).get("cursor"))
            cursor = text(following.get("next")) or ""
            if following.get("hasNext") is not True or not cursor or len(comments) >= MAX_COMMENTS:
                break
        return Thread(system=self.name, comments=comments)


def _held(frame: Page) -> Mapping[str, Any]:
    """Return the JSON that the frame holds; raise `UnreadableError` where it holds none."""
    script = frame.tree.find(".//script[@id='disqus-threadData']")
    try:
        held = mapping(json.loads(script.text or "")) if script is not None else {}
    except (ValueError, RecursionError):
        held = {}
    if not held:
        raise UnreadableError(frame.url, "the frame holds no thread", status=frame.status)
    return held


def _read(posts: Any, fetched: datetime) -> tuple[ReadComment, ...]:
    comments = []
    for value in mappings(posts):
        native = identifier(value.get("id"))
        if native is None:
            continue
        author = mapping(value.get("author"))
        removed = value.get("isDeleted") is True or value.get("isSpam") is True
        at = text(value.get("createdAt"))
        comments.append(
            ReadComment(
                native_id=native,
                parent=identifier(value.get("parent")),
                author=None if removed else text(author.get("name")) or text(author.get("username")),
                author_url=None if removed else text(author.get("url")) or text(author.get("profileUrl")),
                # Without a zone, and in UTC.
                published=parse_date(at, fetched=fetched, zone=UTC) if at else None,
                text="" if removed else html_text(text(value.get("message")) or text(value.get("raw_message")) or ""),
                permalink=text(value.get("url")),
                deleted=removed,
            )
        )
    return tuple(comments)
