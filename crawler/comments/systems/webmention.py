"""Webmentions: answers written on other sites, collected by webmention.io for the address they answer.

Likes and reposts are no comments, and neither is a page that only names the post.
Source: https://github.com/aaronpk/webmention.io, whose API needs no key for one address.
"""

import re
from dataclasses import replace
from urllib.parse import urlencode

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text
from crawler.pages.urls import canonical

_RECEIVER = re.compile(r"^https?://webmention\.io/", re.IGNORECASE)
PER_PAGE = 100


class Webmentions(CommentSystem):
    """Answers to a post from all over the web."""

    name = "webmention"
    title = "webmentions"
    read_by = "webmention.io; only replies, no likes or reposts"
    signs = ("webmention.io/",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the answers are collected; `None` where the site collects them itself, or not at all."""
        links = (link for tag in ("link", "a") for link in page.tree.iter(tag))
        receivers = (link.get("href") or "" for link in links if "webmention" in (link.get("rel") or "").split())
        if not any(_RECEIVER.match(each) for each in receivers):
            return None
        return Thread(system=self.name, pointer={"target": canonical(page.url) or page.url})

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return all answers, oldest first."""
        del post_url
        comments: list[ReadComment] = []
        for page_number in range(MAX_PAGES):
            query = {"target": thread.pointer["target"], "wm-property": "in-reply-to", "sort-dir": "up"}
            query |= {"per-page": str(PER_PAGE), "page": str(page_number)}
            answer, page = await fetch.json(f"https://webmention.io/api/mentions.jf2?{urlencode(query)}")
            found = mappings(mapping(answer).get("children"))
            for value in found:
                native = identifier(value.get("wm-id"))
                if native is None or value.get("wm-property", "in-reply-to") != "in-reply-to":
                    continue
                author, content = mapping(value.get("author")), mapping(value.get("content"))
                at = text(value.get("published")) or text(value.get("wm-received"))
                html = text(content.get("html"))
                comments.append(
                    ReadComment(
                        native_id=native,
                        author=text(author.get("name")),
                        author_url=text(author.get("url")),
                        published=parse_date(at, fetched=page.fetched) if at else None,
                        text=html_text(html) if html else text(content.get("text")) or "",
                        permalink=text(value.get("url")),
                    )
                )
            if len(found) < PER_PAGE or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), pointer={})
