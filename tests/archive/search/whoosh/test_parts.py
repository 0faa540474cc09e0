"""An index written in several parts answers as one written in a single part."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.archive import Archive
from archive.errors import QueryError
from archive.search.results import Query, Results
from archive.search.whoosh.index import writing
from archive.search.whoosh.index.writing import MOST_BYTES, parts
from tests.support.posts import build_post

WORDS = ["pricing", "churn", "cold-email", "demo", "$10k", "B2B", "founders"]
NAMES = ["ann lee", "bo", "cy fox", None]


def fill(archive: Archive) -> None:
    chance = random.Random(11)
    told = " ".join(f"{chance.choice(WORDS)} {chance.randrange(900)}" for _ in range(150))
    for number in range(40):
        text = f"{told} {number}" if number % 4 == 0 else " ".join(chance.choices(WORDS, k=20))  # some are copies
        thread = tuple((str(n), None, " ".join(chance.choices(WORDS, k=6))) for n in range(chance.randrange(9)))
        archive.add(
            build_post(
                f"https://{chance.choice('abc')}.example/{number}/",
                title=" ".join(chance.choices(WORDS, k=2)),
                author=chance.choice(NAMES),
                tags=tuple(chance.sample(WORDS, 2)),
                thread=thread,
                text=text,
            )
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Archive]]:
    """Return two archives of the same texts: one index was written in one part, the other in three."""
    with Archive(tmp_path_factory.mktemp("one")) as one, Archive(tmp_path_factory.mktemp("three")) as three:
        for archive in (one, three):
            fill(archive)
        one.sync()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(writing, "MOST_BYTES", sum(size for _, _, size in three.store.sizes()) // 3 + 1)
            three.sync()
        assert [segments(archive) for archive in (one, three)] == [1, 3]
        assert one.check() == three.check() == []
        yield [one, three]


def segments(archive: Archive) -> int:
    return len(list(archive.directory.glob("index/*/*.seg")))


def answer(archive: Archive, query: Query) -> Results | str:
    try:
        return replace(archive.search(query), took_ms=0.0)
    except QueryError as error:
        return str(error)


WORD = st.sampled_from([*WORDS, "pric*", "foundrs~", "pricng", '"cold email"', "author:ann", "tag:churn", "site:a"])
TEXTS = st.builds(
    lambda words, between: between.join(words), st.lists(WORD, max_size=4), st.sampled_from([" ", " OR ", " -"])
)
QUERIES = st.builds(
    Query,
    text=TEXTS,
    filters=st.sampled_from([(), (("kind", "comment"),), (("site", "b.example"), ("author", "bo"))]),
    sort=st.sampled_from(["relevance", "newest", "oldest", "discussed"]),
    grouped=st.booleans(),
    page=st.integers(1, 3),
)


@settings(deadline=None, max_examples=100)
@given(query=QUERIES)
def test_parts_give_the_results_of_a_single_part(both: list[Archive], query: Query) -> None:
    one, three = both
    assert answer(one, query) == answer(three, query)


@settings(deadline=None)
@given(bytes_=st.lists(st.integers(1, MOST_BYTES // 2), max_size=60))
def test_parts_hold_every_post_once_in_pieces_of_one_size(bytes_: list[int]) -> None:
    sizes = [(f"post:{number:03}", each) for number, each in enumerate(bytes_)]
    cut = parts(sizes)
    held = [
        [(id_, each) for id_, each in sizes if part.after < id_ and (part.until is None or id_ <= part.until)]
        for part in cut
    ]
    assert [each for posts in held for each in posts] == sizes
    assert all(sum(each for _, each in posts) < MOST_BYTES + max(bytes_) for posts in held)
    assert len(cut) <= 1 or sum(bytes_) > MOST_BYTES
    assert all(part.until == following.after for part, following in pairwise(cut))


def test_posts_erased_before_their_part_is_written_are_left_out(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive)
    monkeypatch.setattr(writing, "MOST_BYTES", sum(size for _, _, size in archive.store.sizes()) // 2 + 1)
    told = []

    def forget(done: int, total: int) -> None:
        if not told:
            with archive.database.write() as connection:
                archive.store.erase(connection, sorted(archive.store.text_ids()))
        told.append(done)

    archive.sync(forget)
    assert told[0] == told[1] > 0
    assert archive.search(Query()).total == 0
    assert archive.check() == []
