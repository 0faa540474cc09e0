"""WordPress's REST lists, read in step: posts and comments both in the order of posts, so that one page of each fits.

A blog of 1,000 posts and 5,000 comments takes 60 requests. Every value is checked: plug-ins change answers.
Source: https://developer.wordpress.org/rest-api/reference/.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.json_values import mapping, mappings, number, positive, raw_text
from crawler.pages.models import ListedPost, ReadComment, ReadPost, StatedDate, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import html_text, one_line
from crawler.pages.urls import canonical
from crawler.posts.post import read_post

logger = logging.getLogger(__name__)

POSTS = "wp/v2/posts?per_page=100&orderby=id&order=asc&_embed=author,wp:term"
COMMENTS = "wp/v2/comments?per_page=100&orderby=post&order=asc"
#: WordPress's own limit of a page; a shorter page is the last.
PER_PAGE = 100
#: A list of more pages is a trap; a million posts.
MAX_PAGES = 10_000
#: Names of authors asked for one page each, where the list of users is shut.
MAX_AUTHORS_ASKED = 50
#: What WordPress answers past the last page.
_PAST_THE_END = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class RestPost:
    """A post of the list, with what is needed to find its thread and its author."""

    number: int
    #: User who wrote it; 0 when the list does not say.
    user: int
    read: ReadPost
    #: True when a password hides its text.
    protected: bool


@dataclass(frozen=True, slots=True)
class RestComment:
    """A comment of the list, and the post and user it belongs to; user 0 is a guest."""

    post: int
    user: int
    read: ReadComment


class RestLists:
    """The lists of one site."""

    def __init__(self, root: str, front: Page, fetch: Fetch, *, language: str | None) -> None:
        """`root` is the address of the REST API, with or without pretty permalinks."""
        self._root = root
        self._front = front
        self._fetch = fetch
        self._language = language
        self._authors: dict[int, str | None] = {}
        self._protected = 0

    async def posts(self) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield every post with its thread, in the order of their numbers; its address where only its page tells all.

        Raise `UnreadableError` when a list breaks off, or is shut from the start.
        """
        found = 0
        comments: _Comments | None = None
        async for values, page in _pages(_address(self._root, POSTS), self._fetch):
            batch = await self._fetch.work(read_posts, values, fetched=page.fetched, language=self._language)
            if found == 0 and batch:
                comments = await self._comments(batch)
            for post in batch:
                found += 1
                if post.protected:
                    self._protected += 1
                else:
                    yield await self._whole(post, comments)
            stated = _header(page, "x-wp-total")
        if found and stated is not None and found < stated:
            logger.warning("%s lists %d posts and says it has %d", self._root, found, stated)
        if self._protected:
            logger.info("%s: %d posts are behind a password and not archived", self._root, self._protected)

    async def _whole(self, post: RestPost, comments: "_Comments | None") -> ListedPost | ReadPost:
        read = post.read
        if comments is None or (not read.text and read.status == "whole"):
            return ListedPost(read.url, read.updated or (read.published.moment if read.published else None))
        if read.author is None and post.user:
            read = replace(read, author=await self._author(post))
        thread = await comments.of(post)
        return read if read.status == "withheld" else replace(read, thread=thread)

    async def _author(self, post: RestPost) -> str | None:
        """Return the name that the site shows for a user whom its list does not name, from one page by that user."""
        if post.user not in self._authors and len(self._authors) < MAX_AUTHORS_ASKED:
            try:
                page = await self._fetch.page(post.read.url)
                shown = await self._fetch.work(read_post, page)
            except UnreadableError as error:
                logger.info("No name for user %d: %s", post.user, error)
                self._authors[post.user] = None
            else:
                self._authors[post.user] = shown.author
        return self._authors.get(post.user)

    async def _comments(self, batch: list[RestPost]) -> "_Comments | None":
        """Return the list of comments; `None` when it is shut, or when the site keeps its threads elsewhere."""
        comments = _Comments(_address(self._root, COMMENTS), self._fetch)
        try:
            empty = await comments.is_empty()
        except UnreadableError as error:
            logger.info("Comments are read from the pages: %s", error)
            return None
        if empty and await self._threads_elsewhere(batch[-1]):
            logger.info("%s keeps its threads in another system; they are read from the pages", self._root)
            return None
        return comments

    async def _threads_elsewhere(self, post: RestPost) -> bool:
        try:
            shown = await self._fetch.work(read_post, await self._fetch.page(post.read.url))
        except UnreadableError:
            return False
        return shown.thread is not None and shown.thread.system != "wordpress"


class _Comments:
    """The list of comments, taken post by post."""

    def __init__(self, url: str, fetch: Fetch) -> None:
        self._pages = _pages(url, fetch)
        self._fetch = fetch
        self._read: list[RestComment] = []
        self._ended = False

    async def is_empty(self) -> bool:
        """Tell whether the list holds nothing; raise `UnreadableError` when it is shut."""
        return not await self._has_next()

    async def of(self, post: RestPost) -> Thread:
        """Return the thread of a post, empty where it has none; posts are asked for in the order of their numbers.

        The list states no size for one thread, so neither does this.
        """
        found: dict[str, ReadComment] = {}
        while await self._has_next() and self._read[-1].post <= post.number:
            comment = self._read.pop()
            if comment.post == post.number and comment.read.native_id and len(found) < MAX_COMMENTS:
                by_author = comment.user == post.user != 0
                found[comment.read.native_id] = replace(comment.read, by_post_author=by_author)
        return Thread(system="wordpress", comments=tuple(found.values()))

    async def _has_next(self) -> bool:
        while not self._read and not self._ended:
            answer = await anext(self._pages, None)
            if answer is None:
                self._ended = True
            else:
                values, page = answer
                read = await self._fetch.work(read_comments, values, fetched=page.fetched)
                self._read = read[::-1]
        return bool(self._read)


