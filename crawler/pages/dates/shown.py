"""Find dates as blogs print them beside comments, in the languages blogs are written in, without parsing them."""

import re
from functools import lru_cache

from lxml import html

from crawler.pages.dates.names import ANY_MONTH, COUNTS, MONTH_NAMES, SPAN_NAMES, VIETNAMESE_DATE, WEEKDAY_NAMES

#: Longer lines are prose, and what dates they hold are part of it.
MAX_LINE = 240

#: Lines remembered: each group of marks on a page has the same lines looked at again.
CACHED = 8192

_MONTH = rf"(?:{MONTH_NAMES})\b\.?"
_ANY_MONTH = rf"(?:{ANY_MONTH})\b\.?"
_DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th|er|º)?\.?"
_YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)"
_TIME = (
    r"(?:kl\.?\s?)?\d{1,2}[:.h][0-5]\d(?::[0-5]\d)?(?:\s?[ap]\.?\s?m(?![a-z])\.?)?(?:\s?(?:uhr|hrs?|h)\b)?"
    r"(?:\s?\(?(?:[A-Z]{1,2}[SD]T|UTC|GMT|CET|CEST|Z)\b\)?)?(?:\s?[+-]\d\d:?\d\d)?|\d{1,2}\s?[ap]\.?m(?![a-z])\.?|\d{1,2}h\b"
)
_PREPOSITION = r"at|в|о|v|la|saat|pukul|um|à|às|a\s+las|alle(?:\s+ore)?|ore|om|klo?|o|of|de|den|on|le|the|am"
_JOIN = rf"[\s,/|@•·\u2013\u2014-]{{0,4}}(?:\b(?:{_PREPOSITION})\b\s?){{0,2}}[\s,@|:\u2013\u2014-]{{0,3}}"
_WEEKDAY = rf"(?:\b(?:{WEEKDAY_NAMES})\b\.?(?:-feira)?,?\s{{0,3}}(?:le |den |the )?)?"
_SEPARATOR = r"[\s./,\u2013\u2014-]{1,3}"
_OF = r"(?:(?:of|de|do|d['’])\s?)?"
#: "year" after a number, in Russian and Ukrainian.
_YEAR_WORD = r"(?:\s[гр]\b\.?)?"
_NAMED = (
    rf"{_WEEKDAY}(?:(?<!\d){_DAY_OF_MONTH}{_SEPARATOR}{_OF}\b{_ANY_MONTH}[\s./,\u2013\u2014-]{{0,3}}(?:(?:of|de|del|do)\s)?{_YEAR}{_YEAR_WORD}"
    rf"|\b{_DAY_OF_MONTH}{_SEPARATOR}{_OF}\b{_MONTH}(?:[\s./,\u2013\u2014-]{{0,3}}\d\d(?!\d|[:.]\d|,?\s(?:19|20)\d\d))?(?!\s\d{{1,2}},?\s(?:19|20)\d\d)"
    rf"|\b{_MONTH}{_SEPARATOR}{_DAY_OF_MONTH}\b(?![:.]\d\d)(?:[\s./,\u2013\u2014-]{{0,3}}(?:(?:of|de)\s)?{_YEAR})?"
    rf"|\b{_ANY_MONTH}\s{_DAY_OF_MONTH},?\s(?:(?:of|de)\s)?(?:19|20)\d\d"
    rf"|\b(?:19|20)\d\d(?:\sm\.)?{_SEPARATOR}\b{_ANY_MONTH}{_SEPARATOR}{_DAY_OF_MONTH}(?:\sd\b\.?)?"
    rf"|\b(?:19|20)\d\d\.\s?gada\s{_DAY_OF_MONTH}\s{_ANY_MONTH}|\b{_MONTH}\s{{1,2}}(?:19|20)\d\d)"
)
#: A day, a word and a year, where the word is of another script; and months that have a number for a name.
_FOREIGN = (
    rf"(?<![\d.])\d{{1,2}}\.?\s[\u0370-\uffff]\w{{2,11}}\.?,?\s(?:19|20)\d\d{_YEAR_WORD}"
    rf"|{VIETNAMESE_DATE}|\b(?:19|20)\d\d년\s?\d{{1,2}}월\s?\d{{1,2}}일"
)
_NUMERIC = (
    rf"{_WEEKDAY}(?:\b(?:19|20)\d\d[-./]\s?\d{{1,2}}[-./]\s?\d{{1,2}}|(?<![\d.:/-])\d{{1,2}}[-./]\s?\d{{1,2}}[-./]\s?(?:(?:19|20)\d\d|\d\d)\b)"
    r"|\b(?:19|20)\d\d年\s?\d{1,2}月\s?\d{1,2}日(?:\s?[上下]午)?"
)
_AGO = (
    rf"(?:\b(?:about|over|almost|circa|ca\.)\s)?\b{COUNTS}\s?(?:{SPAN_NAMES})(?:,?\s(?:and\s)?{COUNTS}\s?(?:{SPAN_NAMES})){{0,2}}\s(?:ago|geleden|fa|atr[aá]s|earlier)\b"
    rf"|\b(?:vor|il y a|hace|h[aá]|f[oö]r)\s(?:etwa\s|environ\s)?{COUNTS}\s(?:{SPAN_NAMES})(?:\s(?:sedan|siden))?\b"
    r"|(?:\bf[oö]r\s)?\b\d{1,3}\s?\w{1,12}\s(?:назад|тому|önce|sedan|siden|temu|sitten|ezelőtt|zpět)\b|\b\d{1,3}\s?\w{1,3}\s?(?:전|前)"
    r"|\b(?:just now|yesterday|today|gestern|heute|hier|aujourd[’']hui|ayer|hoy|ieri|oggi)\b"
)
# Without its first condition the search tried every branch at every letter, and took twice as long.
_DATE = re.compile(
    rf"(?=\d|\b\w)(?:(?:{_TIME})(?:[\s,/|@\u2013\u2014-]{{1,4}}|\s(?:on|am|le|of)\s)(?:on\s)?(?=\S))?(?:{_NAMED}|{_NUMERIC}|{_FOREIGN}|{_AGO})(?:{_JOIN}(?:{_TIME}))?",
    re.IGNORECASE,
)
#: Characters of an age with the spaces around it.
MAX_AGE = 40
#: "6d", "20h", "2 mo.": only where it is all of a line.
_SHORT_AGE = re.compile(r"\W{0,9}\d{1,3}\s?(?:s|min|m|h|hrs?|d|w|wk|mo|y|yr)\.?\W{0,3}", re.IGNORECASE)
_HINT = re.compile(
    r"\d|ago|geleden|atr[aá]s|yesterday|today|just now|gestern|heute|hier\b|ayer|hoy\b|ieri|oggi|vor ", re.IGNORECASE
)


