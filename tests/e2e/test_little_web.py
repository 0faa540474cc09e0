"""The little web, crawled: everything that any reader may keep is archived and found, and nothing else is kept."""

import gzip
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from archive.search.results import Query
from crawler.demo.blogs import BLOGS
from crawler.demo.programs import crawl
from crawler.demo.report import report
from crawler.demo.writing import WrittenComment
from tests.e2e.crawled import Crawled

#: Coined words of texts that nobody may keep.
FORBIDDEN = {
    "brackenfold": "a comment that was removed",
    "cinderwhisk": "a comment in moderation",
    "dustharrow": "a comment that its writer took back",
    "hollowmere": "a post behind a password",
    "frostlantern": "the paid part of a post",
    "saltgrove": "a post that asks not to be archived",
    "marrowquill": "a draft in WordPress",
    "thornwick": "a draft left on a static server",
    "gallowmint": "a page that robots.txt shuts",
}

#: Words of one post and of one comment of each kind of writing.
FOUND = [
    ("classic", "post", "forklift hydraulic oil"),
    ("classic", "comment", "auctioneer"),
    ("rest", "post", "tulip bulbs"),
    ("rest", "comment", "royalties"),
    ("diary", "post", "pencil clinic generator"),
    ("marketing", "post", "outsource"),
    ("newsletter", "post", "handsome pipeline pencil"),
    ("newsletter", "comment", "tending ghosts"),
]


def test_every_crawl_ends_well(crawled: Crawled) -> None:
    assert crawled.statuses == {blog.name: 0 for blog in BLOGS}


def test_all_that_readers_may_keep_is_archived(crawled: Crawled) -> None:
    reports = {each.blog.name: each for each in report(crawled.archive, crawled.web.blogs)}

    assert {name: (each.posts, each.comments) for name, each in reports.items()} == {
        name: (each.posts_shown, each.comments_shown) for name, each in reports.items()
    }


@pytest.mark.parametrize(("blog", "kind", "words"), FOUND)
def test_each_kind_of_writing_is_found(crawled: Crawled, blog: str, kind: str, words: str) -> None:
    results = crawled.archive.search(Query(text=words, filters=(("kind", kind),)))

    base = crawled.web.blog(blog).base
    assert [hit.url.startswith(base) for hit in results.hits][:1] == [True]


@pytest.mark.parametrize("name", [blog.name for blog in BLOGS])
def test_every_comment_is_archived_once_as_it_was_written(crawled: Crawled, name: str) -> None:
    written = [
        (comment.author, _minute(comment.date), _words(comment.text), _answered(comment, post.thread))
        for post in crawled.web.blog(name).writing.published
        for comment in post.thread
        if not comment.deleted and not post.protected
    ]
    archived = crawled.comments(name)
    authors = {each.id: each.author for each in archived}

    assert sorted(
        (each.author, _minute(each.published), _words(each.text), authors.get(each.parent_id)) for each in archived
    ) == sorted(written)


def test_a_thread_given_twice_holds_each_comment_once(crawled: Crawled) -> None:
    post = crawled.post("newsletter", "chasing-ghosts")

    assert [(each.author, each.depth, each.by_post_author) for each in post.comments] == [
        ("Jonas Feld", 0, False),
        ("Priya Raman", 1, True),
        ("Priya Raman", 1, True),
        ("Mei-Lin Ortega", 0, False),
    ]


@pytest.mark.parametrize(("blog", "slug"), [("rest", "the-comment-that-was-removed"), ("newsletter", "the-flywheel")])
def test_answers_to_a_removed_comment_keep_their_place(crawled: Crawled, blog: str, slug: str) -> None:
    post = crawled.post(blog, slug)

    first, answer = post.comments[:2]
    assert (first.deleted, first.text, first.author) == (True, "", None)
    assert answer.parent_id == first.id


def test_a_long_comment_list_is_read_over_its_pages(crawled: Crawled) -> None:
    post = crawled.post("classic", "the-paged-thread")

    assert post.comments_stated == len(post.comments) == 23


def test_the_free_part_of_a_paid_post_is_kept_and_named_so(crawled: Crawled) -> None:
    post = crawled.post("newsletter", "paid-only")

    assert (post.status, "paywalled" in post.rights) == ("preview", True)
    assert "ninety-three notes" in post.text


def test_a_post_that_asks_not_to_be_archived_leaves_no_text(crawled: Crawled) -> None:
    post = crawled.post("diary", "morning-notes-5")

    assert (post.status, post.text, "noarchive" in post.rights) == ("withheld", "", True)


def test_no_shut_path_and_no_draft_is_asked_for(crawled: Crawled) -> None:
    asked = "\n".join(crawled.web.asked)

    assert not [path for path in ("partner-price-list", "wp-admin", "the-road", "unfinished") if path in asked]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_what_must_not_be_kept_is_nowhere_in_the_archive(crawled: Crawled, word: str) -> None:
    holding = [path.name for path, content in _contents(crawled.directory) if word.encode() in content]

    assert holding == []
    assert crawled.archive.search(Query(text=word)).total == 0


def test_crawling_again_changes_nothing(crawled: Crawled) -> None:
    before = crawled.archive.store.last_seq()
    status = crawl(f"{crawled.web.blog('rest').base}/", crawled.directory)

    assert (status, crawled.archive.store.last_seq()) == (0, before)


def test_the_archive_is_sound(crawled: Crawled) -> None:
    assert crawled.archive.check() == []


def _minute(moment: datetime | None) -> str:
    """Return a time as far as every one of these blogs states it."""
    return f"{moment:%Y-%m-%d %H:%M}"


def _words(text: str) -> str:
    return " ".join(text.replace("*", "").split())


def _answered(comment: WrittenComment, thread: tuple[WrittenComment, ...]) -> str | None:
    shown = {each.id: each.author for each in thread if not each.deleted}
    return shown.get(comment.parent)


def _contents(directory: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path, content
            if path.suffix == ".gz":
                yield path, gzip.decompress(content)
