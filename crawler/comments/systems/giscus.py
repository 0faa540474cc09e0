"""giscus: comments as a GitHub discussion, handed out by its own server without a login.

Source: https://giscus.app/ and its client.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.comments.systems.utterances import REPOSITORY, client, term
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text

PER_PAGE = 100


class GiscusComments(CommentSystem):
    """The discussion that belongs to a page."""

    name = "giscus"
    title = "giscus"
    read_by = "GitHub's discussion or issue for the page; without an account, GitHub answers 60 requests an hour"
    signs = ("giscus.app/client",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        script = client(page, "giscus.app/client")
        if script is None or not REPOSITORY.fullmatch(script.get("data-repo") or ""):
            return None
        mapping_ = script.get("data-mapping") or "pathname"
        pointer = {
            "repo": script.get("data-repo"),
            "category": script.get("data-category") or "",
            "strict": str(script.get("data-strict") == "1").lower(),
            "term": (script.get("data-term") or "") if mapping_ == "specific" else term(page, mapping_),
            "number": (script.get("data-term") or "") if mapping_ == "number" else "",
        }
        return Thread(system=self.name, pointer=pointer)

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole discussion; a post nobody has commented on has none."""
        del post_url
        comments: list[ReadComment] = []
        stated: int | None = 0
        after = ""
        for _ in range(MAX_PAGES):
            query = thread.pointer | {"first": PER_PAGE, "after": after}
            try:
                answer, page = await fetch.json(f"https://giscus.app/api/discussions?{urlencode(query)}")
            except UnreadableError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
                break
            found = mapping(mapping(answer).get("discussion"))
            total = number(found.get("totalCommentCount"))
            replies = number(found.get("totalReplyCount"))
            stated = total + (replies or 0) if total is not None else None
            for top in mappings(found.get("comments")):
                comments += _discussed(top, page.fetched)
            info = mapping(found.get("pageInfo"))
            after = text(info.get("endCursor")) or ""
            if info.get("hasNextPage") is not True or not after or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), stated=stated, pointer={})


def _discussed(top: Mapping[str, Any], fetched: datetime) -> Iterator[ReadComment]:
    first = identifier(top.get("id"))
    for each in (top, *mappings(top.get("replies"))):
        native = identifier(each.get("id"))
        if native is None or first is None:
            continue
        author, at = mapping(each.get("author")), text(each.get("createdAt"))
        body = None if each.get("deletedAt") or each.get("isMinimized") is True else text(each.get("bodyHTML"))
        yield ReadComment(
            native_id=native,
            parent=None if each is top else first,
            author=text(author.get("login")) if body else None,
            author_url=text(author.get("url")) if body else None,
            published=parse_date(at, fetched=fetched) if at else None,
            text=html_text(body) if body else "",
            permalink=text(each.get("url")),
            deleted=body is None,
        )
