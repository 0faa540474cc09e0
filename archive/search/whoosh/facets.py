"""What the hits of a query have in common: the values of facets, and when they were written, counted over arrays."""

from typing import Any

import numpy as np

from archive.search.results import Facet
from archive.search.whoosh.snapshot import Snapshot

#: Values per facet; and years and months, of which a chart over time shows all.
FACET_VALUES = 20
MOST_YEARS = 80
MOST_MONTHS = 12 * MOST_YEARS

#: What the facet `has` counts; that a text has a date tells nothing.
_HAD = ("comments", "author-reply")
_COLUMNS = {"author": "author_name"}


def facet(snapshot: Snapshot, name: str, candidates: Any) -> Facet:
    """Return the commonest values of a facet among the documents of these numbers."""
    if name == "year":
        counts = np.bincount(snapshot.years[candidates])
        return _commonest(
            name, [(str(year), int(counts[year])) for year in np.flatnonzero(counts) if year], MOST_YEARS
        )
    if name == "has":
        had = [(what, int(np.count_nonzero(snapshot.having(what)[candidates]))) for what in _HAD]
        return _commonest(name, [(what, count) for what, count in had if count], FACET_VALUES)
    if name == "tag":
        names, counts = snapshot.tags.names, _tag_counts(snapshot, candidates)
    else:
        column = snapshot.names(_COLUMNS.get(name, name))
        names, counts = column.known, column.counts(candidates)
    codes = np.argsort(-counts, kind="stable")[: FACET_VALUES * 2]
    return _commonest(name, [(names[code], int(counts[code])) for code in codes if counts[code]], FACET_VALUES)


def months(snapshot: Snapshot, candidates: Any) -> tuple[tuple[str, int], ...]:
    """Return the documents per month as 2015-03, the earliest first; the fullest months where there are too many."""
    counts = np.bincount(snapshot.months[candidates], minlength=1)
    counts[0] = 0
    fullest = np.argsort(-counts, kind="stable")[:MOST_MONTHS]
    found = np.sort(fullest[counts[fullest] > 0]).tolist()
    return tuple((f"{month // 12:04}-{month % 12 + 1:02}", int(counts[month])) for month in found)


def _tag_counts(snapshot: Snapshot, candidates: Any) -> Any:
    among = np.zeros(snapshot.size, np.bool_)
    among[candidates] = True
    tags = snapshot.tags
    return np.bincount(tags.codes[among[tags.documents]], minlength=len(tags.names))


def _commonest(name: str, pairs: list[tuple[str, int]], most: int) -> Facet:
    return Facet(name, tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:most]))
