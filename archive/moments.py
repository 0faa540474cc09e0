"""Tell a new date from the same date stated again, more coarsely.

"3 days ago" states another moment at every visit, and "2 months ago" less than "3 days ago" did. Neither is a
change of the text.
"""

from datetime import timedelta
from typing import Any

from archive.records import parse_time

#: How far two statements of one moment lie apart at most, by the precision of the coarser, the finest first.
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
_RANKS = {name: rank for rank, name in enumerate(_SPANS)}


def settled(known: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a record as read, with the date that is known where the one read says no more."""
    if _says_no_more(known, read):
        return read | {name: known[name] for name in ("published", "published_precision")}
    return read


def _says_no_more(known: dict[str, Any], read: dict[str, Any]) -> bool:
    if known["published"] is None or read["published"] is None:
        return False
    coarser = read["published_precision"] or "second"
    if coarser == "second" or _RANKS[coarser] < _RANKS[known["published_precision"] or "second"]:
        return False
    return abs(parse_time(known["published"]) - parse_time(read["published"])) < _SPANS[coarser]
