import contextlib
import math
import random
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.query import And as WhooshAnd
from whoosh.query import Or as WhooshOr
from whoosh.query import Term as WhooshTerm
from whoosh.scoring import FunctionWeighting

from archive.archive import Archive
from archive.errors import QueryError
from archive.query_tree import Not, Word
from archive.records import Comment, Post, comment_id, post_id
from archive.results import Query, Results
from archive.schema import stored
from archive.search import TIME_LIMIT_SECONDS
from archive.search_evaluate import Evaluation
from archive.search_page import MOST_HITS
from archive.search_snapshot import Snapshot

FOLD = re.compile(r"[a-z]+")


def write(archive: Archive, name: str, text: str, *comments: str, **fields: object) -> Post:
    """Archive a post named by the last part of its address."""
    url = f"https://{fields.pop('site', 'example.com')}/{name}"
    values = {"title": None, "published": datetime(2015, 3, 1, tzinfo=UTC), "author": "Ann Lee"} | fields
    post = Post(
        id=post_id(url),
        url=url,
        site=url.split("/")[2],
        text=text,
        comments=tuple(
            Comment(
                id=comment_id(url, "wordpress", str(place)),
                post_id=post_id(url),
                position=place,
                author="Bo Ek",
                text=said,
                published=datetime(2016, 4, 1 + place, tzinfo=UTC),
                permalink=f"{url}#comment-{place}",
                system="wordpress",
            )
            for place, said in enumerate(comments)
        ),
        **values,  # type: ignore[arg-type]  # fields by name
    )
    archive.add(post)
    return post


def found(archive: Archive, text: str, **asked: object) -> list[str]:
    """Return the ends of the addresses found, in order."""
    return [hit.url.rpartition("/")[2] for hit in search(archive, text, **asked).hits]


def search(archive: Archive, text: str, **asked: object) -> Results:
    return archive.search(Query(text=text, **({"per_page": 100} | asked)))  # type: ignore[arg-type]  # by name


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("sales")) as archive:
        write(
            archive,
            "cold",
            "How we write a cold-email sequence for B2B SaaS. It made $10k last month. Don’t spam.",
            "I never answer cold email",
            "Our C-level naïve café team did",
            title="Cold email that works",
            tags=("Outbound", "cold email"),
        )
        write(
            archive, "pricing", "Raise your prices! Customers will pay 10,000 dollars.", title="Pricing", site="b.org"
        )
        write(
            archive,
            "churn",
            "Follow up before they churn. A followup call costs 4.5 dollars.",
            "Pricing was why we churned",
            title="Churn",
            author="Cy Fox",
            published=datetime(2018, 7, 1, tzinfo=UTC),
            platform="ghost",
        )
        write(archive, "preise", "Unsere Verkäufer telefonieren täglich mit Häusern", language="de", site="c.de")
        write(archive, "undated", "Written nobody knows when", published=None, author=None)
        archive.sync()
        yield archive


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cold-email", {"cold", "cold#comment-0", "cold#comment-1"}),
        ("coldemail", {"cold"}),
        ("sequences", {"cold"}),
        ("SAAS", {"cold"}),
        ("b2b", {"cold"}),
        ("$10k", {"cold"}),
        ("10k", {"cold"}),
        ("€10k", set()),
        ("dont", {"cold"}),
        ("don't", {"cold"}),
        ("c-level", {"cold#comment-1"}),
        ("naive cafe", {"cold#comment-1"}),
        ("NAÏVE", {"cold#comment-1"}),
        ("10000", {"pricing"}),
        ("4.5", {"churn"}),
        ("followup", {"churn"}),
        ("follow-up", {"churn"}),
        ("verkaufer", {"preise"}),
        ("haus", {"preise"}),
        ('"cold email"', {"cold", "cold#comment-0", "cold#comment-1"}),
        ('"email cold"', set()),
        ('"never answer"', {"cold#comment-0"}),
        ('"never cold"', set()),
        ("churn -pricing", {"churn"}),
        ("churn NOT pricing", {"churn"}),
        ("raise OR followup", {"pricing", "churn"}),
        ("(raise OR followup) costs", {"churn"}),
        ("raise AND followup", set()),
        ("custom*", {"pricing"}),
        ("sequenc*", {"cold"}),
        ("sequnce~", {"cold"}),
        ("customres~", {"pricing"}),
        ("title:pricing", {"pricing"}),
        ("title:spam", set()),
        ("author:lee", {"cold", "pricing", "preise"}),
        ('by:"cy fox"', {"churn"}),
        ("commenter:bo pricing", {"churn#comment-0"}),
        ("said:pricing", {"churn#comment-0"}),
        ("tag:outbound", {"cold"}),
        ('tag:"cold email"', {"cold"}),
        ("site:b.org", {"pricing"}),
        ("site:example pricing", {"churn#comment-0"}),
        ("kind:comment pricing", {"churn#comment-0"}),
        ("platform:ghost kind:post", {"churn"}),
        ("lang:de", {"preise"}),
        ("year:2018", {"churn"}),
        ("after:2018", {"churn"}),
        ("before:2016 churn", set()),
        ("after:2016 before:2017 pricing", {"churn#comment-0"}),
        (f"in:{post_id('https://example.com/churn')}", {"churn", "churn#comment-0"}),
        ("has:comments", {"cold", "churn"}),
        ("-has:date", {"undated"}),
        ("words:>14", {"cold"}),
        ("words:<=4", {"undated"}),
    ],
)
def test_a_query_finds(sales: Archive, text: str, expected: set[str]) -> None:
    assert set(found(sales, text)) == expected


