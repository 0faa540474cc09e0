"""What a killed process left undone is told, and made good by the next one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.cli import main
from archive.errors import DatasetError
from archive.export.dataset import write_dataset
from archive.export.plan import BACKUP
from archive.export.verifying import verify
from archive.files.swap import new_directory
from archive.records.models import Post
from archive.store.captures import Capture
from archive.store.deny import Rule, begin_forgetting, unfinished

Builder = Callable[..., Post]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def half_forgotten(archive: Archive, url: str) -> None:
    """Leave what a process does that is killed as soon as it has begun to forget."""
    archive.sync()
    with archive.database.write() as connection:
        begin_forgetting(connection, Rule(kind="url", value=url))


def test_an_interrupted_forget_is_reported_and_finished_by_the_next_index(
    archive: Archive, make_post: Builder
) -> None:
    post = make_post()
    archive.add(post)
    half_forgotten(archive, post.url)
    told = archive.check()

    assert main(["--archive", str(archive.directory), "index"]) == 0

    assert told == [f"url {post.url} is half forgotten; run `sales-archive index`"]
    assert archive.store.post(post.id) is None
    assert archive.check() == []


def test_a_rule_that_is_lifted_does_not_come_back(archive: Archive, make_post: Builder) -> None:
    post = make_post()
    archive.add(post)
    half_forgotten(archive, post.url)

    assert main(["--archive", str(archive.directory), "forget", "--allow", post.url]) == 0
    assert main(["--archive", str(archive.directory), "index"]) == 0

    assert unfinished(archive.database.connection) == []
    assert archive.add(post).post == "new"


def test_raw_responses_that_went_away_are_told(archive: Archive) -> None:
    row = Capture("https://a.example/", "2026-08-01T00:00:00Z", "x", "torn.warc.gz", 0, 100, "response")
    archive.captures.add([row])
    missing = archive.check()
    (archive.directory / "warc").mkdir()
    (archive.directory / "warc" / "torn.warc.gz.open").write_bytes(b"x" * 99)

    assert missing == ["the WARC file torn.warc.gz with 1 raw responses is missing"]
    assert archive.check() == ["the WARC file torn.warc.gz has 99 of 100 bytes; the next crawl cuts what is torn"]


def test_two_exports_to_one_place_leave_each_other_alone(tmp_path: Path) -> None:
    with new_directory(tmp_path / "out") as first:
        (first / "first").touch()
        with new_directory(tmp_path / "out") as second:
            (second / "second").touch()
        assert names(tmp_path / "out") == ["second"]

    assert names(tmp_path / "out") == ["first"]
    assert names(tmp_path) == ["out"]


def test_leftovers_of_a_killed_export_are_removed_and_old_files_restored(filled: Archive, tmp_path: Path) -> None:
    write_dataset(filled, tmp_path / "out", BACKUP, key=b"")
    shutil.move(tmp_path / "out", tmp_path / ".out.old-12345678")
    (tmp_path / ".out.new-12345678" / "data").mkdir(parents=True)

    with pytest.raises(DatasetError, match="on purpose"), new_directory(tmp_path / "out"):
        raise DatasetError("on purpose")

    assert names(tmp_path) == ["archive", "out"]
    assert verify(tmp_path / "out") == []


def test_a_torn_index_is_made_anew_by_the_next_search(filled: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    filled.sync()
    (segment,) = (filled.directory / "index").glob("*/*.seg")
    segment.write_bytes(segment.read_bytes()[:1000])

    assert main(["--archive", str(filled.directory), "search", "kind:post"]) == 0

    assert capsys.readouterr().out.startswith("5 results")
    assert filled.check() == []
