"""What a query finds, and how a hit is shown."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive.archive import Archive
from archive.records.models import post_id
from archive.search.query.tree import Not, Word
from archive.search.results import Query
from archive.search.whoosh.evaluate import Evaluation
from tests.support.searching import found, search, write


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
        ("by:bo pricing", set()),
        ("tag:outbound", {"cold"}),
        ('tag:"cold email"', {"cold"}),
        ("site:b.org", {"pricing"}),
        ("site:example pricing", {"churn#comment-0"}),
        ("site:https://www.B.org/blog/?page=2", {"pricing"}),
        ("site:*.b.org", {"pricing"}),
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


@pytest.mark.parametrize("asked", ["équipe", "L’EQUIPE", "l'équipe", '"l\'equipe a réussi"', "azienda", "aziende"])
def test_a_word_is_found_behind_an_article_without_vowel(archive: Archive, asked: str) -> None:
    write(archive, "fr", "Hier l'équipe a réussi", language="fr")
    write(archive, "it", "Il valore dell'azienda", language="it")
    archive.sync()
    assert found(archive, asked) == ["it" if asked.startswith("az") else "fr"]


@pytest.mark.parametrize("asked", ["bjorn", "BJØRN", "lukasz", "coeur", "æther", "aether", "ilik", "author:bjorn"])
def test_letters_that_a_keyboard_lacks_are_found_by_plain_letters(archive: Archive, asked: str) -> None:
    write(archive, "names", "Bjørn hired Łukasz, au cœur of the æther: ılık", author="Bjørn; Łukasz")
    archive.sync()
    (hit,) = search(archive, asked).hits
    assert any(matched for _, matched in hit.snippet)


def test_both_written_forms_of_norwegian_are_stemmed_as_norwegian(archive: Archive) -> None:
    for language in ("nb", "nn"):
        write(archive, language, "Selgerne ringte kundene", language=language)
    archive.sync()
    assert sorted(found(archive, "selger kunde")) == ["nb", "nn"]


@pytest.mark.parametrize("name", ["de", "DE", "de-AT", "German", "deutsch"])
def test_a_language_is_asked_for_by_code_or_name(sales: Archive, name: str) -> None:
    assert found(sales, f"lang:{name}") == ["preise"]


@pytest.mark.parametrize("code", ["no", "nb", "nn"])
def test_norwegian_is_found_whichever_form_is_stated(archive: Archive, code: str) -> None:
    write(archive, "norsk", "Vi ringer kundene", language=code)
    archive.sync()
    assert found(archive, "lang:norwegian") == found(archive, "lang:nb") == ["norsk"]


def test_an_address_finds_its_post_then_its_thread_then_quoting_posts(archive: Archive) -> None:
    write(archive, "calls", "We called before lunch", "And after?", "Never")
    write(archive, "answer", "As https://example.com/calls has it, call early")
    write(archive, "other", "https://example.org/calls")
    archive.sync()
    results = search(archive, "https://example.com/calls#comment-0", grouped=True)
    assert [hit.url.rpartition("/")[2] for hit in results.hits] == ["calls", "calls#comment-1", "answer"]
    assert results.understood == (
        "posts and comments, in the thread of https://example.com/calls#comment-0 or quoting it"
    )
    assert found(archive, "in:https://example.com/calls")[0] == "calls"
    assert len(found(archive, "in:https://example.com/calls")) == 3
    assert found(archive, f"https://example.com/calls {'word ' * 200}") == []
    assert found(archive, "http://www.example.com/calls/?utm_source=x")[-1] == "answer"
    nothing = search(archive, "https://example.com/nothing")
    assert (nothing.suggestion, nothing.message) == (
        None,
        "Nothing at this address is archived, and no text quotes it.",
    )


@pytest.mark.parametrize(
    "pasted",
    [
        "http://www.example.com/calls",
        "https://Example.com/calls/",
        "<https://example.com/calls>",
        "(https://example.com/calls),",
        "https://example.com/calls?utm_source=x",
        '"https://example.com/calls" OR https://example.com/calls.',
    ],
)
def test_an_address_is_found_however_it_is_pasted(archive: Archive, pasted: str) -> None:
    write(archive, "calls", "We called before lunch")
    archive.sync()
    assert found(archive, pasted) == ["calls"]


def test_small_words_do_not_narrow_a_search(sales: Archive) -> None:
    assert found(sales, "how to raise the prices") == found(sales, "raise prices")


def test_a_query_without_words_finds_everything(sales: Archive) -> None:
    results = search(sales, "")
    assert (results.total, results.understood) == (8, "everything")


def test_what_cannot_be_searched_finds_nothing_and_says_so(sales: Archive) -> None:
    results = search(sales, "!!!")
    assert (results.total, results.understood, results.message) == (0, "", "“!!!” holds nothing to search for.")


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


def test_an_archive_without_index_says_what_to_do(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        assert "sales-archive index" in (archive.search(Query(text="cold")).message or "")


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


def test_a_search_past_its_time_is_cut_and_says_so(sales: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.search.whoosh.engine.SEARCH_SECONDS", -1.0)
    for text in ("cold", "-cold", "cold OR pricing"):
        results = search(sales, text)
        assert (results.cut, results.total) == (True, 0)
        assert "cut short" in (results.message or "")


def test_what_must_not_stand_in_a_text_is_not_let_through_when_time_is_up(
    sales: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = chain([0.0], repeat(2.0))  # time is up behind the `NOT`, before its word
    monkeypatch.setattr("archive.search.whoosh.evaluate.time", SimpleNamespace(monotonic=lambda: next(moments)))
    with sales.engine.snapshot() as snapshot:
        matches = Evaluation(snapshot, deadline=1.0).find(Not(Word("cold")))
    assert matches.cut
    assert not matches.mask.any()