def test_all_words_come_before_some_words(sales: Archive) -> None:
    results = search(sales, "pricing churned")
    assert found(sales, "pricing churned")[0] == "churn#comment-0"
    assert results.total > 1
    assert results.message == "Only 1 text holds all the words; the others hold some of them."


def test_small_words_do_not_narrow_a_search(sales: Archive) -> None:
    assert found(sales, "how to raise the prices") == found(sales, "raise prices")


def test_a_query_without_words_finds_everything(sales: Archive) -> None:
    results = search(sales, "")
    assert (results.total, results.understood) == (8, "everything")


def test_what_cannot_be_searched_finds_nothing_and_says_so(sales: Archive) -> None:
    results = search(sales, "!!!")
    assert (results.total, results.understood, results.message) == (0, "", "“!!!” holds nothing to search for.")


def test_sorting_by_date_puts_texts_without_one_last(sales: Archive) -> None:
    newest, oldest = found(sales, "", sort="newest"), found(sales, "", sort="oldest")
    assert newest[0] == "churn"
    assert oldest[-2:] == ["churn", "undated"]
    assert newest[-1] == "undated"


def test_pages_follow_each_other(sales: Archive) -> None:
    whole = found(sales, "")
    pages = [found(sales, "", page=page, per_page=3) for page in (1, 2, 3, 4)]
    assert [name for page in pages for name in page] == whole
    assert pages[3] == []


def test_paging_has_an_end(sales: Archive) -> None:
    with pytest.raises(QueryError, match="first 10,000 hits"):
        search(sales, "", page=MOST_HITS, per_page=10)


def test_facets_count_the_hits(sales: Archive) -> None:
    facets = {facet.name: dict(facet.counts) for facet in search(sales, "").facets}
    assert facets == {
        "kind": {"post": 5, "comment": 3},
        "has": {"comments": 2},
        "site": {"example.com": 6, "b.org": 1, "c.de": 1},
        "year": {"2015": 3, "2016": 3, "2018": 1},
        "author": {"Ann Lee": 3, "Bo Ek": 3, "Cy Fox": 1},
        "tag": {"outbound": 1, "cold email": 1},
        "platform": {"generic": 6, "ghost": 2},
    }


