"""A page of results: hits in order, grouped by thread, with snippets, facets and what to say about them."""

from typing import Any

import numpy as np

from archive.errors import QueryError
from archive.search.query.tree import Address, All, Node, Parsed
from archive.search.query.wording import dropped, understood
from archive.search.results import FACETS, Query, Results
from archive.search.whoosh.evaluate import Evaluation, Found
from archive.search.whoosh.facets import facet, months
from archive.search.whoosh.folding import Copied, Folds, folded, found_copies
from archive.search.whoosh.hits import hits
from archive.search.whoosh.index.schema import NO_DATE
from archive.search.whoosh.snapshot import Snapshot
from archive.search.whoosh.suggest import correction

#: Hits on a page, and in all pages: who wants more wants an export.
MOST_PER_PAGE = 100
MOST_HITS = 10_000

#: Hits of one thread in a grouped list.
THREAD_HITS = 2

#: How many times the hits wanted are put in order to group them; and again so many times, where that is too few.
REACH = 10

#: More than any score: texts with all the words come before texts with some.
_WHOLE_FIRST = np.float32(1e6)


def page(snapshot: Snapshot, query: Query, parsed: Parsed, filters: list[Node], deadline: float) -> Results:
    """Return the page of `query`, as parsed, evaluated until `deadline`; raise `QueryError`."""
    remarks = list(parsed.remarks)
    if parsed.root is None and query.text.strip():
        remarks = remarks or ["The query holds nothing to search for"]
        return Results(query=query, understood="", total=0, took_ms=0.0, message=_sentences(remarks))
    found = Evaluation(snapshot, deadline).find(parsed.root or All(()), filters)
    candidates = np.flatnonzero(found.mask)
    total = len(candidates)
    if found.whole is not None:
        remarks.append(_some_words(int(np.count_nonzero(found.whole))))
    if not total and isinstance(parsed.root, Address):
        remarks.append("Nothing at this address is archived, and no text quotes it")
    if found.cut:
        remarks.append("The search took too long and was cut short: there is more than is shown")
    folds = _folds(snapshot, found, candidates, query) if query.grouped else Folds(candidates)
    numbers = ordered(snapshot, found, folds.kept, query)
    more = _more(snapshot, folds.kept, numbers) if query.grouped else {}
    return Results(
        query=query,
        understood=understood(parsed.root, filters),
        dropped=dropped(parsed.root),
        total=total,
        listed=_listed(snapshot, folds.kept) if query.grouped else total,
        took_ms=0.0,
        cut=found.cut,
        message=_sentences(remarks),
        suggestion=correction(snapshot, query.text, parsed) if found.whole is not None or not total else None,
        hits=hits(snapshot, numbers, found, more=more, copies=folds.left_out(numbers)),
        facets=tuple(facet(snapshot, name, candidates) for name in FACETS),
        months=months(snapshot, candidates),
    )


def ordered(snapshot: Snapshot, found: Found, candidates: Any, query: Query) -> list[int]:
    """Return the numbers of the documents on the page asked for, among all those found."""
    per_page = min(max(query.per_page, 1), MOST_PER_PAGE)
    first = (max(query.page, 1) - 1) * per_page
    last = first + per_page
    if last > MOST_HITS:
        raise QueryError(f"only the first {MOST_HITS:,} hits can be paged through; narrow the search, or export it")
    keys = _sort_keys(snapshot, found, candidates, query)
    reach = last * REACH if query.grouped else last
    while True:
        best = _smallest(keys[0], reach)
        order = candidates[best][np.lexsort((candidates[best], *(key[best] for key in reversed(keys))))]
        if query.grouped:
            order = order[_ranks(snapshot.threads[order]) < THREAD_HITS]
        if len(order) >= last or len(best) == len(candidates):
            return [int(number) for number in order[first:last]]
        reach *= REACH


def _folds(snapshot: Snapshot, found: Found, candidates: Any, query: Query) -> Folds:
    copies = found_copies(snapshot.copied, found.mask)
    if len(copies.documents) <= 1:
        return Folds(candidates)
    keys = _sort_keys(snapshot, found, copies.documents, query)
    order = np.lexsort((copies.documents, *reversed(keys)))
    return folded(candidates, Copied(copies.documents[order], copies.groups[order]), snapshot.threads)


def _sort_keys(snapshot: Snapshot, found: Found, candidates: Any, query: Query) -> list[Any]:
    """Return what to sort by, the most important first, the smallest first."""
    dates = snapshot.dates[candidates]
    if query.sort == "newest":
        return [-dates]
    if query.sort == "oldest":
        return [np.where(dates == NO_DATE, -NO_DATE, dates)]
    if query.sort == "discussed":
        return [-snapshot.thread_sizes[candidates], -(snapshot.kinds_are_posts[candidates]), -dates]
    scores = found.scores[candidates]
    whole = scores if found.whole is None else scores + _WHOLE_FIRST * found.whole[candidates]
    return [-whole, -dates]


def _ranks(threads: Any) -> Any:
    """Return for each hit of a list how many of its thread stand before it."""
    order = np.argsort(threads, kind="stable")
    begins = np.flatnonzero(np.diff(threads[order], prepend=-1))
    sizes = np.diff(np.append(begins, len(threads)))
    ranks = np.empty(len(threads), np.int64)
    ranks[order] = np.arange(len(threads)) - np.repeat(begins, sizes)
    return ranks


def _listed(snapshot: Snapshot, candidates: Any) -> int:
    return int(np.minimum(np.bincount(snapshot.threads[candidates]), THREAD_HITS).sum())


def _more(snapshot: Snapshot, candidates: Any, numbers: list[int]) -> dict[int, int]:
    """Return how many hits of its thread are left out, for the last hit of each thread on the page."""
    counts = np.bincount(snapshot.threads[candidates])
    last = {int(snapshot.threads[number]): number for number in numbers}
    return {number: max(0, int(counts[thread]) - THREAD_HITS) for thread, number in last.items()}


def _smallest(keys: Any, number: int) -> Any:
    """Return the places of the `number` smallest keys and of all that equal the last of them."""
    if number >= len(keys):
        return np.arange(len(keys))
    bound = np.partition(keys, number - 1)[number - 1]
    return np.flatnonzero(keys <= bound)


def _some_words(whole: int) -> str:
    if not whole:
        return "No text holds all the words; these hold some of them"
    return f"Only {whole} {'text holds' if whole == 1 else 'texts hold'} all the words; the others hold some of them"


def _sentences(remarks: list[str]) -> str | None:
    return " ".join(f"{remark[:1].upper()}{remark[1:].removesuffix('.')}." for remark in remarks) or None
