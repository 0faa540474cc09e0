"""Search: a query's words in, a page of results out."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from archive.errors import QueryError
from archive.index_files import DAMAGE, OPEN_SECONDS, IndexFiles, again_until, open_error
from archive.query_language import All, Node, Parsed, parse
from archive.query_words import chosen, understood
from archive.results import FACETS, Facet, Hit, Kind, Query, Results
from archive.schema import NO_DATE, VERSION
from archive.search_evaluate import Evaluation, Found
from archive.search_postings import PostingCache
from archive.search_snapshot import Snapshot
from archive.search_snippets import snippet
from archive.search_words import words_of

#: The longest a query may take.
TIME_LIMIT_SECONDS = 2.0

#: The same where all that match are wanted and nobody waits at a page.
MATCHING_SECONDS = 60.0

#: Hits on a page, and pages: who wants more wants an export.
MOST_PER_PAGE = 100
MOST_HITS = 10_000

#: Values per facet.
FACET_VALUES = 20

_FACET_COLUMNS = {"author": "author_name"}

#: More than any score: texts with all the words come before texts with some.
_WHOLE_FIRST = np.float32(1e6)

_NOTHING_INDEXED = "Nothing is indexed yet; crawl a site, or run `sales-archive index`."


class Searcher:
    """Searches the index in use, which may move at any time; safe to share between threads."""

    def __init__(self, files: IndexFiles, archive_id: str) -> None:
        """Search what `files` points to, if it is of this archive."""
        self._files = files
        self._archive_id = archive_id
        self._cache = PostingCache()
        self._lock = threading.Lock()
        self._stamp = (0, 0)
        self._snapshot: Snapshot | None = None

    def search(self, query: Query) -> Results:
        """Return a page of results; raise `QueryError`, and `ArchiveOpenError` when the index is damaged."""
        started = time.monotonic()
        parsed = parse(query.text)
        filters = chosen(query.filters)
        with self._snapshot_in_use() as snapshot:
            if snapshot is None:
                return Results(query=query, understood="", total=0, took_ms=0.0, message=_NOTHING_INDEXED)
            try:
                results = _page(snapshot, query, parsed, filters, started + TIME_LIMIT_SECONDS)
            except DAMAGE as error:
                raise open_error(self._files.directory, error) from error
        return replace(results, took_ms=(time.monotonic() - started) * 1000)

    def matching(self, query: Query) -> frozenset[str]:
        """Return the ids of all texts that `query` finds, however many.

        Raise `QueryError` for a query that says nothing or takes longer than `MATCHING_SECONDS`.
        """
        parsed = parse(query.text)
        if parsed.root is None:
            raise QueryError(f"the query {query.text!r} holds nothing to search for")
        deadline = time.monotonic() + MATCHING_SECONDS
        with self._snapshot_in_use() as snapshot:
            if snapshot is None:
                return frozenset()
            try:
                found = Evaluation(snapshot, deadline).find(parsed.root, chosen(query.filters))
                ids = frozenset(str(snapshot.hit(int(number))["id"]) for number in np.flatnonzero(found.mask))
            except DAMAGE as error:
                raise open_error(self._files.directory, error) from error
        if found.cut:
            raise QueryError(f"the query {query.text!r} took longer than {MATCHING_SECONDS:.0f} s; narrow it")
        return ids

    def ids(self) -> list[str]:
        """Return the ids of all documents, as often as they stand there."""
        with self._snapshot_in_use() as snapshot:
            return list(snapshot.ids()) if snapshot is not None else []

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._retire()
            self._stamp = (0, 0)

    @contextmanager
    def _snapshot_in_use(self) -> Iterator[Snapshot | None]:
        with self._lock:
            snapshot = self._newest()
            if snapshot is not None:
                snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                if snapshot is not None:
                    snapshot.users -= 1
                    if snapshot is not self._snapshot and not snapshot.users:
                        snapshot.close()

    def _newest(self) -> Snapshot | None:
        stamp = self._files.stamp()
        if stamp == self._stamp and self._snapshot is not None:
            return self._snapshot
        deadline = time.monotonic() + OPEN_SECONDS
        while True:
            state = self._files.state()
            if state is None or state.schema != VERSION or state.archive_id != self._archive_id:
                self._retire()
                return None
            try:
                snapshot = Snapshot(self._files.open(state.generation), self._cache)
            except DAMAGE as error:
                # A writer removed what the pointer named a moment ago; or the files are torn, and stay so.
                if not (self._files.stamp() != stamp or again_until(deadline)):
                    raise open_error(self._files.directory, error) from error
                stamp = self._files.stamp()
            else:
                self._retire()
                self._snapshot, self._stamp = snapshot, stamp
                return snapshot

    def _retire(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None and not snapshot.users:
            snapshot.close()


def _page(snapshot: Snapshot, query: Query, parsed: Parsed, filters: list[Node], deadline: float) -> Results:
    remarks = list(parsed.remarks)
    if parsed.root is None and query.text.strip():
        remarks = remarks or ["The query holds nothing to search for"]
        return Results(query=query, understood="", total=0, took_ms=0.0, message=_sentences(remarks))
    found = Evaluation(snapshot, deadline).find(parsed.root or All(()), filters)
    candidates = np.flatnonzero(found.mask)
    total = len(candidates)
    if found.whole is not None:
        remarks.append(_some_words(int(np.count_nonzero(found.whole))))
    if found.cut:
        remarks.append("The search took too long and was cut short: there is more than is shown")
    numbers = _ordered(snapshot, found, candidates, query)
    return Results(
        query=query,
        understood=understood(parsed.root, filters),
        total=total,
        took_ms=0.0,
        cut=found.cut,
        message=_sentences(remarks),
        hits=tuple(_hit(snapshot, int(number), found) for number in numbers),
        facets=tuple(_facet(snapshot, name, candidates) for name in FACETS),
    )


def _ordered(snapshot: Snapshot, found: Found, candidates: Any, query: Query) -> list[int]:
    """Return the numbers of the documents on the page asked for."""
    per_page = min(max(query.per_page, 1), MOST_PER_PAGE)
    first = (max(query.page, 1) - 1) * per_page
    last = first + per_page
    if last > MOST_HITS:
        raise QueryError(f"only the first {MOST_HITS:,} hits can be paged through; narrow the search, or export it")
    dates = snapshot.dates[candidates]
    if query.sort == "newest":
        keys: list[Any] = [-dates]
    elif query.sort == "oldest":
        keys = [np.where(dates == NO_DATE, -NO_DATE, dates)]
    else:
        scores = found.scores[candidates]
        whole = scores if found.whole is None else scores + _WHOLE_FIRST * found.whole[candidates]
        keys = [-whole, -dates]
    best = _smallest(keys[0], last)
    order = np.lexsort((candidates[best], *(key[best] for key in reversed(keys))))
    return [int(number) for number in candidates[best][order][first:last]]


def _smallest(keys: Any, number: int) -> Any:
    """Return the places of the `number` smallest keys and of all that equal the last of them."""
    if number >= len(keys):
        return np.arange(len(keys))
    bound = np.partition(keys, number - 1)[number - 1]
    return np.flatnonzero(keys <= bound)


def _facet(snapshot: Snapshot, name: str, candidates: Any) -> Facet:
    if name == "year":
        counts = np.bincount(snapshot.years[candidates])
        pairs = [(str(year), int(counts[year])) for year in np.flatnonzero(counts) if year]
    else:
        column = snapshot.names(_FACET_COLUMNS.get(name, name))
        counts = np.bincount(column.codes[candidates], minlength=len(column.names))
        counts[0] = 0
        most = _smallest(-counts, FACET_VALUES)
        pairs = [(column.names[code], int(counts[code])) for code in most if counts[code]]
    return Facet(name, tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:FACET_VALUES]))


def _hit(snapshot: Snapshot, number: int, found: Found) -> Hit:
    values = snapshot.hit(number)
    kind: Kind = "post" if values["id"] == values["post_id"] else "comment"
    return Hit(
        id=values["id"],
        kind=kind,
        post_id=values["post_id"],
        url=values["url"],
        title=values["title"],
        author=values["author"],
        site=values["borrowed"]["site"],
        published=values["published"],
        published_precision=values["published_precision"],
        score=float(found.scores[number]),
        snippet=snippet(values["text"], found.terms, words_of(values["borrowed"]["language"])),
    )


def _some_words(whole: int) -> str:
    if not whole:
        return "No text holds all the words; these hold some of them"
    return f"Only {whole} {'text holds' if whole == 1 else 'texts hold'} all the words; the others hold some of them"


def _sentences(remarks: list[str]) -> str | None:
    return " ".join(f"{remark[:1].upper()}{remark[1:].removesuffix('.')}." for remark in remarks) or None
