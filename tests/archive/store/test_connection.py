"""What a damaged or locked records.db raises: errors of the archive, never SQLite's own."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.cli import main
from archive.errors import ArchiveOpenError, ArchiveReadError
from archive.records.models import Post

PAGE = 4096


@pytest.fixture
def damaged(tmp_path: Path, make_post: Callable[..., Post]) -> Path:
    """Return the directory of an archive whose later pages hold rubbish."""
    with Archive(tmp_path) as archive:
        for number in range(40):
            archive.add(make_post(f"https://example.com/{number}/", text=f"Remark {number}. " * 200))
    path = tmp_path / "records.db"
    with path.open("r+b") as file:
        file.seek(30 * PAGE)
        file.write(b"\xa5" * (path.stat().st_size - 30 * PAGE))
    return tmp_path


def test_reading_a_damaged_archive_says_what_to_do(damaged: Path, capsys: pytest.CaptureFixture[str]):
    with Archive(damaged) as archive, pytest.raises(ArchiveReadError) as raised:
        list(archive.posts())

    assert str(raised.value) == (
        f"cannot read {damaged / 'records.db'}: database disk image is malformed; "
        "see what is wrong with `sales-archive check`"
    )
    assert isinstance(raised.value.__cause__, sqlite3.DatabaseError)
    assert main(["--archive", str(damaged), "export", str(damaged / "dataset")]) == 2
    assert capsys.readouterr().err == f"sales-archive: {raised.value}\n"


@pytest.mark.parametrize("read", [list, lambda rows: rows.fetchall(), lambda rows: [*iter(rows.fetchone, None)]])
def test_rows_of_a_damaged_archive_raise_wherever_they_are_read(damaged: Path, read: Callable[..., object]):
    with Archive(damaged) as archive, pytest.raises(ArchiveReadError):
        read(archive.database.connection.execute("SELECT record FROM revisions"))


def test_writing_into_a_damaged_archive_raises_what_opening_it_would(damaged: Path):
    def rewrite() -> None:
        with archive.database.write() as connection:
            connection.execute("UPDATE revisions SET saved = ''")

    with Archive(damaged) as archive:
        with pytest.raises(ArchiveOpenError, match="load your last export"):
            rewrite()
        archive.sites.learn("example.com", platform="ghost")  # nothing is left begun


def test_mistake_in_a_statement_is_told_as_unreadable(archive: Archive):
    with pytest.raises(ArchiveReadError, match="no such table: lost"):
        archive.database.connection.execute("SELECT 1 FROM lost")


def test_snapshot_is_closed_when_its_reader_fails(tmp_path: Path):
    with Archive(tmp_path) as archive:
        with pytest.raises(RuntimeError), archive.database.snapshot():
            raise RuntimeError
        archive.sites.learn("example.com", platform="ghost")
        assert archive.database.empty_log()
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sites").fetchone() == (1,)
