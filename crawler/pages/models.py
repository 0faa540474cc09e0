"""What readers return: a post and its comments as one page or API states them, before they are records.

What is read has no ids of ours and no place in the archive yet; `crawler.pages.placing` gives its comments both.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from archive.records.models import Precision, Status


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A moment as a page states it."""

    #: Aware UTC.
    moment: datetime
    precision: Precision
    #: Counted back from the fetch ("3 days ago"): another visit will state another moment.
    relative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadComment:
    """A comment as read."""

    #: The id its system gives it, `None` where the page shows none.
    native_id: str | None = None
    #: Native id of the comment it answers, where the page or API says so.
    parent: str | None = None
    #: Levels below the post, from 0, where shown; used only where `parent` is unknown.
    depth: int | None = None
    author: str | None = None
    author_url: str | None = None
    published: StatedDate | None = None
    #: The date as displayed, for scoring and for `scrapy extract`.
    date_shown: str | None = None
    text: str = ""
    permalink: str | None = None
    by_post_author: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A post's thread as far as one page shows it, and where the rest of it is."""

    #: Name of the comment system.
    system: str
    #: In the order shown.
    comments: tuple[ReadComment, ...] = ()
    #: Size as the page states it.
    stated: int | None = None
    #: Addresses of further pages of the same list.
    more: tuple[str, ...] = ()
    #: What the system needs to ask for the rest (ids, hosts, keys), for its `complete`; JSON values only.
    pointer: dict[str, Any] = field(default_factory=dict)
    #: Why part of it is missing this time, in words: it is tried again soon. `None` while nothing is known to be.
    short: str | None = None
    #: Why no stranger can read the rest, in words: a rule of its system, no failure.
    unreadable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPost:
    """A post as read; the fields are those of `archive.records.Post`."""

    #: Canonical URL.
    url: str
    title: str | None = None
    author: str | None = None
    published: StatedDate | None = None
    updated: datetime | None = None
    language: str | None = None
    text: str = ""
    description: str | None = None
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    status: Status = "whole"
    #: `None` when the page shows no thread and no sign of one.
    thread: Thread | None = None
    #: Addresses of the further pages of the same text, in order.
    further: tuple[str, ...] = ()
    #: False for a page that is not a post: a front page, a category, a search result.
    is_post: bool = True


def withheld(read: ReadPost) -> ReadPost:
    """Return a post whose host reserves text and data mining, without what must not be kept of it."""
    rights = tuple(dict.fromkeys((*read.rights, "tdm-reserved")))
    return replace(read, rights=rights, status="withheld", thread=None)


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post's address as a listing names it."""

    url: str
    #: Last change that the listing states, aware UTC.
    modified: datetime | None = None
    #: Size of its thread that the listing states.
    stated: int | None = None
