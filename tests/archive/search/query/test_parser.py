from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import QueryError
from archive.search.query.dates import NotADateError, period
from archive.search.query.parser import MOST_CHARACTERS, MOST_DEPTH, MOST_WORDS, parse
from archive.search.query.tree import Address, All, Between, Either, Named, Not, ParsedQuery, Phrase, Word
from archive.search.query.wording import chosen, understood


def seconds(year: int, month: int = 1, day: int = 1) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("cold", Word("cold")),
        ("cold email", All((Word("cold"), Word("email")))),
        ('"cold email"', Phrase(("cold", "email"))),
        ("“cold email”", Phrase(("cold", "email"))),
        ("-cold", Not(Word("cold"))),
        ("NOT cold", Not(Word("cold"))),
        ("NOT NOT cold", Word("cold")),
        ("cold OR warm", Either((Word("cold"), Word("warm")))),
        ("cold or warm", All((Word("cold"), Word("or"), Word("warm")))),
        ("cold AND warm", All((Word("cold", must=True), Word("warm", must=True)))),
        ("+cold warm", All((Word("cold", must=True), Word("warm")))),
        ("cold (warm OR hot)", All((Word("cold"), Either((Word("warm"), Word("hot")))))),
        ("pric*", Word("pric", prefix=True)),
        ("prcing~", Word("prcing", fuzzy=True)),
        ("prcing~2", Word("prcing", fuzzy=True)),
        ("title:cold", Word("cold", "title")),
        ("title:(cold email)", All((Word("cold", "title"), Word("email", "title")))),
        ('said:"Ann Lee"', Phrase(("Ann", "Lee"), "author")),
        ('by:"Ann Lee"', All((Phrase(("Ann", "Lee"), "author"), Named("kind", "post")))),
        ("AUTHOR:ann", Word("ann", "author")),
        ("commenter:ann", All((Word("ann", "author"), Named("kind", "comment")))),
        ("tag:saas", Word("saas", "tags")),
        ("site:Example.com", Named("site", "example.com")),
        ("kind:comments", Named("kind", "comment")),
        ("in:post:12", Named("thread", "post:12")),
        ("in:https://b.example/a/?p=1#comment-3", Address("https://b.example/a/?p=1#comment-3")),
        ("lang:norwegian", Named("language", "no")),
        ("has:author-reply", Named("has", "author-reply")),
        ("words:>500", Between("words", 501, None, "at least 501 words")),
        ("words:100-200", Between("words", 100, 200, "100 to 200 words")),
        ("before:2015", Between("date", None, seconds(2015) - 1, "before 2015")),
        ("after:2015-03", Between("date", seconds(2015, 3), None, "from 2015-03 on")),
        ("year:2015", Between("date", seconds(2015), seconds(2016) - 1, "in 2015")),
        ("B2B", Word("B2B")),
        (
            "https://example.com/a#b",
            Address("https://example.com/a#b", ("example.com", "a")),
        ),
        ("(HTTPS://e.org/Foo_(bar).)", Address("HTTPS://e.org/Foo_(bar)", ("e.org", "foo", "bar"))),
        ("https://e.org/!!", All((Word("https"), Word("e.org")))),
        ("https://example.com/", All((Word("https"), Word("example.com")))),
        ("", None),
    ],
)
def test_a_query_means(text: str, root: object) -> None:
    assert parse(text) == ParsedQuery(root)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ('"cold email', "a quotation mark is not closed"),
        ("*cold", "a word cannot begin with * or ?"),
        ("c*", "* needs 2 letters before it"),
        ("cold OR", "OR stands between two words"),
        ("cold AND", "AND stands between two words"),
        ("NOT", "NOT stands before a word"),
        ("title:", "“title:” needs a value"),
        ("c?ld co*ld", "* stands at the end of a word only, and ? for nothing; the parts were searched"),
        ("words:500-100", "“words:500-100” ends before it begins"),
        ("site:http://", "“site:http://” is not a site; write its address"),
        ("before:soon", "“before:soon” is not a date; write it as 2015, 2015-03 or 2015-03-31"),
        ("words:many", "“words:many” is not understood; write words:>500 or words:100-500"),
        (
            "in:example.com",
            "“in:example.com” is not a thread; write its post's address, or its id, which begins with “post:”",
        ),
        ("kind:page", "“kind:page” is not understood; it can be post or comment"),
        ("colour:red", "“colour:” is not a field; its words were searched"),
        ("!!!", "“!!!” holds nothing to search for"),
    ],
)
def test_what_is_not_understood_is_said(text: str, remark: str) -> None:
    assert remark in parse(text).remarks