def test_a_filter_finds_as_many_as_its_facet_counted(sales: Archive) -> None:
    for facet in search(sales, "pricing OR cold OR churn").facets:
        for value, count in facet.counts:
            filtered = search(sales, "pricing OR cold OR churn", filters=((facet.name, value),))
            assert filtered.total == count
            counts = dict(next(each.counts for each in filtered.facets if each.name == facet.name))
            assert counts[value] == count
            assert len(counts) == 1 or facet.name in {"tag", "has"}  # a post has several


def test_months_count_the_hits_in_the_order_of_time_and_can_be_chosen(sales: Archive) -> None:
    months = search(sales, "pricing OR cold OR churn").months
    assert months == (("2015-03", 2), ("2016-04", 3), ("2018-07", 1))
    for month, count in months:
        filtered = search(sales, "pricing OR cold OR churn", filters=(("month", month),))
        assert (filtered.total, filtered.months) == (count, ((month, count),))


def test_a_text_of_which_only_the_year_is_known_is_of_no_month(archive: Archive) -> None:
    write(archive, "year", "word", published=datetime(2015, 1, 1, tzinfo=UTC), published_precision="year")
    write(archive, "month", "word", published=datetime(2015, 1, 1, tzinfo=UTC), published_precision="month")
    archive.sync()
    assert search(archive, "").months == (("2015-01", 1),)
    assert found(archive, "", filters=(("month", "2015-01"),)) == ["month"]
    assert found(archive, "year:2015-01") == ["month"]
    assert set(found(archive, "year:2015")) == {"month", "year"}


def test_posts_that_their_author_answers_below_are_counted_and_found(archive: Archive) -> None:
    post = write(archive, "answered", "word", "a question", "an answer")
    archive.add(replace(post, comments=(post.comments[0], replace(post.comments[1], by_post_author=True))))
    write(archive, "commented", "word", "a question")
    write(archive, "alone", "word")
    archive.sync()
    (has,) = [facet for facet in search(archive, "word").facets if facet.name == "has"]
    assert has.counts == (("comments", 2), ("author-reply", 1))
    assert found(archive, "", filters=(("has", "author-reply"),)) == ["answered"]


@pytest.mark.parametrize("wrong", [("month", "spring"), ("has", "pictures"), ("colour", "red")])
def test_a_filter_that_there_is_not_is_refused_in_words(sales: Archive, wrong: tuple[str, str]) -> None:
    with pytest.raises(QueryError, match=r"is not a month|no 'pictures'|no filter 'colour'"):
        search(sales, "", filters=(wrong,))


def test_a_hit_shows_its_text(sales: Archive) -> None:
    (hit,) = search(sales, "answer").hits
    assert (hit.kind, hit.title, hit.author, hit.site) == ("comment", "Cold email that works", "Bo Ek", "example.com")
    assert hit.published == datetime(2016, 4, 1, tzinfo=UTC)
    assert hit.snippet == (("I never ", False), ("answer", True), (" cold email", False))


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        yield
    time.tzset()


def test_times_are_found_in_utc_and_shown_as_they_are(archive: Archive, far_from_utc: None) -> None:
    evening = datetime(2015, 12, 31, 22, 30, tzinfo=timezone(timedelta(hours=-5)))
    write(archive, "late", "Nearly midnight", published=evening)
    write(archive, "first", "New year", published=datetime(2016, 1, 1, 0, 0, 1, tzinfo=UTC))
    archive.sync()
    assert found(archive, "year:2015") == []
    assert found(archive, "year:2016", sort="oldest") == ["first", "late"]
    assert search(archive, "late OR midnight").hits[0].published == evening


def test_a_sub_site_is_no_part_of_a_chosen_site(archive: Archive) -> None:
    write(archive, "a", "word", site="example.com")
    write(archive, "b", "word", site="blog.example.com")
    archive.sync()
    assert len(found(archive, "site:example.com")) == 2
    assert found(archive, "word", filters=(("site", "example.com"),)) == ["a"]


