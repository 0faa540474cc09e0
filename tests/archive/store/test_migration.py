"""Archives of older versions: what opening one does, keeps and refuses."""

import logging
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaitingError
from contextlib import closing
from pathlib import Path
from shutil import disk_usage

import pytest

from archive.archive import Archive
from archive.errors import ArchiveWriteError
from archive.files.lock import locked
from archive.forgetting import forget
from archive.records.models import Post
from archive.store.database import Database
from archive.store.deny import Rule
from archive.store.tables import VERSION

Builder = Callable[..., Post]

#: What makes a file of format 4 one of format 2.
OLDER = """
DROP INDEX comments_by_post; CREATE INDEX comments_by_post ON comments (post_id, position);
ALTER TABLE comments DROP COLUMN deleted; ALTER TABLE comments DROP COLUMN dated;
ALTER TABLE posts DROP COLUMN dated; ALTER TABLE posts DROP COLUMN signed; ALTER TABLE posts DROP COLUMN status;
UPDATE meta SET value = '2' WHERE name = 'version'
"""


def sql(path: Path, statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()[0])


def open_with_limited_files(directory: Path) -> str:
    """Open an archive in a process that can write no file of more than 50,000 bytes; return what it raised."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    code = f"from archive.archive import Archive; Archive({str(directory)!r})"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, preexec_fn=limit, check=False
    ).stderr


def names(directory: Path) -> list[str]:
    """Return the names of the database and its copies."""
    return sorted(path.name for path in directory.glob("records*") if path.suffix != ".db-wal" and path.is_file())


@pytest.fixture
def older(tmp_path: Path, make_post: Builder) -> Path:
    """Return the records.db of an archive of format 2 with two posts."""
    with Archive(tmp_path) as archive:
        archive.add(make_post("https://example.com/1/", text="The first remark of a long night. " * 200))
        archive.add(make_post("https://example.com/2/"))
    sql(tmp_path / "records.db", OLDER)
    return tmp_path / "records.db"


def test_opening_an_older_archive_keeps_a_copy_of_it(older: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING), Archive(older.parent) as archive:
        assert archive.database.meta("version") == str(VERSION)
        assert len(list(archive.posts())) == 2

    copy = older.with_name("records-v2.db")
    assert names(older.parent) == ["records-v2.db", "records.db"]
    assert version(copy) == 2
    assert str(copy) in caplog.text
    copy.replace(older)  # the way back
    with Archive(older.parent) as archive:
        assert len(list(archive.posts())) == 2


def test_opening_an_archive_of_today_makes_no_copy(tmp_path: Path):
    Database(tmp_path / "records.db").close()
    Database(tmp_path / "records.db").close()

    assert names(tmp_path) == ["records.db"]


def test_migration_is_refused_where_the_disk_has_no_room(older: Path):
    pages = disk_usage(older.parent).free // 4096 + 1
    with older.open("r+b") as file:  # a file of as many pages as there is room for, of holes
        file.truncate(pages * 4096)
        file.seek(28)
        file.write(pages.to_bytes(4, "big"))  # https://www.sqlite.org/fileformat.html: in-header database size
    needed, free = -(-2 * pages * 4096 // 1_000_000), disk_usage(older.parent).free // 1_000_000

    told = open_with_limited_files(older.parent)

    assert "ArchiveSpaceError" in told
    assert f"takes {needed:,} MB of disk" in told
    assert any(f"{each:,} MB are free" in told for each in range(free - 2000, free + 2000))
    assert "free space and open it again" in told
    assert names(older.parent) == ["records.db"]
    with closing(sqlite3.connect(older)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone() == ("2",)


def test_migration_that_finds_the_disk_full_leaves_the_archive_as_it_was(older: Path):
    assert older.stat().st_size > 50_000

    told = open_with_limited_files(older.parent)

    assert "ArchiveWriteError: cannot write" in told
    assert "free space and run again" in told
    assert names(older.parent) == ["records.db"]
    assert version(older) == 2
    Archive(older.parent).close()
    assert version(older) == VERSION


def test_migration_that_fails_leaves_no_copy(older: Path):
    sql(older, "ALTER TABLE posts ADD COLUMN dated TEXT")  # as no version has made it

    with pytest.raises(ArchiveWriteError, match="nothing of this change was kept"):
        Archive(older.parent)

    assert names(older.parent) == ["records.db"]
    assert version(older) == 2


def test_migration_writes_over_no_older_copy(older: Path):
    kept = older.with_name("records-v2.db")
    kept.write_bytes(b"the copy of another day")

    Archive(older.parent).close()

    assert kept.read_bytes() == b"the copy of another day"
    assert version(older.with_name("records-v2-2.db")) == 2


def test_migration_uses_the_copy_that_a_killed_one_left(older: Path):
    before = older.read_bytes()
    Archive(older.parent).close()
    older.write_bytes(before)
    older.with_name("records-v2.db.new").write_bytes(b"half a copy")

    Archive(older.parent).close()

    assert names(older.parent) == ["records-v2.db", "records.db"]
    assert version(older) == VERSION


def test_many_open_an_older_archive_at_once(older: Path):
    code = f"from archive.archive import Archive; print(len(list(Archive({str(older.parent)!r}).posts())))"
    openers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]

    assert [opener.communicate(timeout=60)[0] for opener in openers] == ["2\n"] * 4
    assert names(older.parent) == ["records-v2.db", "records.db"]


def test_whoever_opens_an_archive_in_migration_waits_for_its_end(older: Path):
    lock = older.parent / "locks" / "migration"
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    with ThreadPoolExecutor(1) as thread:
        with locked(lock):
            opening: Future[Archive] = thread.submit(Archive, older.parent)
            with pytest.raises(StillWaitingError):
                opening.result(timeout=0.5)
            assert version(older) == 2
        opening.result(timeout=60).close()
    assert version(older) == VERSION


def test_what_is_forgotten_is_in_no_copy(older: Path):
    with Archive(older.parent) as archive:
        forget(archive, Rule(kind="url", value="https://example.com/1/"))

    assert names(older.parent) == ["records.db"]
    assert all(b"first remark" not in path.read_bytes() for path in older.parent.rglob("*") if path.is_file())
