import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import ArchiveOpenError, ArchiveVersionError, ArchiveWriteError
from archive.records.models import Comment, Post, comment_id, parse_time
from archive.store.coverage import coverage
from archive.store.database import Database

Builder = Callable[..., Post]

#: Archives posts with threads until it is killed or has done all, telling after each commit what it holds.
WRITER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from archive.archive import Archive
from archive.records.models import Comment, Post, Visit, comment_id, post_id

directory, name, number, length = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
now = datetime(2026, 8, 1, tzinfo=UTC)
with Archive(directory) as archive:
    for n in range(number):
        url = f"https://{name}.example/{n}/"
        comments = tuple(
            Comment(id=comment_id(url, "isso", str(c)), post_id=post_id(url), position=c, text="yes", system="isso")
            for c in range(5)
        )
        post = Post(id=post_id(url), url=url, site=f"{name}.example", text="word " * length, comments=comments)
        archive.record(Visit(url=url, site=post.site, at=now, status=200, post=post, etag=f"etag-{n}"))
        print(url, flush=True)
"""


def start_writer(directory: Path, name: str, number: int, *, length: int = 50) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), name, str(number), str(length)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_whole(archive: Archive, *, told: list[str]) -> None:
    """Assert that every visit is there with its post and thread, or not at all, and none that was told is missing."""
    assert archive.store.damage() == []
    posts = {post.url: post for post in archive.posts()}
    assert set(told) <= posts.keys()
    assert all(len(post.comments) == 5 for post in posts.values())
    sites = {post.site for post in posts.values()}
    known = {known.url: known for site in sites for known in archive.frontier.due(site, everything=True)}
    assert known.keys() == posts.keys()
    assert all(known[url].etag == f"etag-{url.split('/')[3]}" for url in posts)


def test_many_processes_write_at_once_into_a_new_archive(tmp_path: Path):
    writers = [start_writer(tmp_path, f"blog{n}", 40) for n in range(4)]

    results = [writer.communicate(timeout=120) for writer in writers]

    assert [error for _, error in results] == [""] * 4
    with Archive(tmp_path) as archive:
        assert_whole(archive, told=[url for output, _ in results for url in output.split()])
        assert archive.store.counts() == {f"blog{n}.example": (40, 200) for n in range(4)}


def test_many_open_a_new_archive_at_the_same_moment(tmp_path: Path):
    def open_one() -> None:
        together.wait()
        Database(path).close()

    for attempt in range(100):  # unguarded, four of a hundred fail
        path, together = tmp_path / str(attempt) / "records.db", threading.Barrier(6)
        with ThreadPoolExecutor(6) as threads:
            for opened in [threads.submit(open_one) for _ in range(6)]:
                opened.result()


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_visits_only(tmp_path: Path):
    told: list[str] = []
    for attempt in range(8):
        writer = start_writer(tmp_path, f"blog{attempt}", 10_000)
        assert writer.stdout is not None
        told.append(writer.stdout.readline().strip())
        time.sleep(random.uniform(0, 0.2))  # the moment of death is the test's subject
        writer.send_signal(signal.SIGKILL)
        told += writer.communicate(timeout=60)[0].split("\n")[:-1]

        with Archive(tmp_path) as archive:
            assert archive.database.damage() == []
            assert_whole(archive, told=told)


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path):
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

    writer = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path), "blog", "400", "2000"],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit,
        check=False,
    )

    assert "ArchiveWriteError: cannot write" in writer.stderr
    assert "free space and run again" in writer.stderr
    told = writer.stdout.split()
    assert told
    with Archive(tmp_path) as archive:
        assert archive.database.damage() == []
        assert_whole(archive, told=told)
        assert len(list(archive.posts())) == len(told)


def test_a_failed_transaction_leaves_nothing(archive: Archive, make_post: Builder):
    def fail() -> None:
        with archive.database.write() as connection:
            archive.store.add(connection, make_post())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert archive.store.last_seq() == 0
    assert archive.add(make_post()).post == "new"


def test_a_write_that_sqlite_refuses_is_told(archive: Archive):
    archive.database.connection.execute("PRAGMA query_only = ON")

    with pytest.raises(ArchiveWriteError, match="nothing of this change was kept"):
        archive.sites.learn("example.com", platform="ghost")


def test_an_archive_of_the_second_version_is_counted_as_before(tmp_path: Path, make_post: Builder):
    thread = (("a", "2019-02-01T00:00:00Z"), ("b", None), ("removed", "2019-03-01T00:00:00Z"))
    with Archive(tmp_path) as archive:
        for number, (published, precision) in enumerate(
            [("2015-03-01", "day"), ("2016-01-01", "year"), (None, None)]
        ):
            post = make_post(f"https://example.com/{number}/", author=None if number else "Ann")
            comments = tuple(
                Comment(id=comment_id(post.url, "x", name), post_id=post.id, position=0, text="Yes.",
                        deleted=name == "removed", published=date and parse_time(date),
                        published_precision=date and "day")
                for name, date in thread
            )  # fmt: skip
            dates = {
                "published": published and parse_time(f"{published}T00:00:00Z"),
                "published_precision": precision,
            }
            archive.add(replace(post, comments=comments, **dates))
        before = coverage(archive.database)
    with closing(sqlite3.connect(tmp_path / "records.db")) as connection, connection:
        connection.executescript(
            "DROP INDEX comments_by_post; CREATE INDEX comments_by_post ON comments (post_id, position);"
            "ALTER TABLE comments DROP COLUMN deleted;"
            "ALTER TABLE comments DROP COLUMN dated; ALTER TABLE posts DROP COLUMN dated;"
            "ALTER TABLE posts DROP COLUMN signed; ALTER TABLE posts DROP COLUMN status;"
            "UPDATE meta SET value = '2' WHERE name = 'version'"
        )

    with Archive(tmp_path) as archive:
        assert coverage(archive.database) == before
    assert [(each.month, each.posts, each.comments) for each in before["example.com"].months] == [
        ("2015-03", 1, 0),
        ("2019-02", 0, 3),
    ]
    assert (before["example.com"].undated, before["example.com"].unsigned) == (1, 2)
    assert before["example.com"].comments == 6


def test_an_archive_of_a_newer_version_is_refused(tmp_path: Path):
    database = Database(tmp_path / "records.db")
    with database.write() as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'version'")
    database.close()

    with pytest.raises(ArchiveVersionError, match="upgrade the program"):
        Database(tmp_path / "records.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "records.db").write_text("not a database at all, but long enough to be read as one" * 20)

    with pytest.raises(ArchiveOpenError, match="not a database"):
        Database(tmp_path / "records.db")


@pytest.mark.parametrize(
    "tables",
    [
        "CREATE TABLE posts (x)",
        "CREATE TABLE metadata (name TEXT, value TEXT); INSERT INTO metadata VALUES ('version', '1')",
        "CREATE TABLE meta (x)",
        "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('version', '1')",
        "CREATE TABLE meta (name TEXT, value TEXT); INSERT INTO meta VALUES ('title', 'Bookmarks')",
        "CREATE TABLE meta (name TEXT, value TEXT); INSERT INTO meta VALUES ('version', '2.0.1')",
    ],
)
def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, tables: str):
    path = tmp_path / "records.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(tables)
    before = path.read_bytes()

    with pytest.raises(ArchiveOpenError, match="another program"):
        Database(path)

    assert path.read_bytes() == before


def test_a_path_through_a_file_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(ArchiveOpenError, match="check the directory"):
        Archive(tmp_path / "file")


def test_a_read_only_archive_is_refused_with_the_reason(tmp_path: Path):
    Archive(tmp_path).close()
    (tmp_path / "records.db").chmod(0o444)
    tmp_path.chmod(0o555)
    code = f"""
import os
from archive.archive import Archive
if os.geteuid() == 0:
    os.seteuid(65534)  # root writes anywhere
Archive({str(tmp_path)!r})
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert "ArchiveOpenError" in result.stderr
    assert "check the directory and its permissions" in result.stderr


def test_a_torn_write_ahead_log_costs_the_last_commits_only(tmp_path: Path):
    writer = start_writer(tmp_path, "blog", 200)
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(100)]
    writer.kill()
    writer.communicate(timeout=60)
    log = tmp_path / "records.db-wal"
    os.truncate(log, log.stat().st_size // 2)

    with Archive(tmp_path) as archive:
        assert archive.database.damage() == []
        assert_whole(archive, told=[])
        assert 0 < len(list(archive.posts())) <= len(told) + 100