def test_the_title_counts_more_than_the_text(archive: Archive) -> None:
    write(archive, "text", "pricing and many other words here", title="Something else")
    write(archive, "title", "something else and many other words", title="Pricing")
    archive.sync()
    assert found(archive, "pricing") == ["title", "text"]


def test_words_that_stand_together_come_first(archive: Archive) -> None:
    write(
        archive,
        "apart",
        "email that strangers get is cold and never read",
        published=datetime(2020, 1, 1, tzinfo=UTC),
    )
    write(archive, "near", "strangers that never read get cold email and is")
    archive.sync()
    assert found(archive, "cold email") == ["near", "apart"]


@pytest.mark.parametrize("asked", ["cold email", "cold AND email"])
@pytest.mark.parametrize("near", ["cold and warm email", "email that is cold"])
def test_words_that_stand_near_each_other_come_before_words_far_apart(
    archive: Archive, asked: str, near: str
) -> None:
    between = "one two three four five six seven eight nine ten"
    write(archive, "apart", f"cold {between} email and warm", published=datetime(2020, 1, 1, tzinfo=UTC))
    write(archive, "near", f"{near} {between}")
    archive.sync()
    assert found(archive, asked) == ["near", "apart"]


def test_words_one_behind_the_other_come_before_words_near_each_other(archive: Archive) -> None:
    write(archive, "near", "email cold and warm for all", published=datetime(2020, 1, 1, tzinfo=UTC))
    write(archive, "together", "warm and cold email for all")
    archive.sync()
    assert found(archive, "cold email") == ["together", "near"]


def test_a_query_of_an_author_by_filter(sales: Archive) -> None:
    assert search(sales, "", filters=(("author", "Bo Ek"), ("year", "2016"))).total == 3


def test_an_archive_without_index_says_what_to_do(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert "sales-archive index" in (archive.search(Query(text="cold")).message or "")


def test_one_thread_does_not_flood_a_grouped_list(archive: Archive) -> None:
    write(archive, "long", "pricing", *["pricing again"] * 5)
    write(archive, "short", "something on pricing and other words")
    archive.sync()
    results = search(archive, "pricing", grouped=True)
    assert (results.total, results.listed, len(results.hits)) == (7, 3, 3)
    assert sorted(hit.more for hit in results.hits) == [0, 0, 4]
    assert len(search(archive, "pricing", grouped=True, per_page=2, page=2).hits) == 1


def test_the_most_discussed_post_comes_first(sales: Archive) -> None:
    assert found(sales, "kind:post", sort="discussed")[:2] == ["cold", "churn"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pricng", "pricing"),
        ('"cold emial"', '"cold email"'),
        ("title:chrun", "title:churn"),
        ("by:lea", None),
        ("site:b.org custmers", "site:b.org customers"),
        ("pricing", None),
        ("xqzvwkjh", None),
    ],
)
def test_a_misspelled_query_is_corrected(sales: Archive, text: str, meant: str | None) -> None:
    assert search(sales, text).suggestion == meant


def test_a_word_is_completed_by_the_commonest_first(sales: Archive) -> None:
    assert sales.index.complete("PRI") == ["pricing", "prices"]
    assert sales.index.complete("") == []


