"""Conditions of dates in queries: a period named as `date_names` reads it, years from one to another, >2014."""

import re
from datetime import UTC, date, datetime, timedelta

from archive.search.query.date_names import NotADateError, named
from archive.search.query.tree import Between

#: Seconds of the shortest year; of what is dated to a year, no shorter period is known.
_YEAR_SECONDS = 365 * 24 * 60 * 60
_COMPARED = re.compile(r"(?P<sign>[<>]=?)\s*(?P<text>.+)")
_YEARS = re.compile(r"(\d{4})\s*-\s*(\d{4})")
_FROM_TO = re.compile(r"(.+?)(?:\s*\.\.\.?\s*|\s+(?:to|until|-)\s+)(.+)")


def period(text: str, today: date | None = None) -> tuple[int, int, str]:
    """Return the first second of the period that `text` names, the first after it, and its plain form.

    All in UTC. Raise `NotADateError`.
    """
    start, end = named(text, today or datetime.now(UTC).date())
    return _seconds(start), _seconds(end), _whole(start, end) or start.isoformat()


def within(text: str, today: date | None = None) -> Between:
    """Return the condition of a date within what `text` names, be it 2014-2016 or >2014; raise `NotADateError`."""
    plain = " ".join(text.split())
    if match := _COMPARED.fullmatch(plain):
        return _compared(match["sign"], *period(match["text"], today))
    if match := _YEARS.fullmatch(plain) or _FROM_TO.fullmatch(plain):
        first, last = (named(each, today or datetime.now(UTC).date()) for each in match.groups())
        if last[0] < first[0]:
            raise NotADateError(text, "ends before it begins")
        return _from_to(first[0], last[1], f"from {_first(*first)} to {_last(*last)}")
    start, end = named(plain, today or datetime.now(UTC).date())
    whole = _whole(start, end)
    return _from_to(start, end, f"in {whole}" if whole else f"from {_first(start, end)} to {_last(start, end)}")


def _from_to(start: date, end: date, said: str) -> Between:
    least, most = _seconds(start), _seconds(end)
    return Between("date" if most - least >= _YEAR_SECONDS else "month", least, most - 1, said)


def _compared(sign: str, start: int, end: int, said: str) -> Between:
    conditions = {
        ">": Between("date", end, None, f"after {said}"),
        ">=": Between("date", start, None, f"from {said} on"),
        "<": Between("date", None, start - 1, f"before {said}"),
        "<=": Between("date", None, end - 1, f"up to {said}"),
    }
    return conditions[sign]


def _first(start: date, end: date) -> str:
    return _whole(start, end) or start.isoformat()


def _last(start: date, end: date) -> str:
    return _whole(start, end) or (end - timedelta(days=1)).isoformat()


def _whole(start: date, end: date) -> str | None:
    """Return how a year, a month or a day is written; `None` for another period."""
    if end - start == timedelta(days=1):
        return start.isoformat()
    if start.day == end.day == 1 and (end - start).days <= 31:  # noqa: PLR2004 (days of a month)
        return f"{start:%Y-%m}"
    if (start.month, start.day, end) == (1, 1, date(start.year + 1, 1, 1)):
        return f"{start:%Y}"
    return None


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
