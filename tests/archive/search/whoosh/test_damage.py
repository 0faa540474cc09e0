"""What is torn, foreign or gone of the index is told and made anew."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

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
