"""Every search engine keeps what `archive.search.engine` promises, over a real store."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import QueryError
from archive.records.models import post_id
from archive.search.engine import SearchEngine, SyncReport
from archive.search.results import FACETS, MOST_HITS, MOST_PER_PAGE, THREAD_HITS, Query
from archive.search.whoosh.engine import WhooshEngine
from archive.store.posts import Store
from tests.support.searching import write

#: Makes an engine from a directory of its own, the records, and the archive's id.
EngineFactory = Callable[[Path, Store, str], SearchEngine]

ENGINES: dict[str, EngineFactory] = {
    "whoosh": lambda directory, store, archive_id: WhooshEngine(directory, store, archive_id=archive_id),
}


@pytest.fixture(params=ENGINES)
def factory(request: pytest.FixtureRequest) -> EngineFactory:
    return ENGINES[request.param]


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Archive]:
    """Give an archive with two threads and a lone post; the engine it chose itself is not used."""
    with Archive(tmp_path / "archive") as archive:
        write(archive, "cold", "A cold email wins a meeting when the email is short.", "My cold email failed",
              "Email me the template", "Email every week", title="Cold email", tags=("Outbound",),
              published=datetime(2014, 5, 1, tzinfo=UTC))  # fmt: skip
        write(archive, "calls", "A cold call wins a meeting, too, and a follow-up wins the contract.",
              "Calls beat every template", title="Cold calls", tags=("Outbound",), author="Cy Fox")  # fmt: skip
        write(archive, "pricing", "Raise the price of the contract.", title="Pricing", site="b.org", published=None)
        yield archive


@pytest.fixture
def engine(records: Archive, factory: EngineFactory, tmp_path: Path) -> Iterator[SearchEngine]:
    made = factory(tmp_path / "engine", records.store, "this-archive")
    yield made
    made.close()


@pytest.fixture
def synced(engine: SearchEngine) -> SearchEngine:
    engine.sync()
    return engine


def ends(engine: SearchEngine, text: str = "", **asked: object) -> list[str]:
    """Return the ends of the addresses of the hits."""
    query = Query(text=text, **({"per_page": 100} | asked))  # type: ignore[arg-type]  # by name
    return [hit.url.rpartition("/")[2] for hit in engine.search(query).hits]


def test_without_index_every_answer_is_empty(engine: SearchEngine, records: Archive) -> None:
    results = engine.search(Query(text="email"))
    assert (results.total, results.hits, results.facets) == (0, (), ())
    assert "sales-archive index" in (results.message or "")
    assert engine.matching(Query(text="email")) == frozenset()
    assert (engine.complete("em"), engine.complete_name("site", "b")) == ([], [])
    assert engine.related(post_id("https://example.com/cold")) == ()
    assert engine.key_terms(Query(text="email")) == ()
    assert engine.marking("email").terms == frozenset()
    assert (engine.seq(), engine.is_current()) == (0, False)
    assert len(engine.damage()) == 1


def test_sync_brings_the_index_up_to_the_records(engine: SearchEngine, records: Archive) -> None:
    told: list[tuple[int, int]] = []
    report = engine.sync(progress=lambda done, total: told.append((done, total)))
    assert (report.written, report.deleted, report.seq) == (7, 0, records.store.last_seq())
    assert report.rebuilt
    assert told[-1] == (7, 7)
    assert (engine.seq(), engine.is_current(), engine.damage()) == (report.seq, True, [])
    assert engine.sync() == SyncReport(0, 0, None, report.seq)
    assert engine.sync(rebuild=True).rebuilt == "asked for"
    assert (engine.is_current(), engine.damage()) == (True, [])


def test_an_engine_without_records_is_sound(factory: EngineFactory, tmp_path: Path) -> None:
    with Archive(tmp_path / "empty") as archive:
        engine = factory(tmp_path / "engine", archive.store, "empty")
        assert engine.damage() == []
        engine.sync()
        assert (engine.is_current(), engine.damage(), engine.search(Query()).total) == (True, [], 0)
        engine.close()


def test_updates_and_deletions_are_seen_after_a_sync(synced: SearchEngine, records: Archive) -> None:
    comments = ("My cold email failed", "Email me the template")
    write(records, "cold", "Nobody answers letters.", *comments, title="Letters", comment_system="wordpress")
    assert (synced.is_current(), ends(synced, "letters")) == (False, [])
    assert len(synced.damage()) == 1
    report = synced.sync()
    assert (report.written, report.deleted, report.rebuilt) == (3, 1, None)
    assert ends(synced, "letters kind:post") == ["cold"]
    assert {hit.title for hit in synced.search(Query(text="failed")).hits} == {"Letters"}
    with records.database.write() as connection:
        records.store.erase(connection, [post_id("https://b.org/pricing")])
    assert synced.sync().deleted == 1
    assert ends(synced, "price") == []
    assert (synced.damage(), synced.seq()) == ([], records.store.last_seq())


def test_an_index_of_another_archive_is_not_read(
    synced: SearchEngine, records: Archive, factory: EngineFactory, tmp_path: Path
) -> None:
    other = factory(tmp_path / "engine", records.store, "another-archive")
    assert (other.seq(), other.is_current(), other.search(Query(text="email")).total) == (0, False, 0)
    assert len(other.damage()) == 1
    assert other.sync().rebuilt
    assert other.search(Query(text="email")).total > 0
    other.close()


def test_a_hit_tells_all_that_is_shown_of_a_text(synced: SearchEngine) -> None:
    (hit,) = synced.search(Query(text="failed")).hits
    assert (hit.kind, hit.post_id, hit.title) == ("comment", post_id("https://example.com/cold"), "Cold email")
    assert (hit.url, hit.site, hit.author) == ("https://example.com/cold#comment-0", "example.com", "Bo Ek")
    assert hit.published == datetime(2016, 4, 1, tzinfo=UTC)
    assert hit.snippet == (("My cold email ", False), ("failed", True))
    assert hit.matched == ("text",)
    assert hit.score > 0
    (tagged,) = synced.search(Query(text="tag:outbound calls kind:post")).hits
    assert (tagged.tags, tagged.heading) == (("outbound",), (("Cold ", False), ("calls", True)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"cold email"', {"cold", "cold#comment-0", "cold#comment-1", "cold#comment-2"}),
        ("follow-up", {"calls"}),
        ("pric*", {"pricing"}),
        ("contrakt~", {"calls", "pricing"}),
        ("contract -price", {"calls"}),
        ("title:pricing", {"pricing"}),
        ("kind:comment template", {"cold#comment-1", "calls#comment-0"}),
        ("site:b.org", {"pricing"}),
        ("by:fox", {"calls"}),
        ("tag:outbound", {"cold", "calls"}),
        ("before:2015", {"cold"}),
        ("has:comments", {"cold", "calls"}),
        ("in:https://example.com/calls/", {"calls", "calls#comment-0"}),
        ("words:>11", {"calls"}),
        ("nowhere", set()),
    ],
)
def test_the_query_language_finds(synced: SearchEngine, text: str, expected: set[str]) -> None:
    assert set(ends(synced, text)) == expected
    matching = synced.matching(Query(text=text))
    assert matching == {hit.id for hit in synced.search(Query(text=text, per_page=100)).hits}


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        (("kind", "comment"), 4),
        (("site", "b.org"), 1),
        (("year", "2016"), 4),
        (("month", "2014-05"), 1),
        (("author", "Cy Fox"), 1),
        (("tag", "outbound"), 2),
        (("has", "comments"), 2),
        (("thread", post_id("https://example.com/cold")), 4),
    ],
)
def test_filters_narrow_what_is_found(synced: SearchEngine, chosen: tuple[str, str], number: int) -> None:
    assert synced.search(Query(filters=(chosen,))).total == number


def test_facets_and_months_count_all_that_is_found(synced: SearchEngine) -> None:
    results = synced.search(Query(per_page=1))
    counts = {facet.name: dict(facet.counts) for facet in results.facets}
    assert tuple(counts) == FACETS
    assert counts["kind"] == {"comment": 4, "post": 3}
    assert counts["site"] == {"example.com": 6, "b.org": 1}
    assert counts["year"] == {"2016": 4, "2014": 1, "2015": 1}
    assert counts["author"] == {"Bo Ek": 4, "Ann Lee": 2, "Cy Fox": 1}
    assert (counts["tag"], counts["has"]) == ({"outbound": 2}, {"comments": 2})
    assert results.months == (("2014-05", 1), ("2015-03", 1), ("2016-04", 4))


def test_hits_stand_in_the_order_asked_for(synced: SearchEngine) -> None:
    assert ends(synced, "kind:post", sort="newest") == ["calls", "cold", "pricing"]
    assert ends(synced, "kind:post", sort="oldest") == ["cold", "calls", "pricing"]
    assert ends(synced, "kind:post", sort="discussed") == ["cold", "calls", "pricing"]
    scores = [hit.score for hit in synced.search(Query(text="email")).hits]
    assert len(scores) > 2
    assert scores == sorted(scores, reverse=True)


def test_texts_with_all_words_come_before_those_with_some(synced: SearchEngine) -> None:
    results = synced.search(Query(text="price contract"))
    assert [hit.title for hit in results.hits] == ["Pricing", "Cold calls"]
    assert results.message == "Only 1 text holds all the words; the others hold some of them."


def test_pages_follow_each_other_and_have_an_end(synced: SearchEngine) -> None:
    whole = ends(synced, sort="newest")
    assert [end for page in (1, 2, 3, 4) for end in ends(synced, sort="newest", page=page, per_page=2)] == whole
    assert ends(synced, page=5, per_page=2) == []
    assert len(ends(synced, per_page=0)) == 1
    assert len(ends(synced, page=MOST_HITS // MOST_PER_PAGE + 1, per_page=1)) == 0
    with pytest.raises(QueryError, match="hits can be paged through"):
        synced.search(Query(page=MOST_HITS // MOST_PER_PAGE + 1, per_page=MOST_PER_PAGE + 1))


def test_a_grouped_list_shows_few_of_a_thread_and_counts_the_others(synced: SearchEngine) -> None:
    results = synced.search(Query(text="email", grouped=True))
    threads = [hit.post_id for hit in results.hits]
    assert (results.total, results.listed) == (4, THREAD_HITS)
    assert threads == [post_id("https://example.com/cold")] * THREAD_HITS
    assert [hit.more for hit in results.hits] == [0, 4 - THREAD_HITS]


def test_copies_elsewhere_are_named_with_the_best(synced: SearchEngine, records: Archive) -> None:
    letter = "Every renewal begins on the first day of the contract, and by the last one it is lost or won. " * 12
    for site in ("one.example", "two.example", "three.example"):
        write(records, "renewal", letter, site=site)
    synced.sync()
    (hit,) = synced.search(Query(text="renewal", grouped=True)).hits
    assert (hit.copies, len({hit.site, *(other.site for other in hit.also)})) == (2, 3)
    assert [len(other.also) for other in synced.search(Query(text="renewal")).hits] == [0, 0, 0]


def test_a_query_is_told_as_understood(synced: SearchEngine) -> None:
    results = synced.search(Query(text="the email", filters=(("kind", "post"),)))
    assert (results.dropped, results.cut) == (("the",), False)
    assert results.understood == "posts with “email”"
    assert synced.search(Query(text="emial")).suggestion == "email"
    empty = synced.search(Query(text="-"))
    assert (empty.total, empty.hits) == (0, ())
    assert empty.message is not None


@pytest.mark.parametrize("query", [Query(text="x" * 5_000), Query(filters=(("colour", "red"),))])
def test_what_cannot_be_asked_is_refused(synced: SearchEngine, query: Query) -> None:
    with pytest.raises(QueryError):
        synced.search(query)
    with pytest.raises(QueryError):
        synced.key_terms(query)


def test_matching_refuses_a_query_that_says_nothing(synced: SearchEngine) -> None:
    with pytest.raises(QueryError, match="nothing to search for"):
        synced.matching(Query())


def test_words_and_names_are_completed(synced: SearchEngine) -> None:
    assert synced.complete("Em") == ["email"]
    assert synced.complete("c", 1) == ["cold"]
    assert synced.complete_name("site", "ex") == ["example.com"]
    assert synced.complete_name("author", "cy") == ["Cy Fox"]
    assert synced.complete_name("tag", "OUT") == ["outbound"]
    assert (synced.complete(" "), synced.complete_name("author", " ")) == ([], [])


def test_related_posts_are_others_on_the_same(synced: SearchEngine) -> None:
    related = synced.related(post_id("https://example.com/cold"))
    assert [hit.url for hit in related] == ["https://example.com/calls"]
    assert synced.related("post:unknown") == ()


def test_key_terms_are_other_words_of_the_hits(synced: SearchEngine) -> None:
    terms = synced.key_terms(Query(text="email"), 3)
    assert 0 < len(terms) <= 3
    assert "email" not in terms
    assert synced.key_terms(Query(text="nowhere")) == ()


def test_marking_marks_what_a_snippet_does(synced: SearchEngine) -> None:
    marking = synced.marking("emails OR fail*")
    assert marking("My email failed", "en") == (("My ", False), ("email", True), (" ", False), ("failed", True))
    assert synced.marking("").terms == frozenset()


def test_a_closed_engine_opens_again(synced: SearchEngine) -> None:
    before = ends(synced, "email")
    synced.close()
    synced.close()
    assert ends(synced, "email") == before != []


def test_threads_may_ask_while_another_syncs(synced: SearchEngine, records: Archive) -> None:
    def ask(_: int) -> int:
        assert synced.complete("ema") == ["email"]
        return synced.search(Query(text="email")).total

    with ThreadPoolExecutor(6) as pool:
        answers = pool.map(ask, range(120))
        for number in range(6):
            write(records, f"more-{number}", "One more email.")
            synced.sync(rebuild=number == 3)
        assert set(answers) <= set(range(4, 11))
    assert replace(synced.search(Query(text="email")), took_ms=0.0).total == 10
