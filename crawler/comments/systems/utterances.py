"""utterances: comments as a GitHub issue, whose title is the page's.

Source: https://utteranc.es/ and its client; https://docs.github.com/rest/issues/comments. GitHub answers strangers
60 times an hour. giscus took over the words by which a page's thread is found.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from lxml.html import HtmlElement

from crawler.comments.base import MAX_PAGES, CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, text
from crawler.pages.markdown import markdown_text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS

PER_PAGE = 100
#: Owner and name of a repository.
REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
_ENDING = re.compile(r"\.\w+$")


class UtterancesComments(CommentSystem):
    """The issue that belongs to a page."""

    name = "utterances"
    title = "utterances"
    read_by = "GitHub's discussion or issue for the page; without an account, GitHub answers 60 requests an hour"
    signs = ("utteranc.es/client",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is; the page itself shows none of it."""
        script = client(page, "utteranc.es/client")
        if script is None or not REPOSITORY.fullmatch(script.get("repo") or ""):
            return None
        number_ = script.get("issue-number") or ""
        pointer = {"repo": script.get("repo"), "term": term(page, script.get("issue-term") or "pathname")}
        return Thread(system=self.name, pointer=pointer | {"number": number_ if number_.isdecimal() else ""})

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the comments of the issue whose title is the page's term; a post without one has none."""
        del post_url
        repository = thread.pointer["repo"]
        issue = thread.pointer["number"] or await _issue(repository, thread.pointer["term"], fetch)
        comments: list[ReadComment] = []
        for page_number in range(1, MAX_PAGES + 1):
            if not issue:
                break
            query = f"per_page={PER_PAGE}&page={page_number}"
            answer, page = await fetch.json(
                f"https://api.github.com/repos/{repository}/issues/{issue}/comments?{query}"
            )
            found = mappings(answer)
            comments += [comment for each in found if (comment := _written(each, page.fetched)) is not None]
            if len(found) < PER_PAGE or len(comments) >= MAX_COMMENTS:
                break
        return replace(thread, comments=tuple(comments), pointer={})


async def _issue(repository: str, words: str, fetch: Fetch) -> str:
    """Return the number of the oldest issue whose title holds these words, as text; empty when there is none."""
    query = f'"{words}" type:issue in:title repo:{repository}'
    answer, _ = await fetch.json(f"https://api.github.com/search/issues?q={quote(query)}&sort=created&order=asc")
    for issue in mappings(mapping(answer).get("items")):
        if words in (text(issue.get("title")) or ""):
            return identifier(issue.get("number")) or ""
    return ""


def _written(value: Mapping[str, Any], fetched: datetime) -> ReadComment | None:
    native = identifier(value.get("id"))
    if native is None:
        return None
    user, at = mapping(value.get("user")), text(value.get("created_at"))
    return ReadComment(
        native_id=native,
        author=text(user.get("login")),
        author_url=text(user.get("html_url")),
        published=parse_date(at, fetched=fetched) if at else None,
        text=markdown_text(text(value.get("body")) or ""),
        permalink=text(value.get("html_url")),
    )


def client(page: Page, source: str) -> HtmlElement | None:
    """Return the script on a page whose address holds `source`; `None` where there is none."""
    return next((each for each in page.tree.iter("script") if source in (each.get("src") or "")), None)


def term(page: Page, kind: str) -> str:
    """Return the words by which both clients find a page's thread."""
    parts = urlsplit(page.url)
    if kind == "pathname":
        return _ENDING.sub("", parts.path[1:]) or "index"
    if kind == "url":
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    if kind == "title":
        return " ".join((page.tree.findtext(".//title") or "").split())
    if kind == "og:title":
        meta = page.tree.find(".//meta[@property='og:title']")
        return (meta.get("content") or "") if meta is not None else ""
    return kind  # utterances takes any other words as they are
