"""A second crawl writes what changed since the first, and nothing else."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.records.models import comment_id, post_id
from crawler.pages.urls import canonical
from tests.wordpress.conftest import Crawled
from tests.wordpress.crawling import crawl
from tests.wordpress.server import WordPress
from tests.wordpress.truth import TruePost

pytestmark = pytest.mark.wordpress


@dataclass
class Written:
    """What one more crawl wrote: the texts with a new revision, and the number of documents indexed."""

    texts: set[str]
    documents: int


def written_by_crawling(once: Crawled, directory: Path, **arguments: str) -> Written:
    """Crawl once more, into a copy, and return what that wrote."""
    shutil.copytree(once.directory, directory, dirs_exist_ok=True)
    with Archive(directory) as archive:
        archive.sync()
        before = archive.store.last_seq()
        crawl(once.face.url, directory, **arguments)
        texts = {revision.id for revision in archive.store.changes(before, 1_000)}
        return Written(texts, archive.sync().written)


@pytest.mark.parametrize("name", ["classic", "locked-classic"])
def test_an_unchanged_blog_is_written_once(crawled: Callable[[str], Crawled], tmp_path: Path, name: str) -> None:
    written = written_by_crawling(crawled(name), tmp_path, refresh="all")

    assert written == Written(set(), 0)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("classic", {}),
        # Nothing but the post itself tells of an old post's edit: the sitemaps of this WordPress have no dates.
        ("locked-classic", {"refresh": "all"}),
        ("locked-plain", {"refresh": "all"}),
    ],
)
def test_three_new_comments_and_an_edit_are_all_that_is_written(
    wordpress: WordPress,
    crawled: Callable[[str], Crawled],
    tmp_path: Path,
    name: str,
    arguments: dict[str, str],
) -> None:
    once = crawled(name)
    posts = [post for post in once.truth if post.public]
    edited = posts[7]
    with wordpress.changed(comments=_comments(posts), edits={int(edited.id): "One line more."}) as new:
        written = written_by_crawling(once, tmp_path, **arguments)

    texts = {*_ids(posts, new), post_id(canonical(edited.url) or "")}
    assert written == Written(texts, 4)


def test_new_comments_under_old_posts_are_found_at_once_where_rest_is_shut(
    wordpress: WordPress, crawled: Callable[[str], Crawled], tmp_path: Path
) -> None:
    once = crawled("locked-classic")
    posts = [post for post in once.truth if post.public]
    with wordpress.changed(comments=_comments(posts), edits={}) as new:
        written = written_by_crawling(once, tmp_path)

    assert written == Written(_ids(posts, new), 3)


#: Places of the posts that get a new comment; the last of them has comments, and the new one answers one.
ANSWERED = (2, 40, 56)


def _comments(posts: list[TruePost]) -> list[dict[str, Any]]:
    first, second, third = (posts[place] for place in ANSWERED)
    return [_comment(first, 0), _comment(second, 0), _comment(third, int(max(third.comments)))]


def _ids(posts: list[TruePost], new: list[int]) -> set[str]:
    """Return the archive's ids of the new comments."""
    urls = [canonical(posts[place].url) or "" for place in ANSWERED]
    return {comment_id(url, "wordpress", str(id_)) for url, id_ in zip(urls, new, strict=True)}


def _comment(post: TruePost, parent: int) -> dict[str, Any]:
    return {
        "post": int(post.id),
        "parent": parent,
        "author": "Late reader",
        "url": "",
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        "text": "I only found this letter today, and it still holds.",
        "status": "1",
        "type": "comment",
        "user": None,
    }
