"""Crawls that are killed, and crawls at the same time, lose nothing and disturb no search."""

import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from tests.wordpress.conftest import FACES, archived
from tests.wordpress.crawling import ROOT, Crawl, crawl
from tests.wordpress.searching import searching
from tests.wordpress.server import WordPress
from tests.wordpress.truth import by_pages, compare, true_posts

pytestmark = pytest.mark.wordpress

#: Kills of one archive before the crawl is left alone, and archives so treated: more with `WORDPRESS_KILLS=long`.
KILLS = 5
ARCHIVES = 4 if os.environ.get("WORDPRESS_KILLS") == "long" else 1


def records(directory: Path) -> dict[str, Any]:
    """Return all that an archive holds, but for when it was fetched."""
    with Archive(directory) as archive:
        return {post.url: post.to_json() | {"fetched": None} for post in archive.posts()}


def assert_sound(directory: Path) -> None:
    """Check an archive as its owner would."""
    for command in ("index", "check"):
        done = subprocess.run(
            [sys.executable, "-m", "archive", "--archive", str(directory), command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def test_two_crawls_at_once_lose_nothing_while_readers_search(wordpress: WordPress, tmp_path: Path) -> None:
    by_rest, shut = FACES["block"], FACES["locked-classic"]

    with searching(tmp_path):
        crawls = [Crawl.start(face.url, tmp_path) for face in (by_rest, shut)]
        for each in crawls:
            each.finish()

    found = compare(archived(tmp_path, by_rest), true_posts(wordpress.truth(by_rest)))
    found_by_pages = compare(archived(tmp_path, shut), true_posts(wordpress.truth(shut)), nested=shut.max_depth)
    assert found.all == [], found.summary()
    assert by_pages(found_by_pages) == [], found_by_pages.summary()
    assert_sound(tmp_path)


@pytest.mark.parametrize("seed", range(ARCHIVES))
@pytest.mark.parametrize("name", ["classic", "locked-classic"])
def test_a_killed_crawl_loses_nothing(wordpress: WordPress, tmp_path: Path, name: str, seed: int) -> None:
    face = FACES[name]
    chance = random.Random(f"{name} {seed}")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    started = time.monotonic()
    crawl(face.url, whole)
    seconds = time.monotonic() - started

    with searching(killed):
        for _ in range(KILLS):
            running = Crawl.start(face.url, killed)
            with suppress(subprocess.TimeoutExpired):
                running.process.wait(chance.uniform(0.3, 0.9) * seconds)
            running.kill()
            assert_sound(killed)
        crawl(face.url, killed)

    assert records(killed) == records(whole)
    assert_sound(killed)
