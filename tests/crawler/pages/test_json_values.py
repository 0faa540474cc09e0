"""Values of foreign JSON, taken for what they are."""

import json
from typing import Any

import pytest

from crawler.pages.json_values import identifier, number, positive, real_number

#: What no number is, however it is asked for.
NONE = [True, False, None, "", "x", "12a", "1e5", "1,200", "١٢", "0x10", [], [1], {}, {"a": 1}]


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (12, 12), (0, 0), (-3, -3), (12.0, 12), (-12.0, -12), ("12", 12), (" 12 ", 12), ("012", 12), ("-3", -3),
        ("+3", 3), ("12.0", 12), (2**63, 2**63), (str(2**63), 2**63), (12.5, None), ("12.5", None), (1e300, None),
        (2.0**60, None), (float("nan"), None), (float("inf"), None), (10**40, None), ("9" * 40, None),
        ("9" * 5000, None), *((value, None) for value in NONE),
    ],
)  # fmt: skip
def test_a_whole_number(value: Any, whole: int | None) -> None:
    assert number(value) == whole
    assert positive(value) == max(whole or 0, 0)
    assert type(number(value)) in {int, type(None)}


@pytest.mark.parametrize(
    ("value", "id_"),
    [
        (12, "12"), ("12", "12"), (12.0, "12"), (" a1b2 ", "a1b2"), ("0012", "0012"), ("DC_kw", "DC_kw"),
        (2**63, str(2**63)), (0, None), ("0", None), (-3, None), ("-3", None), (12.5, None), (10**40, None),
        ("  ", None), (True, None), (False, None), (None, None), ([1], None), ({"id": 1}, None),
    ],
)  # fmt: skip
def test_an_id_is_the_same_as_number_and_as_text(value: Any, id_: str | None) -> None:
    assert identifier(value) == id_


@pytest.mark.parametrize(
    ("value", "real"),
    [
        (1.5, 1.5), (3, 3.0), ("1.5", 1.5), ("-3", -3.0), (" 7 ", 7.0), (float("nan"), None), (float("inf"), None),
        (10**400, None), *((value, None) for value in NONE),
    ],
)  # fmt: skip
def test_a_real_number(value: Any, real: float | None) -> None:
    assert real_number(value) == real


def test_the_numbers_of_json_itself_that_are_none() -> None:
    values = json.loads("[NaN, Infinity, -Infinity, 1e999]")
    assert [number(value) for value in values] == [None] * 4
    assert [real_number(value) for value in values] == [None] * 4
    assert [identifier(value) for value in values] == [None] * 4
