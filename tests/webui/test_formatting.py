"""How values are written on a page."""

import pytest

from archive.records.models import Precision, parse_time
from webui.formatting import counted, date_iso, date_words, due_words, host, time_words, web_link

MOMENT = parse_time("2015-03-01T10:05:07Z")


@pytest.mark.parametrize(
    ("precision", "words", "iso"),
    [
        ("year", "2015", "2015"),
        ("month", "March 2015", "2015-03"),
        ("day", "1 March 2015", "2015-03-01"),
        ("minute", "1 March 2015", "2015-03-01T10:05Z"),
        ("second", "1 March 2015", "2015-03-01T10:05:07Z"),
    ],
)
def test_a_date_is_written_as_far_as_it_is_known(precision: Precision, words: str, iso: str) -> None:
    assert date_words(MOMENT, precision) == words
    assert date_iso(MOMENT, precision) == iso


def test_a_time_is_written_where_it_is_known() -> None:
    assert time_words(MOMENT) == "1 March 2015, 10:05 UTC"
    assert time_words(MOMENT, "day") == "1 March 2015"
    assert time_words(None) == date_words(None) == "undated"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "javascript://example.com/%0aalert(1)", "data:text/html,x", "//example.com/", "/path",
     "http:", "http://[", "vbscript://x/", "file:///etc/passwd", "", None],
)  # fmt: skip
def test_an_address_that_is_not_of_the_web_is_no_link(address: str | None) -> None:
    assert web_link(address) is None
    assert host(address) == ""


def test_an_address_of_the_web_is_a_link() -> None:
    assert web_link("https://www.example.com/a?b=c#d") == "https://www.example.com/a?b=c#d"
    assert host("https://www.example.com/a") == "example.com"


def test_what_no_address_may_hold_is_escaped_in_a_link() -> None:
    assert web_link('https://example.com/a?b=<"c d">&e=%20') == "https://example.com/a?b=%3C%22c%20d%22%3E&e=%20"


def test_what_was_due_is_due_now() -> None:
    assert due_words(MOMENT) == "due now"
    assert due_words(parse_time("2999-03-01T00:00:00Z")) == "due 1 March 2999"


def test_numbers_are_counted_in_words() -> None:
    assert [counted(number, "post") for number in (0, 1, 2_000)] == ["0 posts", "1 post", "2,000 posts"]
