"""Blogger's threads in their three forms: nested lists, the flat `dl` of older templates, and a script's `items`.

Every permalink carries the moment in milliseconds (`showComment=…`), exact where the page shows a day only.
The feeds of comments, in their JSON form, hold what a page does not show: of one post, or of the whole blog.
Sources: saved pages of 2008 to 2025 and saved feeds; https://developers.google.com/gdata/docs/json for their form.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.pages.dates import exact, parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ReadComment, StatedDate, Thread
from crawler.pages.page import Page
from crawler.pages.placing import merge
from crawler.pages.text import html_text, one_line, text_of
from crawler.pages.urls import joined

_NATIVE = re.compile(r"c(\d{5,30})")
_SHOWN_AT = re.compile(r"[?&]showComment=(\d{10,14})")
_COUNT = re.compile(r"^\s*(\d{1,6})\b|\b(\d{1,6})\s*:?\s*$")
_FEED = re.compile(r"/feeds/\d+/comments/default")
_ITEMS = re.compile(r"\bvar items = (?=\[)")
#: A string of a script: single quotes, any escapes.
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v"}
#: "Ann said…" in any language: the last words, after the name, end in dots.
_SAID = re.compile(r"\s+(?:\S+\s+)?\S*(?:\.\.\.|…)\s*$")
#: Characters of a script; a thread of 200 comments took 150,000.
MAX_SCRIPT = 3_000_000
#: Ids as the feeds write them: `tag:blogger.com,1999:blog-1.post-2`; a comment is a "post" too.
_FEED_ID = re.compile(r"\.post-(\d{1,30})$")
_PARENT = re.compile(r"/comments/default/(\d{1,30})$")
_FEED_POST = re.compile(r"/(\d{1,30})/comments/default")
_REMOVED = re.compile(r"This (?:comment|post) has been removed by (?:the author|a blog administrator)\.?")


class BloggerComments(CommentSystem):
    """A numeric id names a comment in every form, and in the feeds."""

    name = "blogger"
    title = "Blogger"
    read_by = "by their own interfaces, see above"
    signs = ("/comments/default",)

    def thread(self, page: Page) -> Thread | None:
        """Return the thread in whichever form the page has it; `None` where it is no post of Blogger's."""
        feed = _feed(page)
        if feed is None:
            return None
        comments = [*_nested(page), *_flat(page), *_scripted(page)]
        stated = _stated(page)
        if not comments and not stated:
            return None
        short = stated is not None and len(comments) < stated
        return Thread(
            system=self.name, comments=tuple(comments), stated=stated, pointer={"feed": feed} if short else {}
        )

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread, from the post's feed of comments where the page shows fewer than it states."""
        del post_url
        url = thread.pointer.get("feed")
        parts = [replace(thread, pointer={})]
        while url is not None:
            answer, page = await fetch.json(url)
            comments = tuple(comment for _, comment in read_comments(answer, fetched=page.fetched))
            parts.append(Thread(system=self.name, comments=comments))
            url = next_page(answer, url)
        return merge(*parts)


def _feed(page: Page) -> str | None:
    """Return the address of the post's own feed of comments, as JSON from its start."""
    for link in page.tree.iter("link"):
        href = link.get("href") or ""
        if _FEED.search(href):
            bare = (joined(page.url, href) or page.url).partition("?")[0]
            return f"{bare}?alt=json&orderby=published&max-results=150&start-index=1"
    return None


def _stated(page: Page) -> int | None:
    heading = page.tree.find(".//*[@id='comments']//h4")
    shown = _COUNT.search(text_of(heading)) if heading is not None else None
    return int(shown[1] or shown[2]) if shown else None


def _nested(page: Page) -> Iterator[ReadComment]:
    for node in page.tree.iterfind(".//li[@id]"):
        native = _NATIVE.fullmatch(node.get("id") or "")
        block = node.find("./*[@class='comment-block']")
        if native is None or block is None:
            continue
        around = (_NATIVE.fullmatch(item.get("id") or "") for item in node.iterancestors("li"))
        user = _first(block, "user")
        comment = ReadComment(
            native_id=native[1],
            parent=next((answered[1] for answered in around if answered), None),
            author=_line(user),
            author_url=_href(user),
            date_shown=_line(_first(block, "datetime")),
            text=_text(_first(block, "comment-content")),
            permalink=_permalink(block),
            by_post_author=_first(block, "blog-author") is not None,
        )
        yield _finished(comment, page)


