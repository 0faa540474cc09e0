"""One seeded WordPress for all tests here, and the faces it shows."""

import os
from collections.abc import Iterator

import pytest

from tests.wordpress.blog import Blog
from tests.wordpress.server import Face, WordPress, missing_packages

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