def test_a_query_that_is_too_long_is_refused() -> None:
    with pytest.raises(QueryError, match="at most"):
        parse("x" * (MOST_CHARACTERS + 1))


def test_a_query_that_is_nested_too_deep_is_refused() -> None:
    with pytest.raises(QueryError, match="nested"):
        parse("(" * (MOST_DEPTH + 5) + "x")


def test_words_beyond_the_limit_are_left_out() -> None:
    parsed = parse(" ".join(f"w{number}" for number in range(MOST_WORDS + 50)))
    assert isinstance(parsed.root, All)
    assert len(parsed.root.parts) == MOST_WORDS
    assert parsed.remarks == (f"only the first {MOST_WORDS} words were searched",)


OPERATORS = ["(", ")", '"', "-", "NOT ", "AND ", "OR ", "*", "~", "?", "+", ":", "“", " ", "[a TO z]"]
FIELDS = ["title:", "site:", "before:", "words:", "kind:", "has:", "in:"]
WORDS = ["a", "bb", "cold", "\x00", "\ud800", "é", "日本", "$10k", "2015-02-30", "9" * 30]
PIECES = st.sampled_from([*OPERATORS, *FIELDS, *WORDS])


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=80).map("".join)))
def test_every_text_is_parsed_or_refused(text: str) -> None:
    try:
        parsed = parse(text)
    except QueryError:
        return
    assert understood(parsed.root)


