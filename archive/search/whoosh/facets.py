"""Facets and timeline of a query's hits, counted over arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from archive.search.results import FACET_VALUES, FACETS, MOST_MONTHS, MOST_YEARS, Facet
from archive.search.whoosh.index.snapshot import Snapshot

#: What the facet `has` counts; that a text has a date tells nothing.
_HAD = ("comments", "author-reply")

#: Facets that are columns of names, and the column of each.
_COLUMNS = {"kind": "kind", "site": "site", "author": "author_name", "platform": "platform"}


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
