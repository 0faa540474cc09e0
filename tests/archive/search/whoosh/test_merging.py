"""Small updates: what is new is found at once, and segments are merged behind it, their texts unchanged."""

import errno
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.search.results import Query
from archive.search.whoosh.index.writing import MOST_BYTES, SMALL_BYTES, TOGETHER, to_merge
from tests.support.searching import found, search, write

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
    state = archive.engine.files.state()
    assert state is not None
    return [segment.doc_count() for segment in archive.engine.files.segments(state.generation)]


def told(archive: Archive, *, scores: bool) -> list[Any]:
    """Return what completion and searches tell, in no order."""
    answers: list[Any] = [archive.engine.complete(word[0].lower()) for word in WORDS]
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
    assert len(segments(archive)) < 3 * TOGETHER

    archive.engine.sync(rebuild=True)

    assert len(segments(archive)) == 1
    assert [query for query, (hits, _) in zip(QUERIES, followed[len(WORDS) :], strict=True) if not hits] == []
    assert followed == told(archive, scores=not edited)
    assert archive.check() == []


@dataclass
class Held:
    """What is asked of a segment."""

    name: int
    texts: int
    bytes: int
    deleted: int = 0

    def segment_id(self) -> int:
        return self.name

    def doc_count_all(self) -> int:
        return self.texts

    def deleted_count(self) -> int:
        return self.deleted


@pytest.mark.parametrize("size", [3_000, 70_000, 2_000_000, 60_000_000])
def test_segments_stay_few_and_a_text_is_written_once_for_each_size(size: int) -> None:
    segments: list[Held] = []
    written = most = 0
    for number in range(1_000):
        segments.append(Held(number, 10, size))
        while chosen := to_merge(segments, {each.name: each.bytes for each in segments}):
            together = sum(each.bytes for each in chosen)
            assert len(chosen) >= TOGETHER
            assert together <= MOST_BYTES
            written += together
            segments = [each for each in segments if each not in chosen]
            segments.append(Held(chosen[0].name, 10 * len(chosen), together))
        most = max(most, len([each for each in segments if each.bytes < SMALL_BYTES]))

    assert most <= 5 * (TOGETHER - 1)
    assert written <= 10 * 1_000 * size


def test_worn_segments_are_merged_no_more_at_once_than_memory_allows() -> None:
    worn = [Held(number, 60_000, 100_000_000, deleted=20_000) for number in range(5)]
    assert to_merge(worn, {each.name: each.bytes for each in worn}) == worn[:1]
    worn = [Held(number, 5_000, 10_000_000, deleted=2_000) for number in range(50)]
    assert to_merge(worn, {each.name: each.bytes for each in worn}) == worn[:12]
    whole = [Held(number, 60_000, 100_000_000, deleted=10_000) for number in range(5)]
    assert to_merge(whole, {each.name: each.bytes for each in whole}) == []


def test_what_is_new_is_found_before_segments_are_merged(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(TOGETHER - 1):
        write(archive, f"post-{number}", "pricing")
        archive.sync()
    write(archive, "new", "pricing")
    with monkeypatch.context() as patched:
        patched.setattr("archive.search.whoosh.engine.merge", interrupted)
        with pytest.raises(KeyboardInterrupt):
            archive.sync()
    assert "new" in found(archive, "pricing")
    assert segments(archive) == [1] * TOGETHER

    archive.sync()

    assert segments(archive) == [TOGETHER]
    assert len(found(archive, "pricing")) == TOGETHER


def test_what_a_killed_merge_left_is_removed_by_the_next_sync(archive: Archive) -> None:
    pointer = archive.directory / "index" / "state.json"
    for number in range(TOGETHER):
        if number == TOGETHER - 1:
            before = pointer.read_bytes()
        write(archive, f"post-{number}", "pricing")
        archive.sync()
    # As if killed when the merged segment had its name, and the pointer was still to be written.
    values = json.loads(pointer.read_bytes())
    pointer.write_text(json.dumps(values | {"sizes": json.loads(before)["sizes"]}))
    generation = archive.directory / "index" / values["generation"]
    (generation / "MAIN.tmp").mkdir()
    (generation / "MAIN_0123456789abcdef.pst").write_bytes(b"begun")
    (generation / "MAIN_fedcba9876543210.seg").write_bytes(b"merged")
    assert len(found(archive, "pricing")) == TOGETHER

    archive.sync()

    assert left(archive) == []
    assert len(found(archive, "pricing")) == TOGETHER
    assert archive.check() == []


def left(archive: Archive) -> list[str]:
    """Return the files of the index that the pointer does not name."""
    state = archive.engine.files.state()
    assert state is not None
    files = (archive.directory / "index" / state.generation).iterdir()
    return sorted({path.name for path in files} - set(state.sizes) - {"MAIN_WRITELOCK"})


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_segment_is_dropped_when_empty_and_rewritten_when_mostly_stale(archive: Archive) -> None:
    for number in range(10):
        write(archive, f"post-{number}", "pricing")
    archive.sync()
    size = index_bytes(archive.directory)
    for number in range(3):
        write(archive, f"post-{number}", "churn")
    archive.sync()
    assert segments(archive) == [7, 3]
    write(archive, "post-3", "churn")
    archive.sync()
    assert segments(archive) == [3, 1, 6]
    for number in range(10):
        write(archive, f"post-{number}", "demo")
    archive.sync()

    assert segments(archive) == [10]
    assert index_bytes(archive.directory) < 1.1 * size
    assert archive.search(Query(text="demo")).total == 10


def test_a_merge_that_finds_no_room_is_put_off(archive: Archive) -> None:
    for number in range(TOGETHER - 1):
        write(archive, f"post-{number}", "pricing")
        archive.sync()
    write(archive, "new", "pricing")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("archive.search.whoosh.index.segment._documents", full)
        report = archive.sync()
    assert (report.written, report.rebuilt) == (1, None)
    assert segments(archive) == [1] * TOGETHER

    archive.sync()

    assert segments(archive) == [TOGETHER]
    assert left(archive) == []


def index_bytes(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("index/*/*.seg"))
