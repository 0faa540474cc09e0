"""`scrapy crawl blog` as cron runs it: what its exit status says."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from crawler.visits.verdict import Exit, verdict
from tests.support.blog import Answer, Blog
from tests.support.crawling import run, start


def test_a_crawl_that_went_well_exits_with_0_and_leaves_a_healthy_report(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"), blog.post("second"))

    finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory))

    assert finished.returncode == 0, finished.stderr
    with Archive(directory) as archive:
        (job,) = archive.jobs.latest()
        report = job.to_json()["report"]
        assert len(list(archive.posts())) == 2
        archive.sync()
        assert archive.check() == []
    assert report["healthy"]
    assert report["counts"]["archive/posts_new"] == 2
    assert "2 new" in finished.stderr


def test_a_crawl_in_which_nothing_changed_exits_with_0(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"))
    run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory))
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000'")

    finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory))

    assert finished.returncode == 0
    assert [each.status for each in blog.asked if each.path == "/first/"] == [200, 304]


def test_a_site_that_does_not_answer_exits_with_3(directory: Path) -> None:
    finished = run("crawl", "blog", "-a", "site=http://127.0.0.1:9/", ARCHIVE_DIR=str(directory), RETRY_TIMES="0")

    assert finished.returncode == Exit.SILENT
    assert "127.0.0.1:9" in finished.stderr.splitlines()[-2]


def test_an_archive_that_cannot_be_opened_exits_with_5(blog: Blog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(tmp_path / "file"))

    assert finished.returncode == Exit.ARCHIVE
    assert blog.asked == []
    assert "Traceback" not in finished.stderr


def test_an_archive_that_becomes_unwritable_stops_the_crawl_with_5(blog: Blog, directory: Path) -> None:
    blog.sitemap(*(blog.post(f"post-{number}") for number in range(10, 99)))
    blog.pages["/post-12/"] = _break(directory)

    finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory), DOWNLOAD_DELAY="0.02")

    assert finished.returncode == Exit.ARCHIVE
    assert "archive could not be written" in finished.stderr
    assert blog.count("/post-98/") == 0


def _break(directory: Path) -> Callable[[object], Answer]:
    """Let the archive refuse every further post, as a full disk does, from the moment this page is asked for."""

    def answer(_handler: object) -> Answer:
        with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
            connection.execute(
                "CREATE TRIGGER IF NOT EXISTS full BEFORE INSERT ON revisions"
                " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        return Answer("<html><body>late</body></html>")

    return answer


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_gracefully_with_6_and_the_next_crawl_goes_on(
    blog: Blog, directory: Path, sent: signal.Signals
) -> None:
    paths = [blog.post(f"post-{number}", comments=2) for number in range(30)]
    blog.sitemap(*paths)
    arguments = ("crawl", "blog", "-a", f"site={blog.url}")
    process = start(*arguments, ARCHIVE_DIR=str(directory), DOWNLOAD_DELAY="0.1")
    while sum(blog.count(path) for path in paths) < 5:
        assert process.poll() is None
        time.sleep(0.001)
    os.killpg(process.pid, sent)
    _, log = process.communicate(timeout=30)

    assert process.returncode == Exit.STOPPED, log
    assert "Traceback" not in log
    with Archive(directory) as archive:
        report = archive.jobs.latest()[0].to_json()["report"]
        (site,) = archive.status().to_json()["sites"]
    assert report["exit_status"] == Exit.STOPPED
    assert site["crawl"]["reason"] == "stopped before its end by a signal"
    assert report["sites"] == {site["site"]: site["crawl"]}

    assert run(*arguments, ARCHIVE_DIR=str(directory)).returncode == 0
    with Archive(directory) as archive:
        assert {post.url for post in archive.posts()} == {blog.url + path for path in paths}
        archive.sync()
        assert archive.check() == []


def test_a_second_signal_ends_a_crawl_that_waits_for_an_answer(blog: Blog, directory: Path) -> None:
    ended = threading.Event()
    blog.sitemap(blog.post("one"))
    blog.pages["/one/"] = lambda _handler: None if ended.wait(60) else Answer()
    process = start("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory), WARC_ENABLED="1")
    assert process.stderr is not None
    while not blog.count("/one/"):
        time.sleep(0.001)

    os.killpg(process.pid, signal.SIGTERM)
    assert any("gracefully" in line for line in process.stderr)
    os.killpg(process.pid, signal.SIGTERM)
    _, log = process.communicate(timeout=30)
    ended.set()

    assert process.returncode == Exit.STOPPED, log


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("crawl", "blog", "-a", "since=yesterday"), "since"),
        (("crawl", "blog", "-a", "site=mailto:me"), "address"),
        (("crawl", "blog", "-a", "sight=x"), "sight"),
        (("crawl", "blogg"), "blogg"),
        (("crawl",), "spider"),
    ],
)
def test_a_command_line_that_makes_no_sense_exits_with_2(
    directory: Path, arguments: tuple[str, ...], word: str
) -> None:
    finished = run(*arguments, ARCHIVE_DIR=str(directory))

    assert finished.returncode == Exit.USAGE
    assert word in finished.stderr + finished.stdout
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('delay = "slow"', "site 1: delay must be a number"),
        ("delay = inf", "site 1: delay must be a number"),
        ('platform = "wordpres"', "no platform 'wordpres'; known are wordpress.com"),
    ],
)
def test_a_damaged_catalogue_exits_with_2_and_names_the_line(
    blog: Blog, directory: Path, line: str, said: str
) -> None:
    directory.mkdir()
    (directory / "sites.toml").write_text(f'[[site]]\nurl = "https://a.example/"\n{line}\n')

    finished = run("crawl", "blog", ARCHIVE_DIR=str(directory))

    assert finished.returncode == Exit.USAGE
    assert said in finished.stderr


@pytest.mark.parametrize(
    ("stats", "reason", "status"),
    [
        ({"crawl/sites_answered": 1}, "finished", Exit.OK),
        ({"crawl/sites_answered": 1, "spider_exceptions/count": 1}, "finished", Exit.ERRORS),
        ({"crawl/sites_answered": 1, "archive/errors": 1, "spider_exceptions/count": 1}, "shutdown", Exit.ARCHIVE),
        ({"crawl/sites_answered": 1, "warc/errors": 1}, "finished", Exit.ARCHIVE),
        ({"crawl/sites_answered": 1, "index/errors": 1}, "finished", Exit.ARCHIVE),
        ({"crawl/sites_answered": 1}, "memusage_exceeded", Exit.STOPPED),
        ({"crawl/sites_answered": 1, "crawl/site_failure/a.example": "timeout"}, "finished", Exit.INCOMPLETE),
        ({"crawl/site_failure/a.example": "timeout"}, "finished", Exit.SILENT),
        ({}, None, Exit.NOT_STARTED),
    ],
)
def test_the_worst_that_happened_decides(stats: dict[str, object], reason: str | None, status: Exit) -> None:
    assert verdict(stats, reason).status is status


def test_a_full_disk_is_told_once() -> None:
    stats = {"crawl/sites_answered": 1, "archive/errors": 6, "warc/errors": 1, "index/errors": 1}

    assert verdict(stats, "archive_unwritable").reasons == ("the archive could not be written 6 times; see the log",)
