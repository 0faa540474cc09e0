"""The two records everything is made of, and their canonical JSON.

A `Post` is a text by a site; it holds its thread as `Comment` records, flat and in the order shown. Absent
is `None`. Times are aware UTC. Every field is described in docs/records.md.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, Self

#: How exactly a date is stated: a blog that prints "May 2009" gives a month, not its first midnight.
Precision = Literal["second", "minute", "day", "month", "year"]

#: `whole`: the text is all there. `preview`: the rest is behind a paywall. `withheld`: the page asks not to be
#: archived, so no text is kept. `gone`: the site removed it; what was archived stays.
Status = Literal["whole", "preview", "withheld", "gone"]

#: UTF-16 halves that JSON readers refuse; no text of ours holds one.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A reply by a reader, at its place in a thread."""

    #: `comment:` and 24 hex digits, see `comment_id`.
    id: str
    #: Id of the post under which it stands.
    post_id: str
    #: Id of the comment it answers; `None` when it answers the post.
    parent_id: str | None = None
    #: Place in the thread as shown, from 0.
    position: int = 0
    #: Levels below the post, from 0.
    depth: int = 0
    author: str | None = None
    author_url: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    #: Plain text, paragraphs separated by a blank line; empty for a deleted comment.
    text: str = ""
    #: Address of this one comment.
    permalink: str | None = None
    #: True when the site marks its writer as the author of the post.
    by_post_author: bool = False
    #: True for the placeholder of a removed comment that others answer.
    deleted: bool = False
    #: Comment system that keeps it: `wordpress`, `disqus`…
    system: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return all fields as JSON values, in the order of the class."""
        return _to_json(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a comment; raise `KeyError`, `TypeError` or `ValueError` on values no comment has."""
        found = dict(values)
        if found.get("published") is not None:
            found["published"] = parse_time(found["published"])
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A text by a site, with its thread."""

    #: `post:` and 24 hex digits of the SHA-256 of `url`.
    id: str
    #: Canonical URL, the post's identity.
    url: str
    #: Host without `www.`.
    site: str
    title: str | None = None
    #: Byline; several names are joined by "; ".
    author: str | None = None
    published: datetime | None = None
    published_precision: Precision | None = None
    #: Last change that the site states.
    updated: datetime | None = None
    #: ISO 639-1 code.
    language: str | None = None
    #: Plain text, paragraphs separated by a blank line; empty when withheld.
    text: str = ""
    description: str | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: Software that publishes the site: `wordpress`, `substack`… or `generic`.
    platform: str = "generic"
    #: Software that keeps the thread; `None` when no thread was seen.
    comment_system: str | None = None
    #: Size of the thread as the site states it, beside the number found.
    comments_stated: int | None = None
    comments: tuple[Comment, ...] = ()
    #: When the response was received from which this version was read.
    fetched: datetime | None = None
    #: What the page says about reuse: `noarchive`, `tdm-reserved`, `paywalled`, a licence's URL.
    rights: tuple[str, ...] = ()
    status: Status = "whole"

    def to_json(self) -> dict[str, Any]:
        """Return all fields as JSON values, in the order of the class."""
        return _to_json(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild a post with its thread; raise `KeyError`, `TypeError` or `ValueError` on values no post has."""
        if not values.keys() <= _POST_FIELDS:
            raise ValueError(f"unknown fields: {', '.join(sorted(values.keys() - _POST_FIELDS))}")
        return cls(**_from_json(values))

    def without_thread(self) -> Self:
        """Return the post alone."""
        return replace(self, comments=())


_POST_FIELDS = {each.name for each in fields(Post)}
_TIMES = {"published", "updated", "fetched"}
_LISTS = {"tags", "categories", "rights"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one visit of one address brought: the spider's item, committed in one transaction."""

    #: Address as asked for, canonical.
    url: str
    site: str
    at: datetime
    #: HTTP status; `None` when nothing answered.
    status: int | None = None
    #: The post read there; `None` when unchanged (304), gone, or not a post.
    post: Post | None = None
    #: What another place than the post's own says about an archived post: a discussion elsewhere, of one system.
    discussion: tuple[Comment, ...] = ()
    #: False when part of the thread could not be read: comments not seen are then kept, not removed.
    thread_whole: bool = True
    #: False when the rest of the thread cannot be read by a stranger at all, so that trying again soon is no use.
    thread_reachable: bool = True
    #: Why the thread is short or the visit brought nothing, in words; `None` when all is well.
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    #: SHA-256 of the body as received, hexadecimal.
    body_hash: str | None = None
    #: True where a feed of the site tells of new comments, so that the post need not be looked at for them as often.
    woken: bool = False
    #: When to look again; `None` lets the archive decide from the post's age.
    due: datetime | None = None
    #: Other addresses that led here.
    aliases: tuple[str, ...] = field(default=())


def post_id(url: str) -> str:
    """Return the id of the post whose canonical URL is `url`."""
    return f"post:{_digest(url)}"


def comment_id(url: str, system: str, native_id: str) -> str:
    """Return the id of a comment under the post at `url`, from the id its own system gives it."""
    return f"comment:{_digest(chr(0).join((url, system, native_id)))}"


def canonical(values: Mapping[str, Any]) -> str:
    """Return JSON that is equal for equal values: sorted keys, no spaces, characters as they are."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def clean(text: str) -> str:
    """Return `text` without what no reader of JSON or XML can take: lone surrogates and NULs."""
    return _LONE_SURROGATE.sub("\ufffd", text).replace("\x00", "")


def parse_time(text: str) -> datetime:
    """Return the aware UTC time of an ISO 8601 text; raise `ValueError` when it states no zone or no such time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {text!r}")
    try:
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    except OverflowError as error:  # the last hours of the year 9999, the first of the year 1
        raise ValueError(f"time out of bounds: {text!r}") from error


def format_time(moment: datetime) -> str:
    """Return `moment` as `YYYY-MM-DDTHH:MM:SSZ`; raise `ValueError` when it states no zone."""
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {moment!r}")
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")[:-6] + "Z"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _to_json(record: Post | Comment) -> dict[str, Any]:
    return {each.name: _value_to_json(getattr(record, each.name)) for each in fields(record)}


def _value_to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, tuple):
        return [each.to_json() if isinstance(each, Comment) else _value_to_json(each) for each in value]
    return clean(value) if isinstance(value, str) else value


def _from_json(values: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(values)
    for name in _TIMES:
        if found.get(name) is not None:
            found[name] = parse_time(found[name])
    for name in _LISTS:
        if isinstance(found.get(name), list):
            found[name] = tuple(found[name])
    if "comments" in found:
        found["comments"] = tuple(Comment.from_json(each) for each in found["comments"])
    return found
