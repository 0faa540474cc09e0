"""Dates as pages show them."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.dates import parse_date
from crawler.pages.models import StatedDate

FETCHED = datetime(2026, 8, 22, 15, 30, tzinfo=UTC)


def parsed(shown: str, *languages: str) -> tuple[str, str] | None:
    found = parse_date(shown, fetched=FETCHED, languages=languages or None)
    return (found.moment.strftime("%Y-%m-%d %H:%M:%S"), found.precision) if found else None


@pytest.mark.parametrize(
    ("shown", "moment", "precision"),
    [
        ("2015-03-01T10:00:00+05:00", "2015-03-01 05:00:00", "second"),
        ("2015-03-01T10:00:00.123Z", "2015-03-01 10:00:00", "second"),
        ("2015-03-01T10:00", "2015-03-01 10:00:00", "minute"),
        ("2015-03-01 10:00:05 -0800", "2015-03-01 18:00:05", "second"),
        ("2015-03-01T24:00:00Z", "2015-03-02 00:00:00", "second"),
        ("20150301T101112Z", "2015-03-01 10:11:12", "second"),
        ("2015-03-01", "2015-03-01 00:00:00", "day"),
        ("2015/3/1", "2015-03-01 00:00:00", "day"),
        ("2015-03", "2015-03-01 00:00:00", "month"),
        ("2015", "2015-01-01 00:00:00", "year"),
        ("1425204000", "2015-03-01 10:00:00", "second"),
        ("1425204000123", "2015-03-01 10:00:00", "second"),
        ("Sun, 01 Mar 2015 10:00:00 GMT", "2015-03-01 10:00:00", "second"),
        ("Sun, 1 Mar 2015 10:00:00 -0500", "2015-03-01 15:00:00", "second"),
        ("Sun Mar 01 10:00:00 PST 2015", "2015-03-01 18:00:00", "second"),
        ("May 3, 2015 at 5:30 pm", "2015-05-03 17:30:00", "minute"),
        ("May 3rd, 2015 at 12:05 AM #", "2015-05-03 00:05:00", "minute"),
        ("Ann Lee on May 3, 2015 5:30 AM says:", "2015-05-03 05:30:00", "minute"),
        ("5:30 PM, Sept. 9, 2009", "2009-09-09 17:30:00", "minute"),
        ("04-Mar-15 10:15", "2015-03-04 10:15:00", "minute"),
        ("12 May '10", "2010-05-12 00:00:00", "day"),
        ("May 2009", "2009-05-01 00:00:00", "month"),
        ("3. März 2015, 17.30 Uhr", "2015-03-03 17:30:00", "minute"),
        ("le 3 août 2015 à 17h30", "2015-08-03 17:30:00", "minute"),
        ("3 de março de 2015 às 17:30", "2015-03-03 17:30:00", "minute"),
        ("2015年5月3日 17:30", "2015-05-03 17:30:00", "minute"),
        ("5 мая 2015 г. в 17:30", "2015-05-05 17:30:00", "minute"),
        ("12 maja 2014 o 10:30", "2014-05-12 10:30:00", "minute"),
        ("15 Οκτωβρίου 2015", "2015-10-15 00:00:00", "day"),
    ],
)
def test_a_date_is_as_exact_as_it_is_shown(shown: str, moment: str, precision: str) -> None:
    assert parsed(shown) == (moment, precision)


@pytest.mark.parametrize(
    ("languages", "day"),
    [((), "2015-03-04"), (("en",), "2015-03-04"), (("en-GB",), "2015-04-03"), (("de",), "2015-04-03")],
)
def test_the_language_decides_between_day_and_month(languages: tuple[str, ...], day: str) -> None:
    assert parsed("3/4/2015", *languages) == (f"{day} 00:00:00", "day")


def test_a_number_that_is_no_month_is_the_day() -> None:
    assert parsed("13/4/2015", "en-US") == ("2015-04-13 00:00:00", "day")


def test_dots_put_the_day_first_unless_the_page_is_american() -> None:
    assert parsed("03.04.15") == ("2015-04-03 00:00:00", "day")
    assert parsed("03.04.15", "en-US") == ("2015-03-04 00:00:00", "day")


@pytest.mark.parametrize(
    ("shown", "day", "precision"),
    [
        ("an hour ago", "2026-08-22", "day"),
        ("3 days ago", "2026-08-19", "day"),
        ("3d", "2026-08-19", "day"),
        ("yesterday at 5pm", "2026-08-21", "day"),
        ("vor 3 Tagen", "2026-08-19", "day"),
        ("hace 3 días", "2026-08-19", "day"),
        ("3 дня назад", "2026-08-19", "day"),
        ("2 weeks ago", "2026-08-01", "month"),
        ("about 5 months ago", "2026-03-01", "month"),
        ("il y a 2 ans", "2024-01-01", "year"),
    ],
)
def test_spans_count_back_from_the_fetch_and_say_how_coarse_they_are(shown: str, day: str, precision: str) -> None:
    found = parse_date(shown, fetched=FETCHED)
    assert found is not None
    assert (found.moment.date().isoformat(), found.precision, found.relative) == (day, precision, True)


def test_the_same_span_read_an_hour_later_is_the_same_day() -> None:
    later = FETCHED + timedelta(hours=1)
    assert parse_date("3 days ago", fetched=FETCHED) == parse_date("3 days ago", fetched=later)


@pytest.mark.parametrize(
    "shown",
    ["", "Reply", "May 3", "31 February 2015", "2099-01-01", "Jan 1, 1970", "10 minutes", "in 3 days", "0000-00-00",
     "In 2015 we had 12 May flowers and 3 dogs", "…", "99/99/2015", "12:30", "9999999999999"],
)  # fmt: skip
def test_what_states_no_date_that_can_be_is_none(shown: str) -> None:
    assert parsed(shown) is None


def test_a_site_in_the_future_by_its_zone_is_believed() -> None:
    ahead = FETCHED + timedelta(hours=14)
    assert parse_date(ahead.isoformat(), fetched=FETCHED) == StatedDate(ahead, "second")


def test_the_sites_zone_is_taken_where_the_text_names_none() -> None:
    found = parse_date("2015-03-01 10:00", fetched=FETCHED, zone=timezone(timedelta(hours=-8)))
    assert found == StatedDate(datetime(2015, 3, 1, 18, tzinfo=UTC), "minute")


@pytest.mark.parametrize("shown", ["1" * 100_000, "a 1 " * 50_000, "1/" * 50_000, "May " * 50_000, "(" * 10_000])
def test_long_texts_cost_no_time(shown: str) -> None:
    began = time.process_time()
    parse_date(shown, fetched=FETCHED)
    assert time.process_time() - began < 1


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[\d/:.\- a-zA-Zа-я年月日]{1,40}", fullmatch=True))
def test_any_text_is_read_without_failing(shown: str) -> None:
    found = parse_date(shown, fetched=FETCHED, languages=("en", "xx"))
    assert found is None or found.moment.tzinfo is not None
