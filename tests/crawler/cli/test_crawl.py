"""`sales-archive crawl` is the same crawl as `scrapy crawl blog`."""

import subprocess
import sys
from pathlib import Path

import pytest

from archive.cli import main
from tests.support.blog import Blog
from tests.support.crawling import run
from tests.support.pages_table import posts

QUICK = {"DOWNLOAD_DELAY": "0", "ALLOWED_PRIVATE": "127.0.0.1", "INDEX_SECONDS": "0", "EXTRACT_WORKERS": "1"}


def sales_archive_crawl(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = [part for name, value in QUICK.items() for part in ("-s", f"{name}={value}")]
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "crawl", *arguments, *settings]
    return subprocess.run(command, cwd=directory.parent, capture_output=True, text=True, timeout=120, check=False)


def test_both_commands_archive_the_same_posts(blog: Blog, directory: Path, tmp_path: Path) -> None:
    blog.sitemap(*(blog.post(f"post-{number}", comments=number) for number in range(4)))

    ours = sales_archive_crawl(directory, blog.url, "--limit", "3")
    theirs = run("crawl", "blog", "-a", f"site={blog.url}", "-a", "limit=3", ARCHIVE_DIR=str(tmp_path / "other"))

    assert (ours.returncode, theirs.returncode) == (0, 0), ours.stderr
    archived = posts(directory)
    assert len(archived) == 3
    other = posts(tmp_path / "other")
    assert {url: [comment.id for comment in post.comments] for url, post in archived.items()} == {
        url: [comment.id for comment in post.comments] for url, post in other.items()
    }


def test_a_crawl_that_fails_keeps_the_exit_status_of_scrapy_crawl(directory: Path) -> None:
    ours = sales_archive_crawl(directory, "http://127.0.0.1:9/")
    theirs = run("crawl", "blog", "-a", "site=http://127.0.0.1:9/", ARCHIVE_DIR=str(directory))

    assert ours.returncode == theirs.returncode != 0
    assert ours.stderr.splitlines()[-1] == theirs.stderr.splitlines()[-1]


def test_an_unknown_spider_is_named(directory: Path) -> None:
    failed = sales_archive_crawl(directory, "--spider", "blogs")

    assert failed.returncode == 2
    assert "there is no spider 'blogs'" in failed.stderr + failed.stdout


@pytest.mark.parametrize("arguments", [["--refresh", "some"], ["--limit", "0"], ["--wrong"]])
def test_arguments_that_mean_nothing_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crawl", *arguments]) == 2
    assert "Error:" in capsys.readouterr().err
