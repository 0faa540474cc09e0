"""Substack's threads as its pages embed them: JSON for the page's script, and the same comments rendered.

`window._preloads = JSON.parse("…")` holds `post` and `comments`, each comment with its answers in `children`
and the ids of all it answers, outermost first, joined by dots in `ancestor_path`. A rendered comment follows the
anchor `div#comment-N`. Source: pages saved in 2025.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.comments.base import CommentSystem
from crawler.dates import parse_date
from crawler.page import Page
from crawler.reading import ReadComment, Thread
from crawler.text import text_of
from crawler.threads import MAX_COMMENTS, merge

_PRELOADS = re.compile(r"window\._preloads\s*=\s*JSON\.parse\(\s*")
_ANCHOR = re.compile(r"comment-(\d+)")
_LABEL = re.compile(r"Comment by (.+)", re.DOTALL)


class SubstackComments(CommentSystem):
    """One numeric id names a comment in the JSON, in the HTML and in the API."""

    name = "substack"

    def thread(self, page: Page) -> Thread | None:
        """Return the embedded thread, each comment once; `None` where the page embeds none."""
        preloads = _preloads(page.text)
        post = _object(preloads.get("post"))
        stated = post.get("comment_count")
        if not isinstance(stated, int) or isinstance(stated, bool):
            return None
        embedded = Thread(system=self.name, comments=tuple(_embedded(preloads, post, page)), stated=stated)
        rendered = Thread(system=self.name, comments=tuple(_rendered(page)))
        thread = merge(embedded, rendered)
        found = len(thread.comments)
        if found == 0 and stated == 0:
            return None
        short = f"the page shows {found} of {stated} comments" if found < stated else None
        return Thread(system=self.name, comments=thread.comments, stated=stated, short=short)


def _preloads(text: str) -> Mapping[str, Any]:
    """Return the page's embedded state; empty where there is none or it is no JSON in JSON."""
    found = _PRELOADS.search(text)
    if found is None:
        return {}
    try:
        encoded, _ = json.JSONDecoder().raw_decode(text, found.end())
        return _object(json.loads(encoded))
    except (ValueError, TypeError, RecursionError):
        return {}


def _embedded(preloads: Mapping[str, Any], post: Mapping[str, Any], page: Page) -> Iterator[ReadComment]:
    writers = {_object(each).get("id") for each in _objects(post.get("publishedBylines"))} - {None}
    address = preloads.get("canonicalUrl")
    pending: list[tuple[Mapping[str, Any], str | None]] = [
        (each, None) for each in reversed(_objects(preloads.get("comments")))
    ]
    read = 0
    while pending and read < MAX_COMMENTS:  # no recursion: threads may be as deep as they are long
        value, parent = pending.pop()
        comment = _comment(value, parent, writers, address if isinstance(address, str) else page.url, page)
        if comment is None:
            continue
        read += 1
        yield comment
        pending += [(each, comment.native_id) for each in reversed(_objects(value.get("children")))]


def _comment(
    value: Mapping[str, Any], parent: str | None, writers: set[Any], address: str, page: Page
) -> ReadComment | None:
    number, body, date = value.get("id"), value.get("body"), value.get("date")
    if not isinstance(number, int):
        return None
    path = str(value.get("ancestor_path") or "").rpartition(".")[2]
    text = body if isinstance(body, str) and value.get("deleted") is not True else None
    return ReadComment(
        native_id=str(number),
        parent=parent or (path if path.isdecimal() else None),
        author=value["name"] if isinstance(value.get("name"), str) and text is not None else None,
        published=parse_date(date, fetched=page.fetched) if isinstance(date, str) else None,
        text=text or "",
        permalink=f"{address}/comment/{number}",
        by_post_author=_object(value.get("metadata")).get("is_author") is True or value.get("user_id") in writers,
        deleted=text is None,
    )


def _rendered(page: Page) -> Iterator[ReadComment]:
    """Yield the comments that the page shows; the nearest one around a comment is what it answers."""
    for anchor in page.tree.iterfind(".//div[@class='comment-anchor']"):
        name = _ANCHOR.fullmatch(anchor.get("id") or "")
        content = next((each for each in anchor.itersiblings("div") if each.get("role") == "article"), None)
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


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
