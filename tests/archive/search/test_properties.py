"""Random queries over random texts, held to plain reading and to Whoosh's own answers; and hostile ones."""

import contextlib
import math
import random
import time
from collections.abc import Iterator
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
from archive.search.engine import SEARCH_SECONDS
from archive.search.results import Query
from archive.search.whoosh.index.schema import stored
from archive.search.whoosh.index.snapshot import Snapshot
from tests.support.searching import found, search, write

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
    state = archive.engine.files.state()
    assert state is not None
    with archive.engine.files.open(state.generation).searcher() as searcher:
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
    state = archive.engine.files.state()
    assert state is not None
    with (
        archive.engine.snapshot() as snapshot,
        archive.engine.files.open(state.generation).searcher(weighting=scored_as_here(snapshot)) as searcher,
        pytest.MonkeyPatch.context() as patch,
    ):
        expected = {stored(hit["hit"])["url"]: hit.score for hit in searcher.search(tree, limit=None)}
        patch.setattr("archive.search.whoosh.evaluate.LIFT", 0.0)  # words near each other are no matter of Whoosh's
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
    assert results.cut or results.took_ms < SEARCH_SECONDS * 1000
    assert results.to_json()["total"] >= len(results.hits)


@pytest.mark.parametrize(
    "text", ["(" * 500, "NOT " * 400, '"' * 999, "a OR " * 390, "ab* " * 400, "-(" * 600, "a~ " * 600]
)
def test_a_heavy_query_ends_in_time(texts: tuple[Archive, dict[str, list[str]]], text: str) -> None:
    archive, _ = texts
    started = time.monotonic()
    with contextlib.suppress(QueryError):
        archive.search(Query(text=text))
    assert time.monotonic() - started < SEARCH_SECONDS + 1
