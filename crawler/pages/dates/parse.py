"""Dates as pages show them: exact, by day, by month, in words, or counted back from now.

A date without a zone is taken as it stands, as UTC: the day and the time are those the page shows, and the true
moment is up to fourteen hours away. Give `zone` where the site states one.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from dateparser.data.languages_info import language_locale_dict
from dateparser.date import DateDataParser

from archive.records.models import Precision
from crawler.pages.dates.names import DAYS, ONE, SPANS, VIETNAMESE_DATE, ZONES, month_number, plain
from crawler.pages.models import StatedDate

#: Before the first web pages, a date is a mistake.
FIRST_YEAR = 1990
#: A site's clock and its zone may run ahead of ours.
AHEAD = timedelta(days=2)
#: A longer text is not a date.
MAX_SHOWN = 200
#: A longer text is not worth dateparser's time (its cost grows with length, and with each language).
MAX_WORDS = 60
#: Two-digit years up to this one are of this century.
PIVOT = 69
MONTHS_A_YEAR = 12
HALF_DAY = 12

_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)"
    r"(?:[T ]{1,3}(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?!\d))?"
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)")
_CJK = re.compile(r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]")
_VIETNAMESE = re.compile(VIETNAMESE_DATE, re.IGNORECASE)
_NUMERIC = re.compile(
    r"(?<![\d.:/])(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/])"
)
_WORD = r"(?P<name>[^\W\d_]{2,14})"
_NTH = r"(?:st|nd|rd|th|er|\.|º|ª)?"
_YEAR = r"(?P<year>\d{4}|['’]\d{2})(?!\d)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_NAMED = (
    re.compile(
        rf"{_DAY}{_NTH}[\s\-/,]{{0,3}}(?:(?:de|of|do|d['’])\s?)?{_WORD}\.?[\s\-/,]{{0,3}}(?:(?:de|del|of)\s)?{_YEAR}"
    ),
    re.compile(rf"{_DAY}-{_WORD}-(?P<year>\d\d)(?!\d)"),
    re.compile(rf"{_WORD}\.?[\s\-/]{{0,3}}{_DAY}{_NTH}(?:\s?,\s?|\s{{1,3}}|-)(?:of\s)?{_YEAR}"),
    re.compile(
        rf"{_WORD}\s{{1,2}}{_DAY}\s(?=\d\d:\d\d:\d\d\s(?:[A-Z]{{1,4}}\s)?(?:[+-]\d{{4}}\s)?(?P<year>\d{{4}}))"
    ),
    re.compile(rf"(?P<year>\d{{4}})(?:\sm\.)?[\s\-,.]{{1,3}}{_WORD}\.?[\s\-]{{1,3}}(?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"(?P<year>\d{{4}})\.\s?gada\s(?P<day>\d{{1,2}})\.?\s{_WORD}"),
)
_MONTH_YEAR = re.compile(rf"{_WORD}\.?,?\s(?:de\s)?{_YEAR}")
_BARE_YEAR = re.compile(r"(?P<year>\d{4})")
_TIME = re.compile(
    r"(?<![\d.])(?P<hour>[01]?\d|2[0-4])\s?(?:[:h]\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b)?|(?:[.](?P<minutes>[0-5]\d))?\s?(?:(?P<halves>[ap])\.?\s?m\b|uhr\b))",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\s?\(?(?P<name>[a-z]{1,4}\b)?\s?(?P<offset>[+-](?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?(?!\d))?",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"(?P<before>\b(?:vor|il y a|hace|há|ha|vor etwa|vor ca\.?)\s)?"
    r"(?:(?:about|over|almost|circa|etwa|environ|unos|un po'|ca\.?)\s)?"
    r"(?P<count>\d{1,4}|\b[^\W\d_]{1,5})\s?(?P<span>[^\W\d_]{1,9})\.?(?P<after>\s(?:ago|fa|geleden|atrás|atras|sedan|siden|temu|önce|once|sitten)\b)?"
)
_SHORT_AGO = re.compile(r"(?P<count>\d{1,3})\s?(?P<span>[a-z]{1,3})")
#: Text that may hold a date in a language we have no table for: a year, or a number beside letters that are not ours.
_PROMISING = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[^\x00-\u024f]")
_OTHER_LANGUAGES = (
    "en",
    "ru",
    "pl",
    "sv",
    "da",
    "nb",
    "fi",
    "cs",
    "tr",
    "uk",
    "hu",
    "el",
    "ro",
    "ja",
    "ko",
    "zh",
    "ar",
    "he",
)

#: A fixed now, so that the parsers can be kept; only distances from it are used.
_DATEPARSER_NOW = datetime(2020, 6, 15, 12, tzinfo=UTC)

_COARSE: dict[str, tuple[timedelta, Precision]] = {
    "second": (timedelta(seconds=1), "day"),
    "minute": (timedelta(minutes=1), "day"),
    "hour": (timedelta(hours=1), "day"),
    "day": (timedelta(days=1), "day"),
    "week": (timedelta(weeks=1), "month"),
    "month": (timedelta(days=30.44), "month"),
    "year": (timedelta(days=365.25), "year"),
}


def parse_date(
    shown: str, *, fetched: datetime, languages: tuple[str, ...] | None = None, zone: tzinfo | None = None
) -> StatedDate | None:
    """Return the moment that a text states, as exactly as it states it; `None` when it states none that can be.

    `languages` are ISO 639-1 codes, `en-GB` for a region: they decide whether 3/4 is in March. `zone` is the
    site's, for texts that name none.
    """
    text = " ".join(unicodedata.normalize("NFKC", shown[: MAX_SHOWN * 2]).split())[:MAX_SHOWN]
    if not any(letter.isdigit() or letter.isalpha() for letter in text):
        return None
    try:
        stated = _stated(text, fetched, languages or (), zone or UTC)
    except (ValueError, OverflowError):  # the 31st of February, the year 0
        return None
    if stated is None or stated.moment.year < FIRST_YEAR or stated.moment > fetched + AHEAD:
        return None
    return stated


def _stated(text: str, fetched: datetime, languages: tuple[str, ...], zone: tzinfo) -> StatedDate | None:
    if _EPOCH.fullmatch(text):
        return StatedDate(datetime.fromtimestamp(int(text[:10]), UTC), "second")
    found = (
        _by_number(text, zone)
        or _by_name(text, languages, zone)
        or _by_numbers_alone(text, languages, zone)
        or _ago(text, fetched)
        or _less(text, languages)
    )
    return found or _by_dateparser(text, fetched, languages, zone)


def _by_number(text: str, zone: tzinfo) -> StatedDate | None:
    """Read dates whose numbers are told by their order or by words beside them."""
    match = _ISO.search(text) or _COMPACT.match(text) or _CJK.search(text) or _VIETNAMESE.search(text)
    if match is None:
        return None
    parts = match.groupdict()
    day = (int(parts["year"]), int(parts["month"]), int(parts["day"]))
    if parts.get("hour") is None:
        return _with_time(day, text, match.span(), zone)
    zone = _zone(text, match.end()) or zone
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
    moment = datetime(*day, tzinfo=zone) + timedelta(hours=hour, minutes=minute, seconds=second)
    return StatedDate(moment.astimezone(UTC), "second" if parts["second"] else "minute")


def _by_name(text: str, languages: tuple[str, ...], zone: tzinfo) -> StatedDate | None:
    """Read dates with the month in words."""
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            month = month_number(match["name"], languages)
            if month is not None:
                return _with_time((_year(match["year"]), month, int(match["day"])), text, match.span(), zone)
    return None


def _by_numbers_alone(text: str, languages: tuple[str, ...], zone: tzinfo) -> StatedDate | None:
    match = _NUMERIC.search(text)
    if match is None:
        return None
    one, two = int(match["one"]), int(match["two"])
    day_first = one > MONTHS_A_YEAR or (two <= MONTHS_A_YEAR and _day_first(languages, match["mark"]))
    month, day = (two, one) if day_first else (one, two)
    return _with_time((_year(match["year"]), month, day), text, match.span(), zone)


def _day_first(languages: tuple[str, ...], mark: str) -> bool:
    """Tell the order of day and month: only American English starts with the month."""
    if not languages:
        return mark == "."
    return not any(language.lower() in {"en", "en-us"} for language in languages[:1])


def _with_time(day: tuple[int, int, int], text: str, span: tuple[int, int], zone: tzinfo) -> StatedDate:
    """Add the time of day shown after the date, or else before it."""
    time = _TIME.search(text, span[1]) or _TIME.search(text[: span[0]])
    if time is None:
        return StatedDate(datetime(*day, tzinfo=UTC), "day")
    source = text if time.start() >= span[1] else text[: span[0]]
    hour = int(time["hour"])
    half = (time["half"] or time["halves"] or "").lower()
    if half and 1 <= hour <= HALF_DAY:
        hour = hour % HALF_DAY + (HALF_DAY if half == "p" else 0)
    minute, second = int(time["minute"] or time["minutes"] or 0), int(time["second"] or 0)
    moment = datetime(*day, tzinfo=_zone(source, time.end()) or zone)
    moment += timedelta(hours=hour, minutes=minute, seconds=second)
    return StatedDate(moment.astimezone(UTC), "second" if time["second"] else "minute")


def _zone(text: str, start: int) -> tzinfo | None:
    match = _ZONE.match(text, start)
    if match is None or not (match["name"] or match["offset"]):
        return None
    name = (match["name"] or "").lower()
    if name and name not in ZONES:
        return None
    if not match["offset"]:
        return timezone(timedelta(hours=ZONES[name]))
    ahead = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-ahead if match["offset"][0] == "-" else ahead)


def _year(digits: str) -> int:
    year = int(digits.lstrip("'’"))
    if len(digits.lstrip("'’")) > len("99"):
        return year
    return year + (2000 if year <= PIVOT else 1900)


def _ago(text: str, fetched: datetime) -> StatedDate | None:
    """Read spans counted back from the fetch, cut to their precision, so that they shift as little as can be."""
    words = text.lower()
    first = words.split()[0].strip(",:")
    if first in DAYS:
        return _floor(fetched - timedelta(days=DAYS[first]), "day")
    for match in _AGO.finditer(words):
        if match["before"] or match["after"]:
            return _back(match["count"], match["span"], fetched)
    short = _SHORT_AGO.fullmatch(words)
    return _back(short["count"], short["span"], fetched) if short else None


def _back(count: str, span: str, fetched: datetime) -> StatedDate | None:
    name = SPANS.get(plain(span))
    number = 1 if plain(count) in ONE else int(count) if count.isdigit() else None
    if name is None or number is None:
        return None
    length, precision = _COARSE[name]
    return _floor(fetched - number * length, precision)


def _floor(moment: datetime, precision: Precision) -> StatedDate:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if precision == "month":
        day = day.replace(day=1)
    elif precision == "year":
        day = day.replace(day=1, month=1)
    return StatedDate(day, precision, relative=True)


def _less(text: str, languages: tuple[str, ...]) -> StatedDate | None:
    """Read a month and year, or a year alone; never out of a longer text."""
    match = _MONTH_YEAR.fullmatch(text)
    if match and (month := month_number(match["name"], languages)):
        return StatedDate(datetime(_year(match["year"]), month, 1, tzinfo=UTC), "month")
    if numbers := re.fullmatch(r"(\d{4})[-/](\d{1,2})", text):
        return StatedDate(datetime(int(numbers[1]), int(numbers[2]), 1, tzinfo=UTC), "month")
    return StatedDate(datetime(int(text), 1, 1, tzinfo=UTC), "year") if _BARE_YEAR.fullmatch(text) else None


def _by_dateparser(text: str, fetched: datetime, languages: tuple[str, ...], zone: tzinfo) -> StatedDate | None:
    """Ask dateparser for what our tables don't hold; only for a text that names a year or is in another script."""
    if len(text) > MAX_WORDS or not _PROMISING.search(text):
        return None
    known = tuple(language.split("-")[0].lower() for language in languages)
    for tried in (known, _OTHER_LANGUAGES):
        absolute, relative = _parsers(tried)
        found = absolute and absolute.get_date_data(text)
        if found and found.date_obj:
            moment = found.date_obj if found.date_obj.tzinfo else found.date_obj.replace(tzinfo=zone)
            return _as_exactly(moment, found.parts)
        found = relative and relative.get_date_data(text)
        if found and found.date_obj:
            return _as_far(found.date_obj.replace(tzinfo=UTC) - _DATEPARSER_NOW, fetched)
    return None


