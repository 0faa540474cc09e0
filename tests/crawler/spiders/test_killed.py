"""A crawl that is killed loses nothing, and two crawls into one archive do not disturb each other."""

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post
from tests.support.blog import Blog, serve
from tests.support.crawling import kill, run, start

KILLS = 20
POSTS = 90


def archived(directory: Path) -> list[Post]:
    with Archive(directory) as archive:
        return [replace(post, fetched=None) for post in archive.posts()]


def sound(directory: Path) -> list[str]:
    with Archive(directory) as archive:
        archive.sync()
        return archive.check()


def fill(blog: Blog, count: int) -> None:
    blog.sitemap(*(blog.post(f"lesson-{number}-of-selling", comments=number % 4) for number in range(count)))


@pytest.mark.slow
def test_a_crawl_killed_at_twenty_moments_ends_equal_to_one_that_was_not(blog: Blog, tmp_path: Path) -> None:
    fill(blog, POSTS)
    crawl = ("crawl", "blog", "-a", f"site={blog.url}")
    moments = random.Random(20)
    for _ in range(KILLS):
        asked = len(blog.asked)
        process = start(*crawl, ARCHIVE_DIR=str(tmp_path / "killed"), DOWNLOAD_DELAY="0.01")
        until = moments.randrange(1, 12)
        while len(blog.asked) < asked + until and process.poll() is None:
            time.sleep(0.001)
        kill(process)
    assert 0 < len(archived(tmp_path / "killed")) < POSTS

    assert run(*crawl, ARCHIVE_DIR=str(tmp_path / "killed")).returncode == 0
    assert run(*crawl, ARCHIVE_DIR=str(tmp_path / "whole")).returncode == 0

    assert archived(tmp_path / "killed") == archived(tmp_path / "whole")
    assert len(archived(tmp_path / "whole")) == POSTS
    assert sound(tmp_path / "killed") == []
    assert not list((tmp_path / "killed" / "warc").glob("*.open"))


def test_two_crawls_of_different_sites_fill_one_archive(blog: Blog, directory: Path) -> None:
    with serve() as other:
        fill(blog, 15)
        fill(other, 15)
        crawls = [
            start("crawl", "blog", "-a", f"site={each.url}", ARCHIVE_DIR=str(directory)) for each in (blog, other)
        ]
        logs = [process.communicate(timeout=60)[1] for process in crawls]

        assert [process.returncode for process in crawls] == [0, 0], logs

    assert len(archived(directory)) == 30
    assert sound(directory) == []
    with Archive(directory) as archive:
        assert all(job.to_json()["report"]["healthy"] for job in archive.jobs.latest())


def test_two_crawls_of_the_same_site_ask_it_once(blog: Blog, directory: Path) -> None:
    fill(blog, 15)
    crawls = [start("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory)) for _ in range(2)]

    for process in crawls:
        process.communicate(timeout=60)

    assert [process.returncode for process in crawls] == [0, 0]
    assert len(archived(directory)) == 15
    assert max(blog.count(f"/lesson-{number}-of-selling/") for number in range(15)) == 1