def _flat(page: Page) -> Iterator[ReadComment]:
    for name in page.tree.iterfind(".//dt[@id]"):
        native = _NATIVE.fullmatch(name.get("id") or "")
        if native is None:
            continue
        rest: dict[str, HtmlElement] = {}
        for node in name.itersiblings():
            if node.tag == "dt":
                break
            rest.setdefault((node.get("class") or "").split(" ")[0], node)
        foot = rest.get("comment-footer")
        link = next((anchor for anchor in name.iterchildren("a") if anchor.get("href")), None)
        comment = ReadComment(
            native_id=native[1],
            author=_line(link) if link is not None else one_line(_SAID.sub("", text_of(name))),
            author_url=link.get("href") if link is not None else None,
            date_shown=_line(_first(foot, "comment-timestamp")),
            text=_text(rest.get("comment-body")),
            permalink=_permalink(foot),
            by_post_author="blog-author" in (name.get("class") or ""),
        )
        yield _finished(comment, page)


def _scripted(page: Page) -> Iterator[ReadComment]:
    found = _ITEMS.search(page.text)
    if found is None:
        return
    script = _STRING.sub(_as_json, page.text[found.end() : found.end() + MAX_SCRIPT].partition("</script")[0])
    try:
        items, _ = json.JSONDecoder().raw_decode(script)
    except (ValueError, RecursionError):
        return
    for value in mappings(items):
        native = identifier(value.get("id"))
        if native is None or not native.isdecimal():
            continue
        author = mapping(value.get("author"))
        comment = ReadComment(
            native_id=native,
            parent=identifier(value.get("parentId")),
            author=one_line(html_text(text(author.get("name")) or "")),
            author_url=text(author.get("profileUrl")),
            published=_exact(number(value.get("timestamp")), page),
            date_shown=text(value.get("displayTime")),
            text=html_text(text(value.get("body")) or ""),
            permalink=text(value.get("permalink")),
        )
        yield _finished(comment, page)


def _finished(comment: ReadComment, page: Page) -> ReadComment:
    """Return a comment with the moment that its permalink holds, or as the placeholder of a removed one."""
    if is_removed(comment.text):
        return replace(comment, author=None, author_url=None, text="", deleted=True)
    at = _SHOWN_AT.search(comment.permalink or "")
    return replace(comment, published=_exact(int(at[1]), page)) if at else comment


def _exact(milliseconds: int | None, page: Page) -> StatedDate | None:
    """Return the moment of a permalink; old posts keep whole minutes only."""
    stated = None if milliseconds is None else exact(milliseconds // 1000, fetched=page.fetched)
    return replace(stated, precision="minute") if stated and stated.moment.second == 0 else stated


def _first(node: HtmlElement | None, name: str) -> HtmlElement | None:
    within = node.iter("*") if node is not None else ()
    return next((inner for inner in within if name in (inner.get("class") or "").split()), None)


def _line(node: HtmlElement | None) -> str | None:
    return one_line(text_of(node)) if node is not None else None


def _text(node: HtmlElement | None) -> str:
    return text_of(node) if node is not None else ""


def _href(user: HtmlElement | None) -> str | None:
    link = user.find(".//a[@href]") if user is not None else None
    return link.get("href") if link is not None else None


def _permalink(node: HtmlElement | None) -> str | None:
    hrefs = (link.get("href") or "" for link in (node.iter("a") if node is not None else ()))
    return next((href for href in hrefs if _SHOWN_AT.search(href)), None)


def _as_json(string: re.Match[str]) -> str:
    return json.dumps(_ESCAPE.sub(_unescaped, string[1]))


def _unescaped(escape: re.Match[str]) -> str:
    octal, two, four, plain = escape.groups()
    if octal is not None:
        return chr(int(octal, 8))
    if two is not None or four is not None:
        return chr(int(two or four, 16))
    return _CONTROLS.get(plain, plain)


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
        native = _FEED_ID.search(value(entry.get("id")) or "")
        if native is None:
            continue
        author = next(iter(mappings(entry.get("author"))), {})
        body = html_text(value(entry.get("content")) or value(entry.get("summary")) or "")
        removed = is_removed(body)
        answers = next(iter(mappings(entry.get("thr$in-reply-to"))), {})
        post = _FEED_ID.search(text(answers.get("ref")) or "") or _FEED_POST.search(text(answers.get("source")) or "")
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
    counted = number(inner)
    return text(inner) or (None if counted is None else str(counted))


def link(entry: Mapping[str, Any], relation: str) -> str | None:
    """Return the address that an entry names by a relation: `alternate` is its page."""
    links = mappings(entry.get("link"))
    return next((text(link.get("href")) for link in links if link.get("rel") == relation), None)
