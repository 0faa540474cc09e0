"""Hacker News, as Algolia's public API hands it out: which stories link to a post, and their threads.

Source: https://hn.algolia.com/api; one call returns a whole tree, 10,000 calls an hour are allowed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from archive.records.models import parse_time
from crawler.pages.json_values import mapping, mappings, text
from crawler.pages.models import ReadComment, StatedDate, Thread
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import canonical

#: As archived in `Comment.system`.
SYSTEM = "hackernews"
API = "https://hn.algolia.com/api/v1"
ITEM = "https://news.ycombinator.com/item?id="
#: Stories about one post that are read; the same address is seldom submitted more often.
MAX_STORIES = 20


def search_url(post_url: str, *, api: str = API) -> str:
    """Return the address that answers which stories link to a post."""
    words = post_url.partition("://")[2]
    query = {"query": words, "tags": "story", "restrictSearchableAttributes": "url", "hitsPerPage": MAX_STORIES}
    return f"{api}/search?{urlencode(query)}"


def item_url(story: str, *, api: str = API) -> str:
    """Return the address of a story with its whole thread."""
    return f"{api}/items/{story}"


def stories(answer: Any, post_url: str) -> tuple[str, ...]:
    """Return the ids of the stories in a search's answer that link to this very post and have comments."""
    ids = []
    for hit in mappings(mapping(answer).get("hits")):
        if hit.get("num_comments") and _same(hit.get("url"), post_url):
            story = str(hit.get("objectID") or "")
            ids += [story] if story.isdecimal() else []
    return tuple(dict.fromkeys(ids))[:MAX_STORIES]


def thread(items: Iterable[Any]) -> Thread:
    """Return one thread of the trees of all stories about a post; removed comments that were answered stay."""
    comments: list[ReadComment] = []
    for item in items:
        children = mappings(mapping(item).get("children"))
        pending: list[tuple[Mapping[str, Any], str | None]] = [(child, None) for child in reversed(children)]
        while pending and len(comments) < MAX_COMMENTS:
            child, parent = pending.pop()
            native = str(child.get("id") or "")
            if not native.isdecimal():
                continue
            replies = mappings(child.get("children"))
            if child.get("text") or replies:
                comments.append(_comment(child, native, parent))
                pending += [(reply, native) for reply in reversed(replies)]
    return Thread(system=SYSTEM, comments=tuple(comments))


def _comment(value: Mapping[str, Any], native: str, parent: str | None) -> ReadComment:
    body, name = text(value.get("text")), text(value.get("author"))
    if body is None:
        return ReadComment(native_id=native, parent=parent, deleted=True, permalink=ITEM + native)
    moment = _moment(value.get("created_at"))
    return ReadComment(
        native_id=native,
        parent=parent,
        author=name,
        author_url=f"https://news.ycombinator.com/user?id={name}" if name else None,
        published=StatedDate(moment, "second") if moment else None,
        text=html_text(body),
        permalink=ITEM + native,
    )


def _moment(stated: Any) -> datetime | None:
    try:
        return parse_time(stated)
    except (TypeError, ValueError):
        return None


def _same(url: Any, post_url: str) -> bool:
    """Tell whether a submitted address is the post's, by whatever scheme, `www.` or last slash."""
    submitted = canonical(url) if isinstance(url, str) else None
    return submitted is not None and _bare(submitted) == _bare(post_url)


def _bare(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
