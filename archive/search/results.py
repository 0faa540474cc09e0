"""Queries and results as data: what is asked of a search and what it answers, without engine or HTML."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from archive.errors import QueryError
from archive.records.models import Precision, format_time

#: `discussed`: most comments in the thread first.
Sort = Literal["relevance", "newest", "oldest", "discussed"]
Kind = Literal["post", "comment"]
#: Where words of a query stand: a comment's title is its post's.
Place = Literal["title", "text", "author", "tags", "site"]

#: Runs of text; True marks those that matched.
Snippet = tuple[tuple[str, bool], ...]

#: Facets every result page counts, in the order shown. `has` tells posts with `comments` or an `author-reply`.
FACETS = ("kind", "has", "site", "year", "author", "tag", "platform")

#: What can be chosen beside a query: a value of a facet, a month as 2015-03, a language, a post's thread by its id.
FILTERS = (*FACETS, "month", "language", "thread")

#: Hits on a page, and in all pages: who wants more wants an export.
MOST_PER_PAGE = 100
MOST_HITS = 10_000

#: Hits of one thread in a grouped list.
THREAD_HITS = 2

#: Copies of a text that are named in `Hit.also`; of more only the number is told.
MOST_NAMED = 50

#: Values per facet; and years and months, of which a chart over time shows all.
FACET_VALUES = 20
MOST_YEARS = 80
MOST_MONTHS = 12 * MOST_YEARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search as asked: words in the query language of docs/search.md, and filters chosen beside them."""

    text: str = ""
    #: Names of `FILTERS` and values, all of which must hold: ("site", "example.com"), ("month", "2015-03").
    filters: tuple[tuple[str, str], ...] = ()
    sort: Sort = "relevance"
    #: From 1.
    page: int = 1
    per_page: int = 10
    #: At most `THREAD_HITS` of one thread are listed; `Hit.more` counts the others. Copies are in `Hit.also`.
    grouped: bool = False

    def span(self) -> tuple[int, int]:
        """Return the places of the page's first hit, from 0, and behind its last; at most `MOST_PER_PAGE` apart.

        Raise `QueryError` past `MOST_HITS`.
        """
        per_page = min(max(self.per_page, 1), MOST_PER_PAGE)
        first = (max(self.page, 1) - 1) * per_page
        if first + per_page > MOST_HITS:
            raise QueryError(
                f"only the first {MOST_HITS:,} hits can be paged through; narrow the search, or export it"
            )
        return first, first + per_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One text found: a post or a comment."""

    id: str
    kind: Kind
    post_id: str
    #: Permalink at the original site.
    url: str
    #: The post's title, also for a comment.
    title: str | None
    author: str | None
    site: str
    #: BCP 47, as the post states it.
    language: str | None
    published: datetime | None
    published_precision: Precision | None
    score: float
    snippet: Snippet
    #: The title as runs; empty without one.
    heading: Snippet = ()
    #: Where words of the query were seen in it, in this order; empty where none were asked for.
    matched: tuple[Place, ...] = ()
    #: Tags among which words of the query were seen.
    tags: tuple[str, ...] = ()
    #: Hits of the same thread that a grouped list leaves out, on its last hit of the page.
    more: int = 0
    #: Other texts found that say the same, which a grouped list names with this one: how many, and the best of them.
    copies: int = 0
    also: tuple["Hit", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the hit as JSON values."""
        return {
            "id": self.id,
            "kind": self.kind,
            "post_id": self.post_id,
            "url": self.url,
            "title": self.title,
            "author": self.author,
            "site": self.site,
            "language": self.language,
            "published": format_time(self.published) if self.published else None,
            "score": round(self.score, 3),
            "snippet": [list(run) for run in self.snippet],
            "matched": list(self.matched),
            "more": self.more,
            "copies": self.copies,
            "also": [hit.to_json() for hit in self.also],
        }


@dataclass(frozen=True, slots=True)
class Facet:
    """Values of one field among all hits, most frequent first."""

    name: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of results."""

    query: Query
    #: The query as understood, in words; empty when nothing of it could be searched.
    understood: str
    total: int
    #: Hits that can be paged through: fewer than `total` in a grouped list, without copies and a thread's others.
    listed: int = 0
    took_ms: float
    #: True when the time limit ended the search early: hits are right, the total is a lower bound.
    cut: bool = False
    #: Small words of the query that were not searched for, as others say more.
    dropped: tuple[str, ...] = ()
    #: What was not understood or left out, in words for the reader; `None` when all was.
    message: str | None = None
    #: The query as it was perhaps meant, when words of it stand nowhere.
    suggestion: str | None = None
    hits: tuple[Hit, ...] = ()
    facets: tuple[Facet, ...] = ()
    #: Hits per month ("2015-03"), the earliest first, without months that have none and dates of which only the
    #: year is known.
    months: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON values: the same for the API, the command line and `docs/search.md`."""
        return {
            "query": self.query.text,
            "understood": self.understood,
            "dropped": list(self.dropped),
            "message": self.message,
            "suggestion": self.suggestion,
            "total": self.total,
            "listed": self.listed,
            "took_ms": round(self.took_ms, 1),
            "cut": self.cut,
            "hits": [hit.to_json() for hit in self.hits],
            "facets": {facet.name: [list(count) for count in facet.counts] for facet in self.facets},
            "months": [list(count) for count in self.months],
        }
