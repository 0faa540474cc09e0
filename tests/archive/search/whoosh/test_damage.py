"""What is torn, foreign or gone of the index is told and made anew."""

import json
import shutil
import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from archive.archive import Archive
from archive.errors import ArchiveBusyError, ArchiveOpenError
from archive.records.models import Post
from archive.search.results import Query

MakePost = Callable[..., Post]
THREAD = (("1", None, "We tried that"), ("2", "1", "So did we"), ("3", None, "Pricing pages first"))


def ids(archive: Archive, text: str) -> set[str]:
    return {hit.id for hit in archive.search(Query(text=text, per_page=100)).hits}


def generation(archive: Archive) -> Path:
    state = json.loads((archive.directory / "index/state.json").read_text())
    return Path(archive.directory / "index" / state["generation"])


def changed_state(archive: Archive, **values: object) -> None:
    path = archive.directory / "index/state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.fixture
def filled(archive: Archive, make_post: MakePost) -> Archive:
    archive.add(make_post(thread=THREAD))
    archive.sync()
    return archive


@pytest.mark.parametrize("suffix", [".seg", ".toc"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_makes_the_index_anew(filled: Archive, suffix: str, share: float) -> None:
    (path,) = generation(filled).glob(f"*{suffix}")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert filled.check() != []
    report = filled.sync()
    assert report.rebuilt is not None
    assert report.rebuilt.startswith("damaged")
    assert len(ids(filled, "customers")) == 4
    assert filled.check() == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"schema": 0}, "made by another version"),
        ({"archive_id": "other"}, "of another archive"),
        ({"seq": 99}, "ahead of the records"),
    ],
)
def test_an_index_that_does_not_fit_is_made_anew(filled: Archive, values: dict[str, object], reason: str) -> None:
    before = generation(filled)
    changed_state(filled, **values)
    assert filled.check() != []
    assert filled.sync().rebuilt == reason
    assert not before.exists()
    assert filled.search(Query(text="customers")).total == 4


