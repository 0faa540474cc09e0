"""Values of foreign JSON, taken only when they are of the kind expected: an API may answer anything.

Numbers come as numbers or written as text, PHP's as `12.0`; `true` is none, although Python counts it as 1.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from archive.records.models import clean

#: Digits of a number; ids of 19 digits exist.
MAX_DIGITS = 29
#: Above it a float is no longer one number, so it is no id and no count.
MAX_EXACT_FLOAT = 2**53

_WHOLE = re.compile(rf"([+-]?[0-9]{{1,{MAX_DIGITS}}})(?:\.0{{1,9}})?")
_REAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return an object, empty where the value is none."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list, empty where the value is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """Return a text that is not blank, halves of characters and NULs taken out of it, else `None`."""
    return clean(value) if isinstance(value, str) and value.strip() else None


def raw_text(value: Any) -> str:
    """Return a text as it stands, empty where the value is none."""
    return value if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """Return a whole number, negative or not, also one written as text or as `12.0`, else `None`."""
    if isinstance(value, str):
        written = _WHOLE.fullmatch(value.strip())
        return int(written[1]) if written else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= MAX_EXACT_FLOAT else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 10**MAX_DIGITS else None


def positive(value: Any) -> int:
    """Return a whole number above 0, as `number` takes it; 0 where the value is none."""
    return max(number(value) or 0, 0)


def real_number(value: Any) -> float | None:
    """Return a finite number, whole or not, also one written as text, else `None`."""
    if isinstance(value, str):
        return float(value) if _REAL.fullmatch(value.strip()) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 10**MAX_DIGITS:
        return None
    return None if math.isnan(value) else value


def identifier(value: Any) -> str | None:
    """Return an id as text, be it a text or a number; `None` where it is neither, or a number below 1."""
    whole = number(value)
    if whole is not None and whole <= 0:
        return None
    if isinstance(value, str):
        return (text(value) or "").strip() or None
    return None if whole is None else str(whole)
