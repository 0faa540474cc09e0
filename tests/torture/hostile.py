"""Hostile pages and answers: real ones of every platform and comment system, spoiled by seeded chance.

A mutation of number `n` is the same on every machine, so a failure is repeated by its number.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from crawler.pages.fetch import RefusedError
from crawler.pages.page import Page
from tests.support.answers import FETCHED, Answers

#: Requests that one hostile site may cost in a test; a crawl has a budget too.
BUDGET = 40

#: What no record and no page of ours may hold.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SCRIPT = "<script>alert('hostile')</script><img src=x onerror=alert(1)>"
#: What stands where something sensible should.
TEXTS = (
    # Characters
    "", " ", "\x00", "a\x00b\x08\x1b[31m\x7f\x85", "\ud800", "\udfff\ud800", "\u202eevil\u2066\u2067",
    "\u2028\u2029\ufeff\ufffe\uffff", "é" * 5000, "word " * 2000, "\U0001f600" * 10, "%", "%ff%fe%00", "%ud800",
    "\r\nX-Injected: 1",
    # Markup
    SCRIPT, "\"'><svg onload=alert(1)>", "{{ 7*7 }}${7*7}", "<", "&", "&#xD800;&#0;&#x202e;", "<![CDATA[", "<!--",
    "]]>", "</p>" * 50, "<div>" * 300, "<ol><li>" * 200,
    # Addresses
    "javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "../../../../etc/passwd",
    "http://[::1", "//[", "http://[v1.x]/", "https://ann:secret@b.example/", "http://169.254.169.254/latest/",
    "http://b.example:99999/", "http://b.example:x/", "//", "#", "?", "http://\u2170.example/", "http://a b/",
    "http://" + "a" * 300 + ".example/", "http://xn--a/",
    # Dates
    "0000-00-00", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "99999-01-01T00:00:00Z", "2024-02-30", "12 Foo 99999", "1 January 0001", "999999999999999999999 years ago",
    "Thu, 01 Jan 0000 00:00:00 +9999", "Thu, 31 Dec 9999 23:59:59 -9959",
    # Numbers
    "-1", "1e999", "NaN", "9" * 400, "9" * 5000, "٣", "²", "0x10", "1_000",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**40, 1e308, float("inf"), float("nan"), -0.5, [], {},
    [None], [[]], [{}], {"": None}, {"id": "1"}, [1, "a", None],
)  # fmt: skip
_PARENTS = re.compile(r"parent|reply|answer|pid|rid|ancestor|in.to", re.IGNORECASE)
_PIECE = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"(\s[\w:-]+=)(\"[^\"]*\"|'[^']*'|[^\s>]+)")


class Spoiler:
    """Chance that spoils one site: the same number, the same harm."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)

    def answers(self, answer: Callable[[str], Any]) -> Answers:
        """Return a site of which some answers are spoiled, and every question beyond the budget refused."""
        known: list[Any] = []

        def spoiled(url: str) -> Any:
            if len(known) >= BUDGET:
                raise RefusedError(url, "the budget is used up")
            url.encode("utf-8", "surrogatepass")
            value = answer(url)
            if value is None and known and self._chance.random() < 0.5:
                value = self._chance.choice(known)
            known.append(value)
            return self.value(value) if value is not None and self._chance.random() < 0.4 else value

        return Answers(spoiled)

    def value(self, value: Any) -> Any:
        """Return an answer spoiled in one to four places."""
        if isinstance(value, Page):
            return replace(value, body=self.html(value.body.decode("utf-8", "surrogateescape")))
        if isinstance(value, str):
            return Page("https://x.example/", self.html(value), FETCHED)
        for _ in range(self._chance.randint(1, 4)):
            value = self._json(value)
        if isinstance(value, str):
            return Page("https://x.example/", json.dumps(value).encode(), FETCHED)
        return value

    def html(self, text: str) -> bytes:
        """Return a page spoiled in one to six places, and sometimes in its bytes."""
        for _ in range(self._chance.randint(1, 6)):
            text = self._markup(text)
        body = text.encode("utf-8", "surrogatepass")
        if self._chance.random() < 0.15 and body:
            at = self._chance.randrange(len(body))
            body = body[:at] + self._chance.randbytes(8) + body[at + 4 :]
        return body

    def _markup(self, text: str) -> str:
        pieces = list(_PIECE.finditer(text))
        if not pieces:
            return text + self._chance.choice(TEXTS)
        piece = self._chance.choice(pieces)
        before, tag, after = text[: piece.start()], piece[0], text[piece.end() :]
        harms: list[Callable[[], str]] = [
            lambda: before + self._attribute(tag) + after,
            lambda: before + self._attribute(tag) + after,
            lambda: before + tag + self._chance.choice(TEXTS) + "<" + after.partition("<")[2],
            lambda: before + after,
            lambda: before + tag * self._chance.choice([2, 30, 400]) + after,
            lambda: text[: self._chance.randrange(len(text))],
            lambda: self._embedded(text),
        ]
        return self._chance.choice(harms)()

    def _attribute(self, tag: str) -> str:
        found = list(_ATTRIBUTE.finditer(tag))
        if not found:
            return tag + self._chance.choice(TEXTS)
        one = self._chance.choice(found)
        harm = self._chance.choice(TEXTS).replace('"', "&quot;")
        return f'{tag[: one.start()]}{one[1]}"{harm}"{tag[one.end() :]}'

    def _embedded(self, text: str) -> str:
        """Spoil a number or a string of what scripts of the page hold."""
        found = list(re.finditer(r"\\?\"[^\"\\\n]{0,80}\\?\"|\b\d+\b|\bnull\b|\btrue\b", text))
        if not found:
            return text
        one = self._chance.choice(found)
        harm = json.dumps(self._value(), default=str)
        if one[0].startswith("\\"):
            harm = json.dumps(harm)[1:-1]
        return text[: one.start()] + harm + text[one.end() :]

    def _value(self) -> Any:
        kind = self._chance.randrange(8)
        if kind <= 4:
            return self._chance.choice(TEXTS)
        if kind <= 6:
            return self._chance.choice(VALUES)
        deep: Any = []
        for _ in range(self._chance.choice([3, 400])):
            deep = [deep] if self._chance.random() < 0.5 else {"children": deep, "replies": [deep], "comment": deep}
            if isinstance(deep, dict) and self._chance.random() < 0.99:
                deep = {"children": deep["children"]}
        return deep

    def _json(self, value: Any) -> Any:
        places = list(_places(value))
        if not places:
            return self._value()
        holder, key = self._chance.choice(places)
        kind = self._chance.randrange(8)
        copy = json.loads(json.dumps(value))
        target = _at(copy, holder)
        if kind <= 4:
            target[key] = self._value()
        elif kind == 5 and isinstance(target[key], list):
            target[key] = target[key] * self._chance.choice([2, 50])
        elif kind == 6:
            del target[key]
        else:
            self._tangle(copy, [(holder, key) for holder, key in places])
        return copy

    def _tangle(self, copy: Any, places: list[tuple[tuple[Any, ...], Any]]) -> None:
        """Let comments answer each other at random, themselves included."""
        ids = [_at(copy, (*holder, key)) for holder, key in places if str(key).lower().endswith("id")]
        ids = [each for each in ids if isinstance(each, int | str)]
        for holder, key in places:
            if ids and isinstance(key, str) and _PARENTS.search(key) and self._chance.random() < 0.7:
                _at(copy, holder)[key] = self._chance.choice(ids)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield the way to every value inside a JSON value, to no great depth."""
    inside = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, each in inside:
        yield path, key
        if len(path) < 12:
            yield from _places(each, (*path, key))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value
