"""Dates in queries: 2015, 2015-03, "March 2015", "Q1 2015", yesterday, "3 months ago", >2014, 2014-2016."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

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


#: The first day of a period, and the first after it.
Span = tuple[date, date]

#: Words that a name has at most behind its first one: "the last three months".
MORE_WORDS = 3

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DECEMBER = 12
_CENTURY = 100
#: Months of the longer units, days of the shorter ones.
_IN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_IN_DAYS = {"day": 1, "week": 7}


class NotADateError(ValueError):
    """Say that a text is not a date."""

    def __init__(self, text: str, reason: str = "is not a date; write it as 2015, 2015-03 or 2015-03-31") -> None:
        """Keep what is wrong with it, in words."""
        super().__init__(text)
        self.reason = reason


def named(text: str, today: date) -> Span:
    """Return the day or longer period of this name; raise `NotADateError`.

    A day or a month without a year is the last one that has begun.
    """
    plain = " ".join(text.lower().replace("’", "'").split())
    try:
        for form, read in _FORMS:
            if match := form.fullmatch(plain):
                return read(match, today)
    except (ValueError, OverflowError) as error:
        raise error if isinstance(error, NotADateError) else NotADateError(text) from error
    raise NotADateError(text)


def _day(match: re.Match[str], today: date) -> Span:
    del match
    return _days(today)


def _yesterday(match: re.Match[str], today: date) -> Span:
    del match
    return _days(today - timedelta(days=1))


def _numbers(match: re.Match[str], today: date) -> Span:
    del today
    year, month, day = (int(number) if number else None for number in match.groups())
    return _calendar(year or 0, month, day)


def _day_and_month(match: re.Match[str], today: date) -> Span:
    """Read 31.3.2015 and 3/31/2015; where a slash leaves open which number is the day, nothing is guessed."""
    del today
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "/" and first != second and max(first, second) <= _DECEMBER:
        readings = f"{year:04}-{second:02}-{first:02} or {year:04}-{first:02}-{second:02}"
        raise NotADateError(match[0], f"can be read in two ways; write {readings}")
    month, day = (first, second) if match[2] == "/" and second > _DECEMBER else (second, first)
    return _calendar(year, month, day)


def _month(match: re.Match[str], today: date) -> Span:
    parts = match.groupdict()
    month, day = _MONTHS.index(parts["name"][:3]) + 1, int(parts["day"]) if parts["day"] else None
    if parts["year"]:
        return _calendar(int(parts["year"]), month, day)
    span = _calendar(today.year, month, day)
    return span if span[0] <= today else _calendar(today.year - 1, month, day)


def _quarter(match: re.Match[str], today: date) -> Span:
    del today
    parts = match.groupdict()
    first = (int(parts["quarter"]) - 1) * 3
    return _months_from(int(parts["year"]) * _DECEMBER + first, 3)


def _decade(match: re.Match[str], today: date) -> Span:
    year = int(match[1])
    if year < _CENTURY:
        year += today.year // _CENTURY * _CENTURY
        year -= _CENTURY * (year > today.year)
    return date(year, 1, 1), date(year + 10, 1, 1)


def _ago(match: re.Match[str], today: date) -> Span:
    start = _back(today, match)
    return start, start + timedelta(days=_IN_DAYS.get(match["unit"], 1))


def _lately(match: re.Match[str], today: date) -> Span:
    return _back(today, match), today + timedelta(days=1)


def _last_or_this(match: re.Match[str], today: date) -> Span:
    unit, back = match["unit"], int(match["which"] == "last")
    if unit in _IN_DAYS:
        start = today - timedelta(days=back * _IN_DAYS[unit])
        return start, start + timedelta(days=_IN_DAYS[unit])
    length = _IN_MONTHS[unit]
    now = today.year * _DECEMBER + today.month - 1
    return _months_from((now // length - back) * length, length)


def _back(today: date, match: re.Match[str]) -> date:
    number, unit = _number(match["number"]), match["unit"]
    if unit in _IN_DAYS:
        return today - timedelta(days=number * _IN_DAYS[unit])
    year, month = divmod(today.year * _DECEMBER + today.month - 1 - number * _IN_MONTHS[unit], _DECEMBER)
    return date(year, month + 1, min(today.day, 28))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBERS.index(text) + 1 if text in _NUMBERS else 1


def _calendar(year: int, month: int | None, day: int | None) -> Span:
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    if day is None:
        date(year, month, 1)  # a month there is
        return _months_from(year * _DECEMBER + month - 1, 1)
    return _days(date(year, month, day))


def _days(day: date) -> Span:
    return day, day + timedelta(days=1)


def _months_from(first: int, number: int) -> Span:
    """Return so many months, the first of them counted from the year 0."""
    start, end = divmod(first, _DECEMBER), divmod(first + number, _DECEMBER)
    return date(start[0], start[1] + 1, 1), date(end[0], end[1] + 1, 1)


_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NUMBER = rf"(?P<number>\d{{1,4}}|an?|{'|'.join(_NUMBERS)})"
_TIME = r"(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?\s?(?:z|utc|[+-]\d{2}:?\d{2})?)?"

_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span]], ...] = tuple(
    (re.compile(form, re.ASCII), read)
    for form, read in (
        (r"today", _day),
        (r"yesterday", _yesterday),
        (r"(\d{4})(?:[-/.](\d{1,2}))?()", _numbers),
        (rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", _numbers),
        (r"(\d{4})(\d{2})(\d{2})", _numbers),
        (r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", _day_and_month),
        (rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .-]+(?:of )?)?{_NAME}(?:,? |-)?(?P<year>\d{{4}})?", _month),
        (rf"{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?", _month),
        (r"q(?P<quarter>[1-4])(?: of)?[ -/]?(?P<year>\d{4})", _quarter),
        (r"(?P<year>\d{4})[ -/]?q(?P<quarter>[1-4])", _quarter),
        (r"(?:the )?'?(\d{2}|\d{3}0)'?s", _decade),
        (rf"{_NUMBER} ?(?P<unit>day|week|month|quarter|year)s?(?: ago)?", _ago),
        (rf"(?:the )?(?:last|past) {_NUMBER} ?(?P<unit>day|week|month|quarter|year)s?", _lately),
        (r"(?:the )?(?P<which>last|this) (?P<unit>day|week|month|quarter|year)", _last_or_this),
    )
)
