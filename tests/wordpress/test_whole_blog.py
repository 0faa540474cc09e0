"""What is archived of a real WordPress is what its database holds, no more and no less."""

import sqlite3
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records import Post
from archive.results import Query
from crawler.urls import site_of
from tests.wordpress.conftest import FACES
from tests.wordpress.crawling import crawl
from tests.wordpress.server import Face, WordPress
from tests.wordpress.truth import Difference, compare, secret_words, true_posts

pytestmark = pytest.mark.wordpress

#: The share of authors and dates that pages alone must give.
SHARE_BY_PAGES = 0.98


def archived(directory: Path, face: Face) -> dict[str, Post]:
    """Return the posts of a face's site by URL."""
    with Archive(directory) as archive:
        return {post.url: post for post in archive.posts() if post.site == site_of(face.url)}


def by_pages(found: Difference) -> list[str]:
    """Return what pages alone must have given and did not."""
    texts = found.posts + found.comments
    few = [
        f"only {1 - len(wrong) / texts:.1%} right: {wrong[:10]}"
        for wrong in (found.names, found.dates)
        if len(wrong) > texts * (1 - SHARE_BY_PAGES)
    ]
    return [*found.missing, *found.surplus, *found.texts, *found.titles, *found.parents, *few]


@pytest.mark.parametrize("name", ["classic", "block"])
def test_all_of_a_blog_is_archived_by_rest(wordpress: WordPress, tmp_path: Path, name: str) -> None:
    face = FACES[name]

    crawl(face.url, tmp_path)

    found = compare(archived(tmp_path, face), true_posts(wordpress.truth(face)))
    assert found.all == [], found.summary()


@pytest.mark.parametrize("name", ["locked-classic", "locked-block", "locked-plain"])
def test_all_that_pages_show_is_archived_when_rest_is_shut(wordpress: WordPress, tmp_path: Path, name: str) -> None:
    face = FACES[name]

    crawl(face.url, tmp_path)

    found = compare(archived(tmp_path, face), true_posts(wordpress.truth(face)), nested=face.max_depth)
    assert by_pages(found) == [], found.summary()


@pytest.mark.parametrize("name", ["classic", "locked-block"])
def test_nothing_that_is_not_public_is_archived(wordpress: WordPress, tmp_path: Path, name: str) -> None:
    face = FACES[name]
    secret = secret_words(true_posts(wordpress.truth(face)))

    crawl(face.url, tmp_path)

    with sqlite3.connect(tmp_path / "records.db") as database:
        everything = "".join(record for (record,) in database.execute("SELECT record FROM revisions"))
    with Archive(tmp_path) as archive:
        archive.sync()
        searched = {word for word in secret if archive.search(Query(text=word)).total}
    assert len(secret) > 12
    assert {word for word in secret if word in everything} == set()
    assert searched == set()
