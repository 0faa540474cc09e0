"""A second crawl writes what changed since the first, and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.records import comment_id, post_id
from crawler.urls import canonical
from tests.wordpress.conftest import FACES
from tests.wordpress.crawling import crawl
from tests.wordpress.server import WordPress
from tests.wordpress.truth import TruePost, true_posts

pytestmark = pytest.mark.wordpress


@dataclass
class Written:
    """What one more crawl wrote: the texts with a new revision, sorted, and the number of documents indexed."""

    texts: list[str]
    documents: int


def written_by_crawling(site: str, directory: Path) -> Written:
    """Crawl once more and return what that wrote."""
    with Archive(directory) as archive:
        archive.sync()
        before = archive.store.last_seq()
        crawl(site, directory, refresh="all")
        texts = sorted(revision.id for revision in archive.store.changes(before, 1_000))
        # The crawl may have indexed already: what the index took in is told by its own count.
        return Written(texts, archive.sync(rebuild=False).written)


@pytest.mark.parametrize("name", ["classic", "locked-classic"])
def test_an_unchanged_blog_is_written_once(wordpress: WordPress, tmp_path: Path, name: str) -> None:
    face = FACES[name]
    crawl(face.url, tmp_path)

    written = written_by_crawling(face.url, tmp_path)

    assert written == Written([], 0)


@pytest.mark.parametrize("name", ["classic", "locked-classic", "locked-plain"])
def test_three_new_comments_and_an_edit_are_all_that_is_written(
    wordpress: WordPress, tmp_path: Path, name: str
) -> None:
    face = FACES[name]
    crawl(face.url, tmp_path)
    posts = [post for post in true_posts(wordpress.truth(face)) if post.public]
    answered, edited = posts[2], posts[7]
    comments = [_comment(answered, 0), _comment(posts[40], 0), _comment(posts[56], int(max(posts[56].comments)))]
    new = wordpress.change(comments=comments, edits={int(edited.id): "One line more."})

    written = written_by_crawling(face.url, tmp_path)

    urls = [canonical(post.url) or "" for post in (answered, posts[40], posts[56])]
    texts = [comment_id(url, "wordpress", str(id_)) for url, id_ in zip(urls, new, strict=True)]
    assert written.texts == sorted([*texts, post_id(canonical(edited.url) or "")])


def _comment(post: TruePost, parent: int) -> dict[str, Any]:
    return {
        "post": int(post.id),
        "parent": parent,
        "author": "Late reader",
        "url": "",
        "date": datetime.now(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00"),
        "text": "I only found this letter today, and it still holds.",
        "status": "1",
        "type": "comment",
        "user": None,
    }
