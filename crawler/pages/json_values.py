"""Values of foreign JSON, taken only when they are of the kind expected: an API may answer anything."""

from collections.abc import Mapping
from typing import Any

from archive.records.models import clean

#: Digits of a number written as text; ids of 19 digits exist.
MAX_DIGITS = 30


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object, empty where the value is none."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, empty where the value is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """Return a text that is not blank, halves of characters and NULs taken out of it, else `None`."""
    return clean(value) if isinstance(value, str) and value.strip() else None


def number(value: Any) -> int | None:
    """Return a whole number, also one written as text, else `None`."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < MAX_DIGITS:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def raw_text(value: Any) -> str:
    """Return a text as it stands, empty where the value is none."""
    return value if isinstance(value, str) else ""


def whole_number(value: Any) -> int:
    """Return a whole number that is not written as text, 0 where the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
