"""Blogger's feeds of comments in their JSON form: of one post, or of the whole blog.

Source: https://developers.google.com/gdata/docs/json for the form, saved feeds for the fields.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.pages.dates import parse_date
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ReadComment
from crawler.pages.text import html_text, one_line

#: Ids as the feeds write them: `tag:blogger.com,1999:blog-1.post-2`; a comment is a "post" too.
_ID = re.compile(r"\.post-(\d{1,30})$")
_PARENT = re.compile(r"/comments/default/(\d{1,30})$")
_POST = re.compile(r"/(\d{1,30})/comments/default")
_REMOVED = re.compile(r"This (?:comment|post) has been removed by (?:the author|a blog administrator)\.?")


def entries(answer: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a feed's answer."""
    return mappings(mapping(mapping(answer).get("feed")).get("entry"))


def total(answer: Any) -> int | None:
    """Return how many entries the whole feed has, as it states."""
    return number(value(mapping(mapping(answer).get("feed")).get("openSearch$totalResults")))


def next_page(answer: Any, url: str) -> str | None:
    """Return the address of the feed's next page; `None` after the last."""
    found, whole = len(entries(answer)), total(answer)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    start = int(query.get("start-index", "1")) + found
    if found == 0 or whole is None or start > whole:
        return None
    return urlunsplit(parts._replace(query=urlencode(query | {"start-index": str(start)})))


def read_comments(answer: Any, *, fetched: datetime) -> Iterator[tuple[str | None, ReadComment]]:
    """Yield the comments of one answer, each with the id of the post it stands under, in the feed's order."""
    for entry in entries(answer):
        native = _ID.search(value(entry.get("id")) or "")
        if native is None:
            continue
        author = next(iter(mappings(entry.get("author"))), {})
        body = html_text(value(entry.get("content")) or value(entry.get("summary")) or "")
        removed = is_removed(body)
        answers = next(iter(mappings(entry.get("thr$in-reply-to"))), {})
        post = _ID.search(text(answers.get("ref")) or "") or _POST.search(text(answers.get("source")) or "")
        parent = _PARENT.search(link(entry, "related") or "")
        yield (
            post[1] if post else None,
            ReadComment(
                native_id=native[1],
                parent=parent[1] if parent else None,
                author=None if removed else one_line(value(author.get("name"))),
                author_url=None if removed else value(author.get("uri")),
                published=parse_date(value(entry.get("published")) or "", fetched=fetched),
                text="" if removed else body,
                permalink=link(entry, "alternate"),
                deleted=removed,
            ),
        )


def is_removed(body: str) -> bool:
    """Tell the words that stand in place of a removed comment."""
    return _REMOVED.fullmatch(body.strip()) is not None


def value(field: Any) -> str | None:
    """Return the text of a field, which the form wraps in an object as `$t`."""
    inner = mapping(field).get("$t")
    return text(inner) if not isinstance(inner, int) else str(inner)


def link(entry: Mapping[str, Any], relation: str) -> str | None:
    """Return the address that an entry names by a relation: `alternate` is its page."""
    links = mappings(entry.get("link"))
    return next((text(each.get("href")) for each in links if each.get("rel") == relation), None)
