"""Dates as people write them in queries: 2015, 2015-03, "March 2015", yesterday, "3 months ago"."""

import re
from datetime import UTC, date, datetime, timedelta

from archive.query_tree import Between

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = {"today": 0, "yesterday": 1}
_NUMBERS = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]{3,9})\.?,?\s+(\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_AGO = re.compile(r"(?:(\d{1,4})\s*|an?\s+|last\s+|this\s+)(day|week|month|year)s?(\s+ago)?")
_DECEMBER = 12
#: Seconds of the shortest year; of what is dated to a year, no shorter period is known.
_YEAR_SECONDS = 365 * 24 * 60 * 60


class NotADateError(ValueError):
    """Say that a text is not a date."""


def period(text: str, today: date | None = None) -> tuple[int, int, str]:
    """Return the first second of the day, month or year that `text` names, the first after it, and its plain form.

    All in UTC. Raise `NotADateError`.
    """
    try:
        start, end = _named(" ".join(text.lower().split()), today or datetime.now(UTC).date())
    except (ValueError, OverflowError) as error:
        raise NotADateError(text) from error
    return _seconds(start), _seconds(end), _plain(start, end)


def within(text: str, today: date | None = None) -> Between:
    """Return the condition of a date within the period that `text` names; raise `NotADateError`."""
    start, end, said = period(text, today)
    return Between("date" if end - start >= _YEAR_SECONDS else "month", start, end - 1, f"in {said}")


def _named(text: str, today: date) -> tuple[date, date]:
    if text in _DAYS:
        return _span(today - timedelta(days=_DAYS[text]))
    if match := _NUMBERS.fullmatch(text):
        return _span(*(int(number) if number else None for number in match.groups()))
    if match := _DAY_FIRST.fullmatch(text):
        return _span(int(match[3]), _month(match[2]), int(match[1]) if match[1] else None)
    if match := _MONTH_FIRST.fullmatch(text):
        return _span(int(match[3]), _month(match[1]), int(match[2]))
    if match := _AGO.fullmatch(text):
        return _relative(match, today)
    raise NotADateError(text)


def _relative(match: re.Match[str], today: date) -> tuple[date, date]:
    number = int(match[1] or (0 if match[0].startswith("this") else 1))
    unit = match[2]
    if unit == "day":
        return _span(today - timedelta(days=number))
    if unit == "week":
        start = today - timedelta(days=7 * number)
        return start, start + timedelta(days=7)
    months = number * (_DECEMBER if unit == "year" else 1)
    ordinal = today.year * _DECEMBER + today.month - 1 - months
    year, month = divmod(ordinal, _DECEMBER)
    if match[3]:  # "3 months ago" is a day, "last month" is a month
        return _span(date(year, month + 1, min(today.day, 28)))
    return _span(year, month + 1) if unit == "month" else _span(year)


def _span(year: date | int | None, month: int | None = None, day: int | None = None) -> tuple[date, date]:
    if isinstance(year, date):
        return year, year + timedelta(days=1)
    if year is None:
        raise NotADateError
    if day is not None and month is not None:
        return _span(date(year, month, day))
    if month is not None:
        following = date(year + 1, 1, 1) if month == _DECEMBER else date(year, month + 1, 1)
        return date(year, month, 1), following
    return date(year, 1, 1), date(year + 1, 1, 1)


def _month(name: str) -> int:
    if name[:3] not in _MONTHS or not _full_name(name):
        raise NotADateError(name)
    return _MONTHS.index(name[:3]) + 1


def _full_name(name: str) -> bool:
    full = date(2000, _MONTHS.index(name[:3]) + 1, 1).strftime("%B").lower()
    return full.startswith(name) or name == "sept"


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _plain(start: date, end: date) -> str:
    if (start.month, start.day) == (end.month, end.day) == (1, 1) and end.year == start.year + 1:
        return f"{start.year}"
    if start.day == end.day == 1 and (end - start).days <= 31:  # noqa: PLR2004 (days of a month)
        return f"{start:%Y-%m}"
    return start.isoformat()
