"""Substack's threads: as its pages embed them, in JSON for the page's script and rendered, and whole by its API.

`window._preloads = JSON.parse("…")` holds `post` and `comments`, each comment with its answers in `children`
and the ids of all it answers, outermost first, joined by dots in `ancestor_path`. A rendered comment follows the
anchor `div#comment-N`. Pages embed two comments of a longer thread; one call gives the whole tree, in the same form.
Source: pages saved in 2025, and clients of the API.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from crawler.comments.base import CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS, merge
from crawler.pages.text import text_of

_PRELOADS = re.compile(r"window\._preloads\s*=\s*JSON\.parse\(\s*")
_ANCHOR = re.compile(r"comment-(\d+)")
_LABEL = re.compile(r"Comment by (.+)", re.DOTALL)


class SubstackComments(CommentSystem):
    """One numeric id names a comment in the JSON, in the HTML and in the API."""

    name = "substack"
    title = "Substack"
    read_by = "by their own interfaces, see above"
    signs = ("window._preloads",)

    def thread(self, page: Page) -> Thread | None:
        """Return the embedded thread, each comment once; `None` where the page embeds none."""
        state = preloads(page.text)
        post = mapping(state.get("post"))
        stated = number(post.get("comment_count"))
        if stated is None:
            return None
        address = text(state.get("canonicalUrl")) or page.url
        writers = _writers(post)
        embedded = tuple(_read(state.get("comments"), writers, address, page.fetched))
        rendered = Thread(system=self.name, comments=tuple(_rendered(page)))
        thread = merge(Thread(system=self.name, comments=embedded, stated=stated), rendered)
        found = len(thread.comments)
        native = identifier(post.get("id"))
        if found >= stated or native is None:
            return replace(thread, short=_missing(found, stated))
        pointer = {"api": urljoin(page.url, f"/api/v1/post/{native}/comments"), "writers": sorted(writers)}
        return replace(thread, pointer=pointer)

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread by one call where the page embeds less than it states."""
        if not thread.pointer:
            return thread
        answer, page = await fetch.json(f"{thread.pointer['api']}?token=&all_comments=true&sort=oldest_first")
        writers = set(thread.pointer["writers"])
        comments = tuple(_read(mapping(answer).get("comments"), writers, post_url, page.fetched))
        if not comments:
            raise UnreadableError(thread.pointer["api"], "answers without any comment")
        return merge(Thread(system=self.name, comments=comments, stated=thread.stated), replace(thread, pointer={}))


def preloads(html: str) -> Mapping[str, Any]:
    """Return the page's embedded state; empty where there is none or it is not JSON within JSON."""
    found = _PRELOADS.search(html)
    if found is None:
        return {}
    try:
        encoded, _ = json.JSONDecoder().raw_decode(html, found.end())
        return mapping(json.loads(encoded))
    except (ValueError, TypeError, RecursionError):
        return {}


def _writers(post: Mapping[str, Any]) -> set[int]:
    ids = (number(writer.get("id")) for writer in mappings(post.get("publishedBylines")))
    return {native for native in ids if native is not None}


def _missing(found: int, stated: int) -> str | None:
    return f"the page shows {found} of {stated} comments" if found < stated else None


def _read(comments: Any, writers: set[int], address: str, fetched: datetime) -> Iterator[ReadComment]:
    pending: list[tuple[Mapping[str, Any], str | None]] = [(child, None) for child in reversed(mappings(comments))]
    read = 0
    while pending and read < MAX_COMMENTS:  # no recursion: threads may be as deep as they are long
        value, parent = pending.pop()
        comment = _comment(value, parent, writers, address, fetched)
        if comment is None:
            continue
        read += 1
        yield comment
        pending += [(child, comment.native_id) for child in reversed(mappings(value.get("children")))]


def _comment(
    value: Mapping[str, Any], parent: str | None, writers: set[int], address: str, fetched: datetime
) -> ReadComment | None:
    native = identifier(value.get("id"))
    if native is None:
        return None
    path = str(value.get("ancestor_path") or "").rpartition(".")[2]
    removed = value.get("deleted") is True or value.get("status", "published") not in {"published", None}
    body = None if removed else text(value.get("body"))
    date = text(value.get("date"))
    by_author = mapping(value.get("metadata")).get("is_author") is True or number(value.get("user_id")) in writers
    return ReadComment(
        native_id=native,
        parent=parent or (path if path.isdecimal() else None),
        author=text(value.get("name")) if body is not None else None,
        published=parse_date(date, fetched=fetched) if date else None,
        text=body or "",
        permalink=f"{address}/comment/{native}",
        by_post_author=by_author,
        deleted=body is None,
    )


def _rendered(page: Page) -> Iterator[ReadComment]:
    """Yield the comments that the page shows; the nearest one around a comment is what it answers."""
    for anchor in page.tree.iterfind(".//div[@class='comment-anchor']"):
        name = _ANCHOR.fullmatch(anchor.get("id") or "")
        content = next((node for node in anchor.itersiblings("div") if node.get("role") == "article"), None)
        if name is None or content is None:
            continue
        label = _LABEL.match(content.get("aria-label") or "")
        body = content.find(".//div[@class='comment-body']")
        yield ReadComment(
            native_id=name[1],
            parent=_answered(anchor),
            author=label[1] if label else None,
            text=text_of(body) if body is not None and label else "",
            deleted=label is None,
        )


def _answered(anchor: Any) -> str | None:
    own = anchor.getparent()
    for around in own.iterancestors("div"):
        if (around.get("class") or "").split()[:1] == ["comment"]:
            outer = around.find("./div[@class='comment-anchor']")
            name = _ANCHOR.fullmatch(outer.get("id") or "") if outer is not None else None
            return name[1] if name else None
    return None