def test_authors_sites_and_tags_are_completed_by_any_of_their_words(sales: Archive) -> None:
    complete = sales.index.complete_name
    assert complete("author", "an") == ["Ann Lee"]
    assert complete("author", "LE") == ["Ann Lee"]
    assert complete("author", "ee") == []
    assert complete("author", "e") == ["Bo Ek"]
    assert complete("site", "org") == ["b.org"]
    assert complete("tag", "ema") == ["cold email"]
    assert complete("tag", " ") == []


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return posts on two topics, in words that all share, and one comment."""
    with Archive(tmp_path_factory.mktemp("topics")) as archive:
        for number in range(6):
            topic = "discounts annual invoices" if number % 2 else "cold outreach sequences"
            write(archive, str(number), f"Founders selling number{number}: {topic}", f"More on {topic}")
        write(archive, "empty", "")
        archive.sync()
        yield archive


def test_related_posts_are_other_posts_on_the_same_topic(topics: Archive) -> None:
    urls = [hit.url for hit in topics.index.related(post_id("https://example.com/1"), 10)]
    assert set(urls[:2]) == {"https://example.com/3", "https://example.com/5"}
    assert "https://example.com/1" not in urls
    assert topics.index.related(post_id("https://example.com/empty")) == ()
    assert topics.index.related(post_id("https://example.com/unknown")) == ()


def test_key_terms_tell_the_hits_from_other_texts(topics: Archive) -> None:
    assert set(topics.index.key_terms(Query(text="discounts"), 2)) == {"annual", "invoices"}
    assert topics.index.key_terms(Query(text="nowhere")) == ()


def test_searches_from_many_threads_agree(sales: Archive) -> None:
    expected = found(sales, "cold email")
    answers: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: answers.extend(found(sales, "cold email") for _ in range(20)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 120


WORDS = ["ab", "bc", "cd", "de", "ef", "fg"]


@pytest.fixture(scope="module", params=[4, 5])
def texts(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Archive, dict[str, list[str]]]]:
    """Return texts of few words in several segments, some deleted, and what they hold."""
    chance = random.Random(request.param)
    held = {}
    with Archive(tmp_path_factory.mktemp("texts")) as archive:
        for turn in range(14):
            for number in range(12):
                name = str((turn * 7 + number) % 60)
                held[name] = [chance.choice(WORDS) for _ in range(chance.randint(1, 12))]
                write(archive, name, " ".join(held[name]))
            archive.sync()
        assert archive.check() == []
        yield archive, held


def holds(words: list[str], query: str) -> bool:
    """Tell by plain reading whether a text fits a query of the strategy below."""
    fits = True
    for part in query.split(" AND "):
        bare = part.removeprefix("-")
        phrase = bare.strip('"').split()
        here = any(words[at : at + len(phrase)] == phrase for at in range(len(words)))
        fits &= here != part.startswith("-")
    return fits


PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"')
PARTS = st.one_of(st.sampled_from(WORDS), PHRASES, PHRASES.map(lambda phrase: f"-{phrase}"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(query=st.lists(PARTS, min_size=1, max_size=4).map(" AND ".join))
def test_search_finds_what_plain_reading_finds(texts: tuple[Archive, dict[str, list[str]]], query: str) -> None:
    archive, held = texts
    assert set(found(archive, query)) == {name for name, words in held.items() if holds(words, query)}


TERMS = st.sampled_from(WORDS).map(lambda word: WhooshTerm("words", word))
TREES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(WhooshAnd), st.lists(inner, min_size=2, max_size=3).map(WhooshOr)
    ),
    max_leaves=6,
)


def written(tree: object) -> str:
    """Return one of Whoosh's queries in our language."""
    if isinstance(tree, WhooshTerm):
        return f"+{tree.text}"
    joint = " OR " if isinstance(tree, WhooshOr) else " AND "
    return f"({joint.join(written(part) for part in tree.subqueries)})"  # type: ignore[attr-defined]  # no types


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(tree=TREES)
def test_search_finds_what_whoosh_finds(texts: tuple[Archive, dict[str, list[str]]], tree: object) -> None:
    archive, _ = texts
    state = archive.index._files.state()
    assert state is not None
    with archive.index._files.open(state.generation).searcher() as searcher:
        expected = {stored(hit["hit"])["url"].rpartition("/")[2] for hit in searcher.search(tree, limit=None)}
    assert set(found(archive, written(tree))) == expected


