"""Small updates: what is new is found at once, and segments are merged behind it, their texts unchanged."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.index_segment import MERGED_TOGETHER
from archive.results import Query
from tests.archive.searching import found, search, write

WORDS = ("pricing", "churn", "outbound", "demo", "quota", "café", "follow-up", "$10k", "Häuser", "CRM")
QUERIES = (
    "pricing",
    '"churn outbound"',
    "title:demo",
    "tag:quota",
    "by:lee",
    "follow*",
    "hauser",
    "said:ek crm",
    "note",
)


def segments(archive: Archive) -> list[int]:
    """Return how many texts each segment holds."""
    state = archive.index._files.state()
    assert state is not None
    return [segment.doc_count() for segment in archive.index._files.open(state.generation)._segments()]


def told(archive: Archive, *, scores: bool) -> list[Any]:
    """Return what completion and searches tell, in no order."""
    answers: list[Any] = [archive.index.complete(word[0].lower()) for word in WORDS]
    for query in QUERIES:
        results = search(archive, query)
        answers.append((sorted((hit.id, round(hit.score, 4) * scores) for hit in results.hits), results.facets))
    return answers


def add(archive: Archive, chance: random.Random, name: int) -> None:
    write(
        archive,
        f"post-{name}",
        " ".join(chance.choices(WORDS, k=30)),
        *(" ".join(chance.choices(WORDS, k=5)) for _ in range(chance.randrange(3))),
        title=" ".join(chance.sample(WORDS, 3)),
        tags=tuple(chance.sample(WORDS, 2)),
        description=f"a note on {chance.choice(WORDS)}",
        language=chance.choice(("en", "de", None)),
        platform=chance.choice(("ghost", None)),
    )


@pytest.mark.parametrize("edited", [False, True])
def test_an_index_of_many_updates_tells_what_one_built_anew_does(archive: Archive, edited: bool) -> None:
    chance = random.Random(5)
    for number in range(40):
        add(archive, chance, number)
        if edited:
            add(archive, chance, chance.randrange(number + 1))
        archive.sync()
    # Texts that were replaced count among those with a word until their segment is written anew.
    followed = told(archive, scores=not edited)
    assert len(segments(archive)) < 3 * MERGED_TOGETHER

    archive.index.sync(rebuild=True)

    assert len(segments(archive)) == 1
    assert [query for query, (hits, _) in zip(QUERIES, followed[len(WORDS) :], strict=True) if not hits] == []
    assert followed == told(archive, scores=not edited)
    assert archive.check() == []


def test_a_text_is_written_once_for_each_size_of_segment(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.index_segment.TINY_SEGMENT", 1)
    sizes = []
    for number in range(16):
        write(archive, f"post-{number}", f"text {number}")
        archive.sync()
        sizes.append(segments(archive))

    assert sizes[2:6] == [[1, 1, 1], [4], [4, 1], [4, 1, 1]]
    assert sizes[11:] == [[4, 4, 4], [4, 4, 4, 1], [4, 4, 4, 1, 1], [4, 4, 4, 1, 1, 1], [16]]


def test_what_is_new_is_found_before_segments_are_merged(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MERGED_TOGETHER - 1):
        write(archive, f"post-{number}", "pricing")
        archive.sync()
    write(archive, "new", "pricing")
    with monkeypatch.context() as patched:
        patched.setattr("archive.index.merge", interrupted)
        with pytest.raises(KeyboardInterrupt):
            archive.sync()
    assert "new" in found(archive, "pricing")
    assert segments(archive) == [1] * MERGED_TOGETHER

    archive.sync()

    assert segments(archive) == [MERGED_TOGETHER]
    assert len(found(archive, "pricing")) == MERGED_TOGETHER


def test_what_a_killed_merge_left_is_removed_by_the_next_sync(archive: Archive) -> None:
    pointer = archive.directory / "index" / "state.json"
    for number in range(MERGED_TOGETHER):
        if number == MERGED_TOGETHER - 1:
            before = pointer.read_bytes()
        write(archive, f"post-{number}", "pricing")
        archive.sync()
    # As if killed when the merged segment had its name, and the pointer was still to be written.
    values = json.loads(pointer.read_bytes())
    pointer.write_text(json.dumps(values | {"sizes": json.loads(before)["sizes"]}))
    (archive.directory / "index" / values["generation"] / "MAIN.tmp").mkdir()
    assert len(found(archive, "pricing")) == MERGED_TOGETHER

    archive.sync()

    assert sorted(left.name for left in archive.directory.glob("index/*/*.tmp")) == []
    state = archive.index._files.state()
    assert state is not None
    assert set(state.sizes) == archive.index._files.names(state.generation)
    assert len(found(archive, "pricing")) == MERGED_TOGETHER
    assert archive.check() == []


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_large_segment_is_written_anew_when_much_of_it_was_replaced(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.index_segment.SMALL_SEGMENT", 5)
    for number in range(10):
        write(archive, f"post-{number}", "pricing")
    archive.sync()
    for number in range(3):
        write(archive, f"post-{number}", "churn")
        archive.sync()
    assert segments(archive) == [7, 1, 1, 1]
    size = index_bytes(archive.directory)

    write(archive, "post-3", "churn")
    archive.sync()

    assert segments(archive) == [10]
    assert index_bytes(archive.directory) < size
    assert archive.search(Query(text="pricing")).total == 6


def index_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("index/*/*.seg"))
