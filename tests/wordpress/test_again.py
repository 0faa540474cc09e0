"""A second crawl writes what changed since the first, and nothing else."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.records import comment_id, post_id
from crawler.urls import canonical
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
        # The sitemap tells the edit, the feed of comments the posts that they are under: a usual crawl finds both.
        ("locked-classic", {}),
        # Nothing tells of an old post's edit here but the post itself.
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
    threads, edited = (posts[2], posts[40], posts[56]), posts[7]
    answered = int(max(threads[2].comments))
    comments = [_comment(threads[0], 0), _comment(threads[1], 0), _comment(threads[2], answered)]
    with wordpress.changed(comments=comments, edits={int(edited.id): "One line more."}) as new:
        written = written_by_crawling(once, tmp_path, **arguments)

    texts = {
        comment_id(canonical(post.url) or "", "wordpress", str(id_)) for post, id_ in zip(threads, new, strict=True)
    }
    assert written == Written(texts | {post_id(canonical(edited.url) or "")}, 4)


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