def scored_as_here(snapshot: Snapshot) -> FunctionWeighting:
    """Return the formula of docs/search.md, asked by Whoosh for one posting after the other."""
    mean = (snapshot.lengths + 50)[snapshot.alive].mean()

    def score(searcher: Any, field: str, term: bytes, matcher: Any) -> float:
        holding = searcher.get_parent().doc_frequency(field, term)
        rarity = math.log(1 + (snapshot.size - holding + 0.5) / (holding + 0.5))
        length = searcher.reader().column_reader("length")[matcher.id()] + 50
        weight: float = matcher.weight()
        return rarity * (2.2 + 1) * weight / (weight + 2.2 * (1 - 0.7 + 0.7 * length / mean))

    return FunctionWeighting(score)


# Words of which all or one must stand there; deeper, Whoosh does not count words of a part that does not hold.
ALTERNATIVES = st.lists(TERMS, min_size=2, max_size=3, unique=True).map(WhooshOr)
CONJUNCTIONS = st.lists(st.one_of(TERMS, ALTERNATIVES), min_size=1, max_size=3, unique=True).map(
    lambda parts: parts[0] if len(parts) == 1 else WhooshAnd(parts)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(tree=CONJUNCTIONS)
def test_search_scores_as_whoosh_does_word_by_word(texts: tuple[Archive, dict[str, list[str]]], tree: object) -> None:
    archive, _ = texts
    state = archive.index._files.state()
    assert state is not None
    with (
        archive.index._searcher._snapshot_in_use() as snapshot,
        archive.index._files.open(state.generation).searcher(weighting=scored_as_here(snapshot)) as searcher,
        pytest.MonkeyPatch.context() as patch,
    ):
        expected = {stored(hit["hit"])["url"]: hit.score for hit in searcher.search(tree, limit=None)}
        patch.setattr("archive.search_evaluate.LIFT", 0.0)  # words near each other are no matter of Whoosh's
        scores = {hit.url: hit.score for hit in search(archive, written(tree)).hits}
    assert scores == pytest.approx(expected, rel=1e-4)


OPERATORS = ["*", "a*", "*a*", "?*?", "[a TO z]", "(", ")", '"', "-", "NOT ", " OR ", " AND ", "~", "ab~", "cd*"]
FIELDS = ["title:", "site:", "in:", "before:", "2015", "words:>"]
STRANGE = ["\x00", "\ud800", "é", "日本", "'", "\\", "<b>", "%", "ab ", "ef "]
HOSTILE = st.lists(st.sampled_from([*OPERATORS, *FIELDS, *STRANGE]), max_size=60).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(text=st.one_of(HOSTILE, st.text(max_size=200)))
def test_a_hostile_query_gets_an_answer(texts: tuple[Archive, dict[str, list[str]]], text: str) -> None:
    archive, _ = texts
    try:
        results = archive.search(Query(text=text))
    except QueryError:
        return
    assert results.took_ms < TIME_LIMIT_SECONDS * 1000
    assert results.to_json()["total"] >= len(results.hits)


@pytest.mark.parametrize(
    "text", ["(" * 500, "NOT " * 400, '"' * 999, "a OR " * 390, "ab* " * 400, "-(" * 600, "a~ " * 600]
)
def test_a_heavy_query_ends_in_time(texts: tuple[Archive, dict[str, list[str]]], text: str) -> None:
    archive, _ = texts
    started = time.monotonic()
    with contextlib.suppress(QueryError):
        archive.search(Query(text=text))
    assert time.monotonic() - started < TIME_LIMIT_SECONDS + 1


def test_a_search_past_its_time_is_cut_and_says_so(sales: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.TIME_LIMIT_SECONDS", -1.0)
    for text in ("cold", "-cold", "cold OR pricing"):
        results = search(sales, text)
        assert (results.cut, results.total) == (True, 0)
        assert "cut short" in (results.message or "")


def test_what_must_not_stand_in_a_text_is_not_let_through_when_time_is_up(sales: Archive) -> None:
    with sales.index._searcher._snapshot_in_use() as snapshot:
        assert snapshot is not None
        late = Evaluation(snapshot, deadline=0.0)
        assert not late._not(Not(Word("cold")), wanted=True).any()
