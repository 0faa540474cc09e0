"""A crawl that is killed at any moment, and run again, leaves the archive that an uninterrupted one leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.records.models import Post
from crawler.demo.programs import CRAWL_SETTINGS, crawl
from crawler.demo.web import LittleWeb
from tests.e2e.crawled import Crawled

#: A crawl that has not come so far by then never will.
PATIENCE_SECONDS = 120


@pytest.mark.parametrize("posts", [0, 1, 5])
def test_a_killed_crawl_is_taken_up_again(web: LittleWeb, crawled: Crawled, tmp_path: Path, posts: int) -> None:
    address = f"{web.blog('classic').base}/"
    _crawl_and_kill(address, tmp_path, posts=posts)

    status = crawl(address, tmp_path)

    assert status == 0
    with Archive(tmp_path) as archive:
        assert archive.check() == []
        assert [_lasting(each) for each in archive.posts()] == [_lasting(each) for each in crawled.posts("classic")]


def _crawl_and_kill(address: str, directory: Path, *, posts: int) -> None:
    """Kill a slow crawl, and all processes it started, as soon as that many posts are archived."""
    settings = CRAWL_SETTINGS | {"ARCHIVE_DIR": str(directory), "DOWNLOAD_DELAY": "0.1"}
    command = [sys.executable, "-m", "scrapy", "crawl", "blog", "-a", f"site={address}"]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    environment = os.environ | {"SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    with Archive(directory) as archive:
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (archive.jobs.latest() and len(archive.store.counts()) >= bool(posts) and _posts(archive) >= posts):
            assert process.poll() is None, "the crawl ended before it could be killed"
            assert time.monotonic() < deadline, "the crawl came nowhere"
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL


def _posts(archive: Archive) -> int:
    return sum(posts for posts, _ in archive.store.counts().values())


def _lasting(post: Post) -> dict[str, Any]:
    """Return what does not depend on when a page was asked for."""
    values = post.to_json()
    del values["fetched"]
    return values
