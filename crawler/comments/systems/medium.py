"""Medium's responses: counted on the page; read only when you say so, as the interface is Medium's own.

Set `SALES_ARCHIVE_MEDIUM_RESPONSES=1` to ask for them. Sources: `window.__APOLLO_STATE__` on pages of 2019 and 2020,
and the query that public clients send.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import exact
from crawler.pages.fetch import Fetch, RefusedError, UnreadableError
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, StatedDate, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS

SETTING = "SALES_ARCHIVE_MEDIUM_RESPONSES"
#: A post's number ends its address.
NUMBER = re.compile(r"(?:^|[-/])([0-9a-f]{8,12})$")
_STATE = re.compile(r"window\.__APOLLO_STATE__\s*=\s*")
_UNREADABLE = f"Medium shows its responses by an interface of its own; set {SETTING}=1 to ask it"
_API = "https://medium.com/_/graphql"
PER_PAGE = 25
_FIELDS = "id creator { name username } createdAt content { bodyModel { paragraphs { type text } } }"
_QUERY = f"""query PagedThreadedPostResponsesQuery($postId: ID!, $postResponsesPaging: PagingOptions) {{
  post(id: $postId) {{ threadedPostResponses(paging: $postResponsesPaging) {{
    posts {{ {_FIELDS} threadedPostResponses {{ posts {{ {_FIELDS} }} }} }}
    pagingInfo {{ next {{ to }} }}
  }} }}
}}"""


class MediumResponses(CommentSystem):
    """Responses to a post on Medium."""

    name = "medium"
    title = "Medium"
    read_by = "counted, or read by Medium's own interface, see above"
    signs = ("__apollo_state__",)

    def thread(self, page: Page) -> Thread | None:
        """Return a thread of the size that the page states; `None` where it states none."""
        post = NUMBER.search(urlsplit(page.url).path)
        stated = number(mapping(post_state(page).get("postResponses")).get("count"))
        if post is None or not stated:
            return None
        return Thread(system=self.name, stated=stated, pointer={"post": post[1]})

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the responses where they were asked for, else the thread as it is counted."""
        del post_url
        if os.environ.get(SETTING) != "1":
            return replace(thread, pointer={}, unreadable=_UNREADABLE)
        comments: list[ReadComment] = []
        to = ""
        for _ in range(MAX_PAGES):
            paging = {"limit": PER_PAGE, "to": to}
            variables = {"postId": thread.pointer["post"], "postResponsesPaging": paging}
            question = {"operationName": "PagedThreadedPostResponsesQuery", "query": _QUERY, "variables": variables}
            try:
                answer, page = await fetch.json(_API, question=question)
            except RefusedError as error:
                return replace(thread, pointer={}, unreadable=error.reason)
            responses = mapping(
                mapping(mapping(mapping(answer).get("data")).get("post")).get("threadedPostResponses")
            )
            if not responses:
                raise UnreadableError(_API, "answers with something that is no list of responses", status=page.status)
            comments += _tree(mappings(responses.get("posts")), page.fetched)
            to = text(mapping(mapping(responses.get("pagingInfo")).get("next")).get("to")) or ""
            if not to or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), pointer={})


def post_state(page: Page) -> Mapping[str, Any]:
    """Return what the page hands to its script about its own post; empty where there is nothing."""
    post = NUMBER.search(urlsplit(page.url).path)
    found = _STATE.search(page.text) if post is not None else None
    if post is None or found is None:
        return {}
    try:
        state, _ = json.JSONDecoder().raw_decode(page.text, found.end())
    except (ValueError, RecursionError):
        return {}
    return mapping(mapping(state).get(f"Post:{post[1]}"))


def _tree(tops: list[Mapping[str, Any]], fetched: datetime) -> list[ReadComment]:
    comments: list[ReadComment] = []
    pending: list[tuple[Mapping[str, Any], str | None]] = [(each, None) for each in reversed(tops)]
    while pending and len(comments) < MAX_COMMENTS:
        value, parent = pending.pop()
        native = identifier(value.get("id"))
        if native is None:
            continue
        creator, model = mapping(value.get("creator")), mapping(mapping(value.get("content")).get("bodyModel"))
        paragraphs = [found for each in mappings(model.get("paragraphs")) if (found := text(each.get("text")))]
        username = text(creator.get("username"))
        comments.append(
            ReadComment(
                native_id=native,
                parent=parent,
                author=text(creator.get("name")),
                author_url=f"https://medium.com/@{username}" if username else None,
                published=_moment(number(value.get("createdAt")), fetched),
                text="\n\n".join(paragraphs),
                permalink=f"https://medium.com/p/{native}",
            )
        )
        replies = mappings(mapping(value.get("threadedPostResponses")).get("posts"))
        pending += [(reply, native) for reply in reversed(replies)]
    return comments


def _moment(milliseconds: int | None, fetched: datetime) -> StatedDate | None:
    return None if milliseconds is None else exact(milliseconds // 1000, fetched=fetched)