def _address(root: str, path: str) -> str:
    """Return the address of a list: a parameter without pretty permalinks, below the site's name on WordPress.com."""
    base = root.rstrip("/")
    if "/wp/v2/sites/" in base:
        return f"{base}/{path.removeprefix('wp/v2/')}"
    if "rest_route=" in base:
        return f"{base}/{path.replace('?', '&', 1)}"
    return f"{base}/{path}"


async def _pages(url: str, fetch: Fetch) -> AsyncIterator[tuple[list[Any], Page]]:
    """Yield the values of each page of a list and the answer they came in."""
    for page_number in range(1, MAX_PAGES + 1):
        try:
            values, page = await fetch.json(f"{url}&page={page_number}")
        except UnreadableError as error:
            if page_number > 1 and error.status == _PAST_THE_END:
                return
            raise
        if not isinstance(values, list):
            raise UnreadableError(url, "answers with something that is no list", status=page.status)
        yield values, page
        last = _header(page, "x-wp-totalpages")
        if page_number >= last if last is not None else len(values) < PER_PAGE:
            return


def _header(page: Page, name: str) -> int | None:
    return number(page.headers.get(name))


def read_posts(values: Any, *, fetched: datetime, language: str | None) -> list[RestPost]:
    """Return the posts of one answer in its order; what is no post is left out."""
    return [post for value in mappings(values) if (post := _post(value, fetched, language)) is not None]


def read_comments(values: Any, *, fetched: datetime) -> list[RestComment]:
    """Return the comments of one answer in its order; pingbacks and what is no comment are left out."""
    return [comment for value in mappings(values) if (comment := _comment(value, fetched)) is not None]


def _post(value: Mapping[str, Any], fetched: datetime, language: str | None) -> RestPost | None:
    native, url = positive(value.get("id")), canonical(raw_text(value.get("link")))
    if not native or url is None:
        return None
    content = mapping(value.get("content"))
    protected = content.get("protected") is True
    withheld = "noarchive" in _robots(value)
    tags, categories = _terms(value, "post_tag"), _terms(value, "category")
    read = ReadPost(
        url=url,
        title=one_line(html_text(raw_text(mapping(value.get("title")).get("rendered")))),
        author=_author(value),
        published=_moment(value, "date_gmt", "date", fetched),
        updated=_updated(value, fetched),
        language=language,
        text="" if protected or withheld else html_text(raw_text(content.get("rendered"))),
        description=None if protected or withheld else _excerpt(value),
        tags=tags,
        categories=tuple(category for category in categories if category != "Uncategorized"),
        rights=("noarchive",) if withheld else (),
        status="withheld" if withheld else "whole",
    )
    return RestPost(native, positive(value.get("author")), read, protected)


def _comment(value: Mapping[str, Any], fetched: datetime) -> RestComment | None:
    native, post = positive(value.get("id")), positive(value.get("post"))
    if not native or not post or value.get("type", "comment") != "comment":
        return None
    parent = positive(value.get("parent"))
    read = ReadComment(
        native_id=str(native),
        parent=str(parent) if parent else None,
        author=one_line(html_text(raw_text(value.get("author_name")))),
        author_url=raw_text(value.get("author_url")) or None,
        published=_moment(value, "date_gmt", "date", fetched),
        date_shown=raw_text(value.get("date")) or None,
        text=html_text(raw_text(mapping(value.get("content")).get("rendered"))),
        permalink=raw_text(value.get("link")) or None,
    )
    return RestComment(post, positive(value.get("author")), read)


def _moment(value: Mapping[str, Any], exact: str, local: str, fetched: datetime) -> StatedDate | None:
    """Return a date: in UTC where the list gives it, else the site's own time as it stands."""
    return parse_date(raw_text(value.get(exact)), fetched=fetched, zone=UTC) or parse_date(
        raw_text(value.get(local)), fetched=fetched
    )


def _updated(value: Mapping[str, Any], fetched: datetime) -> datetime | None:
    published = _moment(value, "date_gmt", "date", fetched)
    updated = _moment(value, "modified_gmt", "modified", fetched)
    if updated is None or (published is not None and updated.moment <= published.moment):
        return None
    return updated.moment


def _embedded(value: Mapping[str, Any], name: str) -> list[Any]:
    embedded = mapping(value.get("_embedded")).get(name)
    return embedded if isinstance(embedded, list) else []


def _author(value: Mapping[str, Any]) -> str | None:
    names = (raw_text(author.get("name")) for author in mappings(_embedded(value, "author")))
    named = [line for name in names if (line := one_line(html_text(name)))]
    return "; ".join(named) or one_line(raw_text(mapping(value.get("yoast_head_json")).get("author")))


def _terms(value: Mapping[str, Any], taxonomy: str) -> tuple[str, ...]:
    terms = (term for group in _embedded(value, "wp:term") for term in mappings(group))
    names = (one_line(html_text(raw_text(term.get("name")))) for term in terms if term.get("taxonomy") == taxonomy)
    return tuple(name for name in names if name)


def _robots(value: Mapping[str, Any]) -> set[str]:
    """Return the rules for robots that the Yoast plug-in adds to the list."""
    rules = mapping(mapping(value.get("yoast_head_json")).get("robots"))
    return {rule for rule in rules.values() if isinstance(rule, str)}


def _excerpt(value: Mapping[str, Any]) -> str | None:
    excerpt = mapping(value.get("excerpt"))
    return None if excerpt.get("protected") else one_line(html_text(raw_text(excerpt.get("rendered"))))