def find_date(text: str) -> tuple[int, int] | None:
    """Return where the first date of a short line stands, with its weekday and time; `None` when it has none."""
    return _find_date(text) if len(text) <= MAX_LINE else None


def is_age(text: str) -> bool:
    """Tell whether a text is an age in short, "6d" or "20h", and nothing else."""
    return len(text) <= MAX_AGE and _SHORT_AGE.fullmatch(text) is not None


def find_time(text: str) -> tuple[int, int] | None:
    """Return where a lone time of day stands ("12:22 PM"), as some themes print in place of a date."""
    if len(text) > MAX_LINE:
        return None
    found = _LONE_TIME.search(text)
    return found.span() if found else None


_LONE_TIME = re.compile(rf"(?<![$€£¥.,])(?<![$€£¥]\s)\b(?:{_TIME})", re.IGNORECASE)


@lru_cache(maxsize=CACHED)
def _find_date(line: str) -> tuple[int, int] | None:
    if not _HINT.search(line):
        return None
    found = _SHORT_AGE.fullmatch(line) or _DATE.search(line)
    return found.span() if found else None


#: Kinds of elements that state a moment.
STAMPED = frozenset({"time", "relative-time", "time-ago", "local-time", "abbr"})
#: An element that shows more words is no date in words.
MAX_WORDS = 6
#: Characters of the text looked at.
MAX_SHOWN = 200

_STAMP = re.compile(
    r"\s{0,9}((?:19|20)\d\d-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?"
)


def stamp_of(element: html.HtmlElement) -> str | None:
    """Return the moment that an element states, as it would be shown; `None` where it shows a date of its own."""
    found = _STAMP.match(element.get("datetime") or element.get("title") or "")
    if found is None:
        return None
    shown = "".join(element.itertext())
    if len(shown) > MAX_SHOWN or len(shown.split()) > MAX_WORDS or find_date(" ".join(shown.split())):
        return None
    return " ".join(part for part in found.groups() if part)
