"""One seeded WordPress for all tests here, and the faces it shows."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post
from crawler.pages.urls import site_of
from tests.wordpress.blog import Blog
from tests.wordpress.crawling import crawl
from tests.wordpress.server import Face, WordPress, missing_packages
from tests.wordpress.truth import TruePost, true_posts

_CLASSIC = {"template": "twentytwentyone", "stylesheet": "twentytwentyone"}
_BLOCK = {"template": "twentytwentythree", "stylesheet": "twentytwentythree"}
_OLDER_BLOCK = {"template": "twentytwentytwo", "stylesheet": "twentytwentytwo"}
_PLAIN = {"template": "plain", "stylesheet": "plain"}


def _paged(size: int, first: str, order: str, depth: int) -> dict[str, str]:
    return {
        "page_comments": "1",
        "comments_per_page": str(size),
        "default_comments_page": first,
        "comment_order": order,
        "thread_comments_depth": str(depth),
    }


FACES = {
    face.name: face
    for face in (
        Face(
            "classic",
            {**_CLASSIC, **_paged(50, "newest", "asc", 5), "permalink_structure": "/%year%/%monthnum%/%postname%/"},
        ),
        Face("block", {**_BLOCK, **_paged(20, "oldest", "asc", 5), "permalink_structure": "/%postname%/"}),
        Face(
            "locked-classic",
            {**_CLASSIC, **_paged(25, "newest", "desc", 3), "permalink_structure": "/blog/%category%/%postname%/"},
            rest=False,
        ),
        Face(
            "locked-block",
            {**_OLDER_BLOCK, **_paged(50, "newest", "desc", 5), "permalink_structure": "/archives/%post_id%"},
            rest=False,
        ),
        # No sitemap either, addresses like /?p=7, dates in words, and comments by WordPress's oldest template.
        Face(
            "locked-plain",
            {**_PLAIN, **_paged(50, "oldest", "asc", 4), "permalink_structure": ""},
            rest=False,
            sitemap=False,
        ),
    )
}


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    missing = missing_packages()
    if missing:
        reason = f"WordPress cannot be booted here: apt-get install {' '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with WordPress.running(Blog().build()) as wordpress:
        for face in FACES.values():
            wordpress.serve(face)
        yield wordpress


@dataclass(frozen=True)
class Crawled:
    """An archive into which one face was crawled once, for many tests: copy it to write to it."""

    face: Face
    directory: Path
    truth: list[TruePost]

    @property
    def posts(self) -> dict[str, Post]:
        return archived(self.directory, self.face)


def archived(directory: Path, face: Face) -> dict[str, Post]:
    """Return the posts of a face's site by URL."""
    with Archive(directory) as archive:
        return {post.url: post for post in archive.posts() if post.site == site_of(face.url)}


@pytest.fixture(scope="session")
def crawled(wordpress: WordPress, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Crawled]:
    """Give the archive of a face by its name, crawled at the first call."""
    known: dict[str, Crawled] = {}

    def of(name: str) -> Crawled:
        if name not in known:
            face = FACES[name]
            directory = tmp_path_factory.mktemp(name)
            crawl(face.url, directory)
            known[name] = Crawled(face, directory, true_posts(wordpress.truth(face)))
        return known[name]

    return of
