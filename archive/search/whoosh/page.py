"""A page of results: hits in order, copies folded and threads grouped, with facets and what to say about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from archive.search.query.tree import All, Node, ParsedQuery
from archive.search.query.wording import dropped, message, nothing_to_search, understood
from archive.search.results import (
    FACET_VALUES,
    FACETS,
    MOST_MONTHS,
    MOST_NAMED,
    MOST_YEARS,
    THREAD_HITS,
    Facet,
    Hit,
    Query,
    Results,
)
from archive.search.snippets import hits
from archive.search.whoosh.evaluate import Evaluation, Matches
from archive.search.whoosh.index.postings import Documents
from archive.search.whoosh.index.schema import NO_DATE
from archive.search.whoosh.index.snapshot import Snapshot
from archive.search.whoosh.suggest import correction

#: What the facet `has` counts; that a text has a date tells nothing.
_HAD = ("comments", "author-reply")

#: Facets that are columns of names, and the column of each.
_COLUMNS = {"kind": "kind", "site": "site", "author": "author_name", "platform": "platform"}

#: How many times the hits wanted are put in order to group them; and again so many times, where that is too few.
REACH = 10

#: More than any score: texts with all the words come before texts with some.
_WHOLE_FIRST = np.float32(1e6)

_NONE: Documents = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class DistinctTexts:
    """Documents without the copies of a better one."""

    #: The documents to list, in their order.
    kept: Any
    #: The copies left out, the best first, and the document that stands for each.
    copies: Documents = field(default_factory=lambda: _NONE)
    originals: Documents = field(default_factory=lambda: _NONE)

    def copies_of(self, numbers: Sequence[int]) -> list[list[int]]:
        """Return the copies left out for each of these documents, the best first."""
        if not len(self.copies):
            return [[] for _ in numbers]
        return [self.copies[self.originals == number].tolist() for number in numbers]


def page(snapshot: Snapshot, query: Query, parsed: ParsedQuery, filters: list[Node], deadline: float) -> Results:
    """Return the page of `query`, as parsed, evaluated until `deadline`; raise `QueryError`."""
    if parsed.root is None and query.text.strip():
        return Results(query=query, understood="", total=0, took_ms=0.0, message=nothing_to_search(parsed))
    evaluation = Evaluation(snapshot, deadline)
    matches = evaluation.find(parsed.root or All(()), filters)
    candidates = np.flatnonzero(matches.mask)
    total, whole = len(candidates), None if matches.whole is None else int(np.count_nonzero(matches.whole))
    listed, shown = _listed(snapshot, matches, candidates, query)
    counted, months = facets(snapshot, candidates)
    suggestion = None
    if whole is not None or not total:
        suggestion = correction(snapshot, query.text, parsed.root, evaluation.languages)
    small = dropped(parsed.root)
    return Results(
        query=query,
        understood=understood(parsed.root, filters, small),
        dropped=small,
        total=total,
        listed=listed,
        took_ms=0.0,
        cut=matches.cut,
        message=message(parsed, total, whole=whole, cut=matches.cut),
        suggestion=suggestion,
        hits=tuple(shown),
        facets=counted,
        months=months,
    )


def ordered(snapshot: Snapshot, matches: Matches, candidates: Any, query: Query) -> list[int]:
    """Return the numbers of the documents on the page asked for, among all those found; raise `QueryError`."""
    first, last = query.span()
    keys = _sort_keys(snapshot, matches, candidates, query)
    reach = last * REACH if query.grouped else last
    while True:
        best = _smallest(keys[0], reach)
        order = candidates[best][np.lexsort((candidates[best], *(key[best] for key in reversed(keys))))]
        if query.grouped:
            order = order[_ranks(snapshot.threads[order]) < THREAD_HITS]
        if len(order) >= last or len(best) == len(candidates):
            return [int(number) for number in order[first:last]]
        reach *= REACH


def _listed(snapshot: Snapshot, matches: Matches, candidates: Any, query: Query) -> tuple[int, list[Hit]]:
    """Return how many hits all pages list, and those of the page asked for; raise `QueryError`."""
    if not query.grouped:
        numbers = ordered(snapshot, matches, candidates, query)
        return len(candidates), hits(snapshot.documents(numbers, matches.scores), matches.terms)
    distinct = _distinct(snapshot, matches, candidates, query)
    numbers = ordered(snapshot, matches, distinct.kept, query)
    copies = distinct.copies_of(numbers)
    named = [number for others in copies for number in others[:MOST_NAMED]]
    shown = hits(snapshot.documents([*numbers, *named], matches.scores), matches.terms)
    places = iter(shown[len(numbers) :])
    sizes = np.bincount(snapshot.threads[distinct.kept])
    more = _left_out(snapshot.threads[numbers].tolist(), sizes)
    return int(np.minimum(sizes, THREAD_HITS).sum()), [
        replace(hit, more=left_out, copies=len(others), also=tuple(islice(places, min(len(others), MOST_NAMED))))
        for hit, left_out, others in zip(shown, more, copies, strict=False)
    ]


def _left_out(threads: list[int], sizes: Any) -> list[int]:
    """Return for each hit of a page how many hits of its thread are left out, 0 but for the last of each thread."""
    last = {thread: place for place, thread in enumerate(threads)}
    return [
        max(0, int(sizes[thread]) - THREAD_HITS) if last[thread] == place else 0
        for place, thread in enumerate(threads)
    ]


def _distinct(snapshot: Snapshot, matches: Matches, candidates: Any, query: Query) -> DistinctTexts:
    """Return the documents found without copies in another thread of a better one.

    A text is listed once, at its best place. Copies in one thread stay apart: a grouped list counts them with the
    others of their thread.
    """
    copies = snapshot.copies.among(matches.mask)
    if len(copies.documents) <= 1:
        return DistinctTexts(candidates)
    keys = _sort_keys(snapshot, matches, copies.documents, query)
    best_first = np.lexsort((copies.documents, *reversed(keys)))
    by_group = best_first[np.argsort(copies.groups[best_first], kind="stable")]
    documents, groups = copies.documents[by_group], copies.groups[by_group]
    begins = np.diff(groups, prepend=-1) != 0
    originals = documents[begins][np.cumsum(begins) - 1]
    later = snapshot.threads[documents] != snapshot.threads[originals]
    kept = candidates[~np.isin(candidates, documents[later])]
    return DistinctTexts(kept, documents[later], originals[later])


def _sort_keys(snapshot: Snapshot, matches: Matches, candidates: Any, query: Query) -> list[Any]:
    """Return what to sort by, the most important first, the smallest first."""
    dates = snapshot.dates[candidates]
    if query.sort == "newest":
        return [-dates]
    if query.sort == "oldest":
        return [np.where(dates == NO_DATE, -NO_DATE, dates)]
    if query.sort == "discussed":
        return [-snapshot.thread_sizes[candidates], -(snapshot.kinds_are_posts[candidates]), -dates]
    scores = matches.scores[candidates]
    whole = scores if matches.whole is None else scores + _WHOLE_FIRST * matches.whole[candidates]
    return [-whole, -dates]


def _ranks(threads: Any) -> Any:
    """Return for each hit of a list how many of its thread stand before it."""
    order = np.argsort(threads, kind="stable")
    begins = np.flatnonzero(np.diff(threads[order], prepend=-1))
    sizes = np.diff(np.append(begins, len(threads)))
    ranks = np.empty(len(threads), np.int64)
    ranks[order] = np.arange(len(threads)) - np.repeat(begins, sizes)
    return ranks


def _smallest(keys: Any, number: int) -> Any:
    """Return the places of the `number` smallest keys and of all that equal the last of them."""
    if number >= len(keys):
        return np.arange(len(keys))
    bound = np.partition(keys, number - 1)[number - 1]
    return np.flatnonzero(keys <= bound)


def facets(snapshot: Snapshot, candidates: Any) -> tuple[tuple[Facet, ...], tuple[tuple[str, int], ...]]:
    """Return the facets of `FACETS` among the documents of these numbers, and how many of them each month has."""
    columns = {name: snapshot.names(column) for name, column in _COLUMNS.items()}
    counted: dict[str, tuple[Sequence[str], Any]] = {
        name: (column.known, column.counts(candidates)) for name, column in columns.items()
    }
    having = [snapshot.having(what) for what in _HAD]
    tags, years, months = snapshot.tags, snapshot.years[candidates], snapshot.months[candidates]
    among = np.zeros(snapshot.size, np.bool_)
    among[candidates] = True
    counted["tag"] = tags.names, np.bincount(tags.codes[among[tags.documents]], minlength=len(tags.names))
    counted["has"] = _HAD, np.array([np.count_nonzero(mask[candidates]) for mask in having])
    counted["year"] = _years(years)
    return tuple(facet(name, *counted[name]) for name in FACETS), _months(months)


def facet(name: str, values: Sequence[str], counts: Any) -> Facet:
    """Return the commonest values of a facet, given how many documents have each."""
    most = MOST_YEARS if name == "year" else FACET_VALUES
    fullest = np.argsort(-counts, kind="stable")[: most * 2].tolist()
    pairs = [(values[place], int(counts[place])) for place in fullest if counts[place]]
    return Facet(name, tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:most]))


def _years(years: Any) -> tuple[list[str], Any]:
    """Return the years in which documents were written, and how many in each; 0 is no year."""
    counts = np.bincount(years, minlength=1)
    counts[0] = 0
    there = np.flatnonzero(counts)
    return [str(year) for year in there.tolist()], counts[there]


def _months(months: Any) -> tuple[tuple[str, int], ...]:
    """Return the documents per month as 2015-03, the earliest first; the fullest months where there are too many."""
    counts = np.bincount(months, minlength=1)
    counts[0] = 0
    fullest = np.argsort(-counts, kind="stable")[:MOST_MONTHS]
    there = np.sort(fullest[counts[fullest] > 0]).tolist()
    return tuple((f"{month // 12:04}-{month % 12 + 1:02}", int(counts[month])) for month in there)
