"""Properties a query asks for by a field and a value: site, kind, language, dates, length."""

import re
from collections.abc import Callable

from archive.search.query.dates import NotADateError, period, within
from archive.search.query.languages import language_code
from archive.search.query.tree import Address, Between, Named, Node
from archive.search.words import fold

#: What `has:` may ask for, as typed, and its name.
HAS = {"comments": "comments", "comment": "comments", "author-reply": "author-reply", "date": "date"}

#: Fields whose value is a date, which may be of several words.
DATES = ("before", "after", "year")

_KINDS = {"post": "post", "posts": "post", "comment": "comment", "comments": "comment", "reply": "comment"}
#: The address of a page, and not of a whole site.
ADDRESS = re.compile(r"https?://[^\s/?#]+/[^\s#]\S*", re.IGNORECASE)

_COUNT = re.compile(r"(?P<sign>[<>]=?|)(?P<least>\d{1,9})(?:(?:-|\.\.)(?P<most>\d{1,9}))?")


class NotUnderstoodError(ValueError):
    """Say what is wrong with a value, in words that follow it."""


def condition(field: str, value: str) -> Node:
    """Return what a field of `PROPERTIES` and its value ask for; raise `NotUnderstoodError`."""
    try:
        return PROPERTIES[field](value)
    except NotADateError as error:
        raise NotUnderstoodError(error.reason) from error


def _site(value: str) -> Node:
    host = fold(value).rpartition("://")[2].partition("/")[0].removeprefix("*.").removeprefix("www.")
    if not host:
        raise NotUnderstoodError("is not a site; write its address")
    return Named("site", host)


def _kind(value: str) -> Node:
    known = _KINDS.get(value.lower())
    if known is None:
        raise NotUnderstoodError("is not understood; it can be post or comment")
    return Named("kind", known)


def _platform(value: str) -> Node:
    return Named("platform", fold(value))


def _language(value: str) -> Node:
    return Named("language", language_code(value))


def _thread(value: str) -> Node:
    if value.startswith("post:"):
        return Named("thread", value)
    if not ADDRESS.fullmatch(value):
        raise NotUnderstoodError("is not a thread; write its post's address, or its id, which begins with “post:”")
    return Address(value)


def _has(value: str) -> Node:
    known = HAS.get(value.lower())
    if known is None:
        raise NotUnderstoodError(f"is not understood; it can be {', '.join(dict.fromkeys(HAS.values()))}")
    return Named("has", known)


def _before(value: str) -> Node:
    start, _, said = period(value)
    return Between("date", None, start - 1, f"before {said}")


def _after(value: str) -> Node:
    start, _, said = period(value)
    return Between("date", start, None, f"from {said} on")


def _words(value: str) -> Node:
    match = _COUNT.fullmatch(value.replace(",", ""))
    if match is None:
        raise NotUnderstoodError("is not understood; write words:>500 or words:100-500")
    least, sign = int(match["least"]), match["sign"]
    if match["most"]:
        if int(match["most"]) < least:
            raise NotUnderstoodError("ends before it begins")
        return Between("words", least, int(match["most"]), f"{least} to {match['most']} words")
    if sign.startswith("<"):
        most = least if sign == "<=" else least - 1
        return Between("words", None, most, f"at most {most} words")
    least += sign == ">"
    return Between("words", least, None, f"at least {least} words")


PROPERTIES: dict[str, Callable[[str], Node]] = {
    "site": _site,
    "kind": _kind,
    "platform": _platform,
    "lang": _language,
    "in": _thread,
    "has": _has,
    "before": _before,
    "after": _after,
    "year": within,
    "words": _words,
}