def _as_exactly(moment: datetime, parts: tuple[str, ...]) -> StatedDate:
    if "time" in parts:
        return StatedDate(moment.astimezone(UTC), "second" if moment.second else "minute")
    day = datetime(moment.year, moment.month, moment.day if "day" in parts else 1, tzinfo=UTC)
    return StatedDate(day, "day" if "day" in parts else "month")


def _as_far(back: timedelta, fetched: datetime) -> StatedDate:
    precision: Precision = "day" if back > -timedelta(weeks=1) else "month"
    return _floor(fetched + back, precision if back > -timedelta(days=364) else "year")


@lru_cache(maxsize=64)
def _parsers(languages: tuple[str, ...]) -> tuple[DateDataParser | None, DateDataParser | None]:
    """Return dateparser for absolute and for relative dates; nothing for languages it does not know."""
    if not languages or not all(language in language_locale_dict for language in languages):
        return None, None
    absolute = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["year", "month"]}
    relative = {"PARSERS": ["relative-time"], "RELATIVE_BASE": _DATEPARSER_NOW.replace(tzinfo=None)}
    return tuple(
        DateDataParser(languages=list(languages), settings=parser_settings)
        for parser_settings in (absolute, relative)
    )


def exact(seconds: Any, *, fetched: datetime) -> StatedDate | None:
    """Return the moment of a number of seconds; `None` for what is no number, or no moment of a post's."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return None
    return StatedDate(moment, "second") if moment.year >= FIRST_YEAR and moment <= fetched + AHEAD else None


def machine_moment(text: str | None) -> datetime | None:
    """Return the aware UTC time of a feed's or sitemap's date; a bare day counts from its beginning."""
    if text is None:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, OverflowError):
            continue
        try:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except OverflowError:
            return None
    return None
