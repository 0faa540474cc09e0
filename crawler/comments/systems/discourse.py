"""Discourse: a topic's first post is the text, the others are its thread; blogs embed such a topic under a post.

One call gives the first 20 posts of a topic and the ids of all, further calls the rest by their ids.
Source: https://docs.discourse.org/ and saved answers.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text, one_line, text_of
from crawler.pages.urls import joined

_FORUM = re.compile(r"\bdiscourseUrl['\"]?\s*:\s*['\"]([^'\"\s]{1,500})['\"]")
_EMBEDDED = re.compile(r"\bdiscourseEmbedUrl['\"]?\s*:\s*['\"]([^'\"\s]{1,2000})['\"]")
_TOPIC_ID = re.compile(r"\btopicId['\"]?\s*:\s*['\"]?(\d{1,12})")
_TOPIC = re.compile(r"/t/(?:[^/?#]{1,300}/)?(\d{1,12})(?:/\d{1,9})?/?(?:[?#]|$)")
_PRINTED = re.compile(r"post_\d{1,9}")
_GENERATOR = re.compile(r"<meta\s[^>]{0,60}content=[\"']Discourse\s", re.IGNORECASE)
#: Posts asked for in one call.
BATCH = 50
#: Kind of a post that a person wrote; others tell that a topic was closed or moved.
_WRITTEN = 1


class DiscourseComments(CommentSystem):
    """The posts of a topic after its first."""

    name = "discourse"
    title = "Discourse"
    read_by = "the topic that the page embeds"
    signs = ("discourse",)

    def thread(self, page: Page) -> Thread | None:
        """Return where the thread is: the topic whose page this is, or that the page embeds."""
        if is_discourse(page):
            return self._of_page(page)
        for script in page.tree.iter("script"):
            code = script.text or ""
            stated = _FORUM.search(code)
            forum = joined(page.url, stated[1]) if stated is not None else None
            if forum is None:
                continue
            topic, embedded = _TOPIC_ID.search(code), _EMBEDDED.search(code)
            pointer = {"forum": forum.rstrip("/") + "/", "topic": topic[1] if topic else ""}
            return Thread(system=self.name, pointer=pointer | {"post": embedded[1] if embedded else page.url})
        return None

    def _of_page(self, page: Page) -> Thread | None:
        """Return the thread of a topic's own page, with the posts that it prints for readers without script."""
        own = _TOPIC.search(urlsplit(page.url).path)
        printed = printed_posts(page)
        if own is not None:
            return replace(self.of_topic(page.url[: page.url.index("/t/") + 1], own[1]), comments=printed)
        return Thread(system=self.name, comments=printed) if printed else None

    def of_topic(self, forum: str, topic: str) -> Thread:
        """Return the thread of a topic, to be asked for at the forum's address."""
        return Thread(system=self.name, pointer={"forum": forum.rstrip("/") + "/", "topic": topic, "post": ""})

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread; one without a topic yet is empty."""
        del post_url
        if not thread.pointer:
            return thread
        forum = thread.pointer["forum"]
        topic = thread.pointer["topic"] or await _embedded_topic(forum, thread.pointer["post"], fetch)
        if not topic:
            return replace(thread, pointer={})
        answer, page = await fetch.json(f"{forum}t/{topic}.json")
        stream = mapping(mapping(answer).get("post_stream"))
        posts = mappings(stream.get("posts"))
        known = {number(post.get("id")) for post in posts}
        ids = [post_id for post_id in _numbers(stream.get("stream")) if post_id not in known][:MAX_COMMENTS]
        for start in range(0, len(ids), BATCH):
            query = "&".join(f"post_ids[]={post_id}" for post_id in ids[start : start + BATCH])
            further, _ = await fetch.json(f"{forum}t/{topic}/posts.json?{query}")
            posts += mappings(mapping(mapping(further).get("post_stream")).get("posts"))
        slug = text(mapping(answer).get("slug")) or "-"
        comments = read_posts(posts, f"{forum}t/{slug}/{topic}", page.fetched)
        written = number(mapping(answer).get("posts_count"))
        return replace(thread, comments=comments, stated=written - 1 if written else None, pointer={})


def is_discourse(page: Page) -> bool:
    """Tell whether Discourse made a page, by the signature it puts on each."""
    return bool(_GENERATOR.search(page.text))


def read_posts(posts: list[Mapping[str, Any]], topic_url: str, fetched: datetime) -> tuple[ReadComment, ...]:
    """Return a topic's posts after its first as comments, each answering the one it names, else the first."""
    known = {number(post.get("post_number")) for post in posts} - {1}
    writer = next((number(post.get("user_id")) for post in posts if number(post.get("post_number")) == 1), None)
    comments = []
    for post in sorted(posts, key=lambda each: number(each.get("post_number")) or 0):
        place = number(post.get("post_number"))
        if place is None or place == 1 or number(post.get("post_type")) not in {None, _WRITTEN}:
            continue
        answered = number(post.get("reply_to_post_number"))
        removed = post.get("deleted_at") is not None or post.get("hidden") is True or post.get("user_deleted") is True
        at = text(post.get("created_at"))
        comments.append(
            ReadComment(
                native_id=str(place),
                parent=str(answered) if answered in known else None,
                author=None if removed else text(post.get("name")) or text(post.get("username")),
                published=parse_date(at, fetched=fetched) if at else None,
                text="" if removed else html_text(text(post.get("cooked")) or ""),
                permalink=f"{topic_url}/{place}",
                by_post_author=writer is not None and number(post.get("user_id")) == writer,
                deleted=removed,
            )
        )
    return tuple(comments)


def printed_posts(page: Page) -> tuple[ReadComment, ...]:
    """Return the posts after the first that a topic's page prints for readers without script; no parents."""
    printed = [post for post in page.tree.find_class("crawler-post") if _PRINTED.fullmatch(post.get("id") or "")]
    writer = next((_stated(post, "name") for post in printed if post.get("id") == "post_1"), None)
    comments = []
    for post in printed[:MAX_COMMENTS]:
        place = (post.get("id") or "").removeprefix("post_")
        author, time = _stated(post, "name"), next(post.iter("time"), None)
        at = time.get("datetime") if time is not None else None
        if place != "1":
            comments.append(
                ReadComment(
                    native_id=place,
                    author=author,
                    published=parse_date(at, fetched=page.fetched) if at else None,
                    date_shown=one_line(text_of(time)) if time is not None else None,
                    text=_stated(post, "text", whole=True) or "",
                    by_post_author=author is not None and author == writer,
                )
            )
    return tuple(comments)


def _stated(post: HtmlElement, name: str, *, whole: bool = False) -> str | None:
    """Return what a post's element says under a name of schema.org; on one line unless `whole`."""
    named = next((node for node in post.iter("*") if node.get("itemprop") == name), None)
    if named is None:
        return None
    return text_of(named) if whole else one_line(text_of(named))


async def _embedded_topic(forum: str, post: str, fetch: Fetch) -> str:
    """Return the topic that a forum opened for a post, from the frame it embeds; empty when it opened none."""
    try:
        page = await fetch.page(f"{forum}embed/comments?embed_url={quote(post, safe='')}")
    except UnreadableError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return ""
    hrefs = (joined(page.url, link.get("href") or "") or "" for link in page.tree.iter("a"))
    return next((found[1] for href in hrefs if (found := _TOPIC.search(urlsplit(href).path))), "")


def _numbers(values: Any) -> list[int]:
    numbers = [number(value) for value in values] if isinstance(values, list) else []
    return [value for value in numbers if value is not None]
