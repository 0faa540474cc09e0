"""Where the system refuses, the command line says so in a line, exits with a status, and loses nothing."""

import hashlib
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest

from archive.archive import Archive
from archive.export.verifying import verify
from archive.search.results import Query
from crawler.visits.verdict import Exit
from tests.support import crawling
from tests.support.blog import Blog, serve
from tests.support.datasets import THREAD
from tests.support.posts import build_post
from tests.torture import shim
from tests.torture.refused import backup, can_mount, is_told, little_disk, sales_archive, small_files

pytestmark = pytest.mark.torture

#: Every command that opens an archive, with arguments that would do something.
COMMANDS = ["search text", "forget site:x --yes", "show post:0", "status", "sites", "check", "index", "export {out}",
            "serve"]  # fmt: skip

#: Those that only read records.
READING = ["search text", "export {out}", "status", "sites", "check"]

#: As many of them are tried where there is little time.
SAMPLE = 1


@pytest.fixture
def patience(torture: bool) -> None:
    """Skip what takes two crawls where there is little time."""
    if not torture:
        pytest.skip("takes two crawls: `make torture` has the time")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return an archive of five posts, indexed."""
    with Archive(tmp_path / "kept") as archive:
        for number in range(5):
            archive.add(build_post(f"https://example.com/{number}/", text=f"Text number {number}.", thread=THREAD))
        archive.sync()
    return tmp_path / "kept"


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve() as blog:
        yield blog


def digest(directory: Path) -> dict[str, str]:
    paths = [path for path in directory.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.name != "lock"}


def found(directory: Path) -> int:
    with Archive(directory) as archive:
        assert archive.check() == []
        return archive.search(Query(text="kind:post")).total


def test_a_load_that_fills_the_disk_keeps_its_commits_and_goes_on_later(tmp_path: Path) -> None:
    source = backup(tmp_path, 450)
    directory = tmp_path / "kept"

    full = sales_archive(directory, "load", str(source), before=small_files(1_000_000))

    assert is_told(full, "free space and run again")
    with Archive(directory) as archive:
        assert archive.database.damage() == archive.store.damage() == []
        kept = len(list(archive.posts()))
        assert 0 < kept < 450
    assert f"{450 - kept} new, {kept} unchanged" in sales_archive(directory, "load", str(source)).stdout


def test_an_index_that_fills_the_disk_leaves_the_old_one_with_a_warning(directory: Path) -> None:
    with Archive(directory) as archive:
        for number in range(40):
            text = " ".join(f"word{number}x{place}" for place in range(400))
            archive.add(build_post(f"https://example.com/long/{number}/", text=text))

    rebuilt = sales_archive(directory, "index", "--rebuild", before=small_files(100_000))
    assert is_told(rebuilt, "the records are safe")
    assert is_told(sales_archive(directory, "index", before=small_files(100_000)), "the records are safe")
    searched = sales_archive(directory, "search", "kind:post", before=small_files(100_000))

    assert (searched.returncode, searched.stdout.splitlines()[0]) == (0, "5 results")
    assert searched.stderr.startswith("sales-archive: the search index lacks the last 40 changes: cannot write")
    assert sales_archive(directory, "index").returncode == 0
    assert found(directory) == 45


def test_an_export_that_fills_the_disk_leaves_only_the_old_dataset(directory: Path, tmp_path: Path) -> None:
    out = tmp_path / "datasets" / "out"
    assert sales_archive(directory, "export", str(out)).returncode == 0
    before = digest(out)
    with Archive(directory) as archive:
        archive.add(build_post("https://example.com/long/", text=" ".join(f"word{n}" for n in range(200_000))))

    full = sales_archive(directory, "export", "--plain", str(out), before=small_files(100_000))

    assert is_told(full, "cannot write")
    assert digest(out) == before
    assert verify(out) == []
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_forgetting_that_fills_the_disk_is_told_and_can_be_finished(directory: Path) -> None:
    with Archive(directory) as archive:
        text = " ".join(f"word{n}" for n in range(10_000))
        archive.add(build_post("https://example.com/long/", text=text))
        archive.add(build_post("https://other.example/", text=text))

    full = sales_archive(directory, "forget", "site:example.com", "--yes", before=small_files(100_000))

    assert is_told(full, "cannot write")
    assert sales_archive(directory, "forget", "site:example.com", "--yes").returncode == 0
    assert found(directory) == 1


@pytest.mark.usefixtures("patience")
def test_a_full_disk_leaves_the_archive_readable_and_goes_on_once_freed(tmp_path: Path, blog: Blog) -> None:
    if not can_mount(tmp_path / "disk"):
        pytest.skip("needs root, who may mount a little disk")
    blog.sitemap(*(blog.post(f"lesson-{number}", words="words of selling " * 3000) for number in range(30)))
    crawl = ("crawl", "blog", "-a", f"site={blog.url}")
    with little_disk(tmp_path / "disk", 1) as resize:
        directory = tmp_path / "disk" / "kept"
        full = crawling.run(*crawl, ARCHIVE_DIR=str(directory))

        assert full.returncode == Exit.ARCHIVE, full.stderr
        said = full.stderr.splitlines()[-4:]  # of raw responses and the search index, too
        assert any("the archive could not be written" in line for line in said), said
        assert sales_archive(directory, "status").returncode == 0
        with Archive(directory) as archive:
            kept = len(list(archive.posts()))
            assert archive.database.damage() == archive.store.damage() == []
        assert kept < 30
        resize(64)
        again = crawling.run(*crawl, "-a", "refresh=all", ARCHIVE_DIR=str(directory))
        assert again.returncode == 0, again.stderr
        assert sales_archive(directory, "index").returncode == 0
        assert found(directory) == 30


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_a_directory_that_may_not_be_written_or_entered_is_told(
    directory: Path, tmp_path: Path, mode: int, torture: bool
) -> None:
    before = digest(directory)
    tmp_path.chmod(0o755)
    for path in (directory, *directory.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    directory.chmod(mode)

    for command in COMMANDS if torture else COMMANDS[:SAMPLE]:
        done = sales_archive(directory, *command.format(out=tmp_path / "out").split(), nobody=True)
        assert is_told(done, "ermission" if not mode else "records.db")

    directory.chmod(0o755)
    assert digest(directory) == before


def test_an_archive_of_a_newer_version_is_left_alone_by_every_command(
    directory: Path, tmp_path: Path, blog: Blog, torture: bool
) -> None:
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE meta SET value = '999' WHERE name = 'version'")
    before = digest(directory)

    for command in [f"load {backup(tmp_path, 1)}", *(COMMANDS if torture else COMMANDS[:SAMPLE])]:
        done = sales_archive(directory, *command.format(out=tmp_path / "out").split())
        assert is_told(done, "was written by a newer sales-archive (format 999, this one knows")
    crawled = crawling.run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory))

    assert crawled.returncode == Exit.ARCHIVE
    assert "upgrade the program" in crawled.stderr
    assert blog.asked == []
    assert digest(directory) == before


def test_a_locked_database_is_read_and_writers_say_that_they_waited(
    directory: Path, tmp_path: Path, torture: bool
) -> None:
    seconds = 60 if torture else 0.5
    other = sqlite3.connect(directory / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    reading = READING if torture else READING[:SAMPLE]
    read = [
        sales_archive(directory, *each.format(out=tmp_path / "out").split(), busy_seconds=seconds) for each in reading
    ]
    refused = sales_archive(directory, "load", str(backup(tmp_path, 2)), busy_seconds=seconds)
    other.execute("ROLLBACK")
    other.close()

    assert [done.returncode for done in read] == [0] * len(reading)
    assert not any("was locked by" in done.stderr for done in read)
    assert is_told(refused, "was locked by another process")
    assert sales_archive(directory, "load", str(tmp_path / "backup")).returncode == 0


def test_a_database_locked_by_another_program_is_busy_not_damaged(directory: Path) -> None:
    other = sqlite3.connect(directory / "records.db", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")

    refused = sales_archive(directory, "status", busy_seconds=0.5)
    other.close()

    assert is_told(refused, "try again later")
    assert sales_archive(directory, "status").returncode == 0


@pytest.mark.skipif(shim.LACKING is not None, reason=str(shim.LACKING))
@pytest.mark.usefixtures("patience")
def test_pages_are_visited_after_a_clock_that_was_years_ahead(
    tmp_path: Path, blog: Blog, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = blog.post("first"), blog.post("second", comments=1)
    blog.sitemap(first, second)
    crawl = ("crawl", "blog", "-a", f"site={blog.url}")
    with monkeypatch.context() as moved:
        moved.setenv("LD_PRELOAD", str(library))
        moved.setenv("TORTURE_CLOCK", str(5 * 365 * 24 * 3600))
        assert crawling.run(*crawl, ARCHIVE_DIR=str(tmp_path)).returncode == 0
    asked = len(blog.asked)
    blog.post("second", comments=3)
    blog.sitemap(first, second, blog.post("third"))

    assert crawling.run(*crawl, ARCHIVE_DIR=str(tmp_path)).returncode == 0

    assert {each.path for each in blog.asked[asked:]} >= {"/first/", "/second/", "/third/"}
    with Archive(tmp_path) as archive:
        assert list(archive.store.counts().values()) == [(3, 3)]
        archive.sync()
        assert archive.check() == []
        assert all("2031" not in str(each.ended) for each in archive.jobs.latest(1))


@pytest.mark.parametrize("part", ["index", "index/g1"])
def test_an_index_that_is_deleted_while_it_is_served_is_made_anew(directory: Path, part: str) -> None:
    program = (
        "import sys, webui.index_refresh\n"
        "webui.index_refresh.EVERY_SECONDS = 0.2\n"
        "from archive.cli import main\n"
        "main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, "--archive", str(directory), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rpartition(" at ")[2].strip()
        try:
            assert served(address) == 5
            path = directory / part
            path.unlink() if path.is_file() else shutil.rmtree(path)
            deadline = time.monotonic() + 60
            while not (
                (directory / "index" / "state.json").exists() and served(address) == 5 and is_current(directory)
            ):
                assert time.monotonic() < deadline
        finally:
            process.terminate()


def served(address: str) -> int:
    """Return how many posts a search finds; every answer is one of status 200."""
    with urlopen(f"{address}search?q=kind:post") as answer:
        return answer.read().decode().count('class="hit post"')


def is_current(directory: Path) -> bool:
    with Archive(directory) as archive:
        return archive.engine.is_current()
