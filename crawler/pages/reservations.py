"""Read `/.well-known/tdmrep.json`: for which of its addresses a host reserves text and data mining.

A pure function of the file, which is hostile until read: size, rules and work for one address are bounded.
Source: https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/ (the first rule that fits counts; paths
fit as those of robots.txt do).
"""

import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit

#: Where the file is, on every host.
PATH = "/.well-known/tdmrep.json"
#: Longer files are not read: real ones have a rule or two.
MAX_BYTES = 200_000
MAX_RULES = 1_000
MAX_PATTERN = 1_000


@dataclass(frozen=True, slots=True)
class Reservations:
    """The rules of one host, in its order: a pattern of paths, and whether mining them is reserved."""

    rules: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Return what a file says; nothing where it cannot be made sense of."""
        try:
            values = json.loads(body) if len(body) <= MAX_BYTES else []
        except (ValueError, RecursionError):
            return cls()
        rules = (_rule(each) for each in values[:MAX_RULES]) if isinstance(values, list) else ()
        return cls(tuple(each for each in rules if each is not None))

    def reserve(self, url: str) -> bool | None:
        """Tell whether mining of an address is reserved; `None` where no rule speaks of it."""
        parts = urlsplit(url)
        path = _plain(f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}")
        return next((reserved for pattern, reserved in self.rules if _fits(pattern, path)), None)

    def reserve_any(self) -> bool:
        """Tell whether anything on the host is reserved: a list that holds many of its posts may hold such a one."""
        return any(reserved for _, reserved in self.rules)


def _rule(value: Any) -> tuple[str, bool] | None:
    if not isinstance(value, dict):
        return None
    pattern, reserved = value.get("location"), value.get("tdm-reservation")
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN or str(reserved) not in {"0", "1"}:
        return None
    end = "$" if pattern.endswith("$") else ""
    start = "" if pattern.startswith(("/", "*")) else "/"
    pieces = pattern.removesuffix("$").split("*")
    return f"{start}{'*'.join(map(_plain, pieces))}{end}", str(reserved) == "1"


def _plain(path: str) -> str:
    """Return a path in one spelling, whatever was percent-encoded of it; stars and dollars of its own always are."""
    return quote(unquote(path, errors="replace"), safe="/?=&:@,;+!~'()")


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a pattern fits the beginning of a path, or all of it where it ends in `$`; `*` is anything.

    Each piece is looked for once, so a pattern of many stars costs no more than one pass.
    """
    whole = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = rest.pop() if whole and rest else None
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return path.endswith(last) and len(path) - len(last) >= at
    return not whole or at == len(path)
