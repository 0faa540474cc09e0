"""Comments that a page states for machines: schema.org's `Comment` in JSON-LD.

Pages state some of their comments so for search engines, seldom all; so this is asked where nothing else was found.
Source: https://schema.org/Comment.
"""

from collections.abc import Mapping
from typing import Any

from crawler.comments.base import CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.metadata.structured import read_structured
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text, one_line


class SchemaComments(CommentSystem):
    """Comments in a page's JSON-LD."""

    name = "schema"
    title = "schema.org `Comment`"
    read_by = "from the markup of the page"

    def thread(self, page: Page) -> Thread | None:
        """Return the stated comments, answers inside the comment they answer; `None` where none is stated."""
        structured = page.once(read_structured)
        post = structured.post
        comments: list[ReadComment] = []
        pending: list[tuple[Mapping[str, Any], str | None]] = [(each, None) for each in reversed(_comments(post))]
        while pending and len(comments) < MAX_COMMENTS:
            value, parent = pending.pop()
            comment = _read(value, parent, structured.names(value.get("author")), page)
            if comment is not None:
                comments.append(comment)
                pending += [(each, comment.native_id) for each in reversed(_comments(value))]
        if not comments:
            return None
        return Thread(system=self.name, comments=tuple(comments), stated=number(post.get("commentCount")))


def _comments(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    stated = value.get("comment")
    return mappings(stated if isinstance(stated, list) else [stated])


def _read(value: Mapping[str, Any], parent: str | None, names: tuple[str, ...], page: Page) -> ReadComment | None:
    body = html_text(text(value.get("text")) or "")
    at = text(value.get("datePublished")) or text(value.get("dateCreated"))
    if not body:
        return None
    address = text(value.get("url")) or text(value.get("@id"))
    return ReadComment(
        native_id=address or identifier(value.get("identifier")),
        parent=text(mapping(value.get("parentItem")).get("@id")) or parent,
        author=one_line(names[0]) if names else None,
        author_url=text(mapping(value.get("author")).get("url")),
        published=parse_date(at, fetched=page.fetched) if at else None,
        text=body,
        permalink=address,
    )
