"""Moments that programs state as a number: seconds since 1970."""

from datetime import UTC, datetime
from typing import Any

from crawler.dates import AHEAD, FIRST_YEAR
from crawler.reading import Stated


def exact(seconds: Any, *, fetched: datetime) -> Stated | None:
    """Return the moment of a number of seconds; `None` for what is no number, or no moment of a post's."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
    return Stated(moment, "second") if moment.year >= FIRST_YEAR and moment <= fetched + AHEAD else None