@pytest.mark.parametrize(
    ("text", "start", "end", "plain"),
    [
        ("2015", seconds(2015), seconds(2016), "2015"),
        ("2015-03", seconds(2015, 3), seconds(2015, 4), "2015-03"),
        ("2015/12", seconds(2015, 12), seconds(2016), "2015-12"),
        ("2015-03-31", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
        ("March 2015", seconds(2015, 3), seconds(2015, 4), "2015-03"),
        ("mar 3, 2015", seconds(2015, 3, 3), seconds(2015, 3, 4), "2015-03-03"),
        ("3rd March 2015", seconds(2015, 3, 3), seconds(2015, 3, 4), "2015-03-03"),
        ("yesterday", seconds(2026, 8, 14), seconds(2026, 8, 15), "2026-08-14"),
        ("last month", seconds(2026, 7), seconds(2026, 8), "2026-07"),
        ("this year", seconds(2026), seconds(2027), "2026"),
        ("3 months ago", seconds(2026, 5, 15), seconds(2026, 5, 16), "2026-05-15"),
        ("2 weeks ago", seconds(2026, 8, 1), seconds(2026, 8, 8), "2026-08-01"),
        ("two weeks ago", seconds(2026, 8, 1), seconds(2026, 8, 8), "2026-08-01"),
        ("a year ago", seconds(2025, 8, 15), seconds(2025, 8, 16), "2025-08-15"),
        ("the last 3 months", seconds(2026, 5, 15), seconds(2026, 8, 16), "2026-05-15"),
        ("last quarter", seconds(2026, 4), seconds(2026, 7), "2026-04-01"),
        ("Q4 2015", seconds(2015, 10), seconds(2016), "2015-10-01"),
        ("2015-Q1", seconds(2015), seconds(2015, 4), "2015-01-01"),
        ("2010s", seconds(2010), seconds(2020), "2010-01-01"),
        ("the '90s", seconds(1990), seconds(2000), "1990-01-01"),
        ("March", seconds(2026, 3), seconds(2026, 4), "2026-03"),
        ("september", seconds(2025, 9), seconds(2025, 10), "2025-09"),
        ("31 Dec.", seconds(2025, 12, 31), seconds(2026), "2025-12-31"),
        ("March 15th", seconds(2026, 3, 15), seconds(2026, 3, 16), "2026-03-15"),
        ("15-Mar-2015", seconds(2015, 3, 15), seconds(2015, 3, 16), "2015-03-15"),
        ("31.3.2015", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
        ("3.4.2015", seconds(2015, 4, 3), seconds(2015, 4, 4), "2015-04-03"),
        ("3/31/2015", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
        ("31/03/2015", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
        ("20150331", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
        ("2015-03-31T12:00:00+02:00", seconds(2015, 3, 31), seconds(2015, 4), "2015-03-31"),
    ],
)
def test_a_date_means_a_period(text: str, start: int, end: int, plain: str) -> None:
    assert period(text, date(2026, 8, 15)) == (start, end, plain)


@pytest.mark.parametrize("text", ["", "soon", "2015-13", "2015-02-30", "marchish 2015", "9999999 years ago", "0000"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADateError):
        period(text, date(2026, 8, 15))


@pytest.mark.parametrize("text", ["9999", "31 June", "13/13/2015", "Q5 2015", "0 of may", "2015-03-31T12:00Z or so"])
def test_nor_is_what_only_looks_like_one(text: str) -> None:
    with pytest.raises(NotADateError):
        period(text, date(2026, 8, 15))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("2014-2016", Between("date", seconds(2014), seconds(2017) - 1, "from 2014 to 2016")),
        (
            "2015-03..2015-05-02",
            Between("month", seconds(2015, 3), seconds(2015, 5, 3) - 1, "from 2015-03 to 2015-05-02"),
        ),
        ("2014 to Q1 2015", Between("date", seconds(2014), seconds(2015, 4) - 1, "from 2014 to 2015-03-31")),
        ("Q1 2015", Between("month", seconds(2015), seconds(2015, 4) - 1, "from 2015-01-01 to 2015-03-31")),
        ("2010s", Between("date", seconds(2010), seconds(2020) - 1, "from 2010-01-01 to 2019-12-31")),
        (">2014", Between("date", seconds(2015), None, "after 2014")),
        (">= 2014", Between("date", seconds(2014), None, "from 2014 on")),
        ("<2014", Between("date", None, seconds(2014) - 1, "before 2014")),
        ("<=2014", Between("date", None, seconds(2015) - 1, "up to 2014")),
    ],
)
def test_a_year_may_be_any_period_and_a_bound(text: str, condition: Between) -> None:
    assert parse(f'year:"{text}"') == ParsedQuery(condition)


@pytest.mark.parametrize("text", ["2016-2014", "2016 to", ">", "> soon", "2014 to soon"])
def test_what_is_no_year_is_told(text: str) -> None:
    parsed = parse(f'year:"{text}" pricing')
    assert parsed.root == Word("pricing")
    assert len(parsed.remarks) == 1


@pytest.mark.parametrize(
    ("query", "date_", "rest"),
    [
        ("after:March 2015 pricing", "2015-03", "pricing"),
        ("after:3rd march 2015 pricing", "2015-03-03", "pricing"),
        ("after: Q1 2015 pricing", "2015-01-01", "pricing"),
        ("after:2015 pricing", "2015", "pricing"),
        ("after:2015 sales", "2015", "sales"),
        ("pricing after:March 2015", "2015-03", "pricing"),
    ],
)
def test_a_date_of_several_words_needs_no_quotation_marks(query: str, date_: str, rest: str) -> None:
    parsed = parse(query)
    assert isinstance(parsed.root, All)
    assert {part.said for part in parsed.root.parts if isinstance(part, Between)} == {f"from {date_} on"}
    assert [part for part in parsed.root.parts if not isinstance(part, Between)] == [Word(rest)]
    assert not parsed.remarks


@pytest.mark.parametrize(
    "query", ["after:2015 OR churn", 'after:2015 "march"', "after:2015 -march", "after:2015 (march)"]
)
def test_what_stands_behind_a_date_is_not_always_part_of_it(query: str) -> None:
    assert "from 2015 on" in understood(parse(query).root)
    assert ("march" in understood(parse(query).root)) is ("march" in query)


def test_a_date_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    assert parse("after:3/4/2015").remarks == (
        "“after:3/4/2015” can be read in two ways; write 2015-04-03 or 2015-03-04",
    )


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    try:
        start, end, _ = period(text)
    except NotADateError:
        return
    assert start < end


def test_what_a_text_must_have_is_said_in_words() -> None:
    assert understood(parse("has:comments has:author-reply has:date in:post:1").root) == (
        "posts and comments, with comments, with an answer by the author, with a date, in one thread"
    )


def test_the_query_as_understood_is_said_in_words() -> None:
    root = parse('the cold "warm intro" -spam title:sales site:a.com after:2015 (b2b OR saas)').root
    assert understood(root, chosen([("kind", "comment")])) == (
        "comments with “cold” and “warm intro” and “sales” in the title and (“b2b” or “saas”), without “spam”,"
        " on the site a.com, from 2015 on"
    )


def test_a_filter_there_is_not_is_refused() -> None:
    with pytest.raises(QueryError, match="no filter"):
        chosen([("colour", "red")])