#: Whoosh leaves a torn file that it could not open to the garbage collector, which warns.
WHOOSH_LEAVES_FILES = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@WHOOSH_LEAVES_FILES
def test_a_file_spoiled_within_is_told_and_made_up_for(filled: Archive) -> None:
    (path,) = generation(filled).glob("*.seg")
    content = bytearray(path.read_bytes())
    content[: len(content) // 2] = bytes(len(content) // 2)
    path.write_bytes(content)
    assert any("rebuild" in words or "sales-archive index" in words for words in filled.check())
    with pytest.raises(ArchiveOpenError, match="--rebuild"):
        filled.search(Query(text="customers"))
    filled.engine.sync(rebuild=True)
    assert filled.search(Query(text="customers")).total == 4


@WHOOSH_LEAVES_FILES
def test_damage_met_while_writing_makes_the_index_anew(filled: Archive, make_post: MakePost) -> None:
    (path,) = generation(filled).glob("*.seg")
    content = bytearray(path.read_bytes())
    content[: len(content) // 2] = bytes(len(content) // 2)
    path.write_bytes(content)
    filled.add(make_post(thread=THREAD, title="Churn"))
    assert (filled.sync().rebuilt or "").startswith("damaged")
    assert len(ids(filled, "churn")) == 4
    assert filled.check() == []


FAULTS = [KeyError, TypeError, ValueError, AttributeError, IndexError, AssertionError, MemoryError, OSError]


def raising(error: type[Exception]) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error("a fault of the program")

    return fail


@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_of_the_program_in_search_is_no_damage(
    filled: Archive, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("archive.search.whoosh.page.facet", raising(error))
        with pytest.raises(error, match="a fault of the program"):
            filled.search(Query(text="customers"))
    assert filled.search(Query(text="customers")).total == 4


@pytest.mark.parametrize("error", FAULTS)
def test_a_fault_of_the_program_in_sync_builds_nothing_anew(
    filled: Archive, make_post: MakePost, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    before = generation(filled)
    filled.add(make_post(thread=THREAD, title="Churn"))
    with monkeypatch.context() as patch:
        patch.setattr("archive.search.whoosh.index.writing.post_document", raising(error))
        with pytest.raises(error, match="a fault of the program"):
            filled.sync()
    assert filled.sync().rebuilt is None
    assert generation(filled) == before
    assert len(ids(filled, "churn")) == 4


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a writer to put right what is torn: there is none."""
    monkeypatch.setattr("archive.search.whoosh.engine.OPEN_SECONDS", 0.0)


@pytest.mark.usefixtures("impatient")
def test_a_date_that_no_text_can_have_is_told(archive: Archive, make_post: MakePost) -> None:
    date = datetime(2015, 3, 5, tzinfo=UTC)
    archive.add(make_post(published=date))
    archive.sync()
    (path,) = generation(archive).glob("*.seg")
    known, unknown = (struct.pack("=q", seconds) for seconds in (int(date.timestamp()), 2**60))
    content = path.read_bytes()
    assert known in content
    path.write_bytes(content.replace(known, unknown))
    with pytest.raises(ArchiveOpenError, match="--rebuild"):
        archive.search(Query(text="customers"))


@pytest.mark.usefixtures("impatient")
def test_a_segment_that_is_gone_is_told_and_made_up_for(filled: Archive) -> None:
    for path in generation(filled).glob("*.seg"):
        path.unlink()
    with pytest.raises(ArchiveOpenError, match="--rebuild"):
        filled.search(Query(text="customers"))
    assert (filled.sync().rebuilt or "").startswith("damaged")
    assert filled.search(Query(text="customers")).total == 4


@WHOOSH_LEAVES_FILES
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("seed", range(20))
def test_bytes_spoiled_anywhere_are_found_or_harmless(filled: Archive, make_post: MakePost, seed: int) -> None:
    """Whatever Whoosh raises on them is damage to the caller, and a sync mends it."""
    spoiler = Random(seed)
    (path,) = generation(filled).glob("*.seg")
    content = bytearray(path.read_bytes())
    begin = spoiler.randrange(len(content))
    size = min(spoiler.choice([1, 4, 32, 300]), len(content) - begin)
    content[begin : begin + size] = spoiler.choice([bytes(size), spoiler.randbytes(size)])
    path.write_bytes(content)
    questions: list[Callable[[], object]] = [
        lambda: filled.search(Query(text="customers we~")),
        lambda: filled.search(Query(text='"so did"')),
        lambda: filled.search(Query(text="custmers")),
        lambda: filled.engine.matching(Query(text="pri*")),
        lambda: filled.engine.complete("cu"),
        lambda: filled.engine.complete_name("author", "a"),
        lambda: filled.engine.related(make_post().id),
        lambda: filled.engine.key_terms(Query(text="customers")),
        filled.check,
    ]
    for question in questions:
        with suppress(ArchiveOpenError):
            question()
    filled.add(make_post(thread=THREAD, title="Churn"))
    filled.sync()


def test_an_index_can_be_deleted(filled: Archive) -> None:
    shutil.rmtree(filled.directory / "index")
    assert filled.search(Query(text="customers")).message is not None
    assert filled.sync().written == 4
    assert filled.search(Query(text="customers")).total == 4


def test_a_rebuild_that_was_asked_for_writes_everything(filled: Archive) -> None:
    report = filled.engine.sync(rebuild=True)
    assert (report.written, report.rebuilt) == (4, "asked for")


def test_another_archives_index_is_not_read(filled: Archive, tmp_path: Path) -> None:
    shutil.copytree(filled.directory / "index", tmp_path / "other/index")
    with Archive(tmp_path / "other") as other:
        assert other.search(Query(text="customers")).total == 0


def test_a_second_sync_says_that_it_must_wait(filled: Archive) -> None:
    with filled.engine.files.writing(0), pytest.raises(ArchiveBusyError, match="another process"):
        filled.engine.sync(wait_seconds=0)
