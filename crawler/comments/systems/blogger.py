"""Blogger's threads in their three forms: nested lists, the flat `dl` of older templates, and a script's `items`.

Every permalink carries the moment in milliseconds (`showComment=…`), exact where the page shows a day only.
Sources: saved pages of 2008 to 2025.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.comments.systems.blogger_feed import is_removed, next_page, read_comments
from crawler.pages.dates import exact
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ReadComment, Stated, Thread
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


class BloggerComments(CommentSystem):
    """A numeric id names a comment in every form, and in the feeds."""

    name = "blogger"

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
        around = (_NATIVE.fullmatch(each.get("id") or "") for each in node.iterancestors("li"))
        user = _first(block, "user")
        comment = ReadComment(
            native_id=native[1],
            parent=next((each[1] for each in around if each), None),
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
        link = next((each for each in name.iterchildren("a") if each.get("href")), None)
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
        native = text(value.get("id"))
        if native is None or not native.isdecimal():
            continue
        author = mapping(value.get("author"))
        comment = ReadComment(
            native_id=native,
            parent=text(value.get("parentId")),
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


def _exact(milliseconds: int | None, page: Page) -> Stated | None:
    """Return the moment of a permalink; old posts keep whole minutes only."""
    stated = None if milliseconds is None else exact(milliseconds // 1000, fetched=page.fetched)
    return replace(stated, precision="minute") if stated and stated.moment.second == 0 else stated


def _first(node: HtmlElement | None, name: str) -> HtmlElement | None:
    within = node.iter("*") if node is not None else ()
    return next((each for each in within if name in (each.get("class") or "").split()), None)


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
