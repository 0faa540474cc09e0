from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from archive.archive import Archive
from archive.records.models import Comment, Post, Visit, comment_id

Builder = Callable[..., Post]
THREAD = (("1", None, "It works."), ("2", "1", "For whom?"))
AT = datetime(2026, 8, 2, tzinfo=UTC)


def elsewhere(post: Post, *natives: str) -> tuple[Comment, ...]:
    return tuple(
        Comment(
            id=comment_id(post.url, "hackernews", native),
            post_id=post.id,
            position=place,
            text=f"Said elsewhere, {native}",
            system="hackernews",
        )
        for place, native in enumerate(natives)
    )


def visit(discussion: tuple[Comment, ...]) -> Visit:
    return Visit(url="https://hn.example/search", site="hn.example", at=AT, status=200, discussion=discussion)


def test_a_discussion_elsewhere_stands_after_the_posts_own_thread(archive: Archive, make_post: Builder):
    post = replace(make_post(thread=THREAD), comment_system="wordpress")
    archive.add(post)

    change = archive.record(visit(elsewhere(post, "8", "9")))

    assert change is not None
    assert (change.post, change.comments_new) == ("unchanged", 2)
    assert archive.post(post.id).comments == (*post.comments, *elsewhere(post, "8", "9"))


def test_a_recrawl_of_the_post_keeps_the_discussion_elsewhere(archive: Archive, make_post: Builder):
    post = replace(make_post(thread=THREAD), comment_system="wordpress")
    archive.add(post)
    archive.record(visit(elsewhere(post, "8")))

    change = archive.add(replace(post, comments=post.comments[:1]))

    assert change.comments_removed == 1
    assert [each.system for each in archive.post(post.id).comments] == ["wordpress", "hackernews"]


def test_a_comment_gone_from_the_discussion_is_removed_there_only(archive: Archive, make_post: Builder):
    post = replace(make_post(thread=THREAD), comment_system="wordpress")
    archive.add(post)
    archive.record(visit(elsewhere(post, "8", "9")))

    change = archive.record(visit(elsewhere(post, "9")))

    assert change is not None
    assert change.comments_removed == 1
    assert len(archive.post(post.id).comments) == 3


def test_a_discussion_of_a_post_that_is_not_archived_is_left(archive: Archive, make_post: Builder):
    assert archive.record(visit(elsewhere(make_post(), "8"))) is None


def test_a_reading_without_any_thread_keeps_the_one_that_is_known(archive: Archive, make_post: Builder):
    post = replace(make_post(thread=THREAD), comment_system="wordpress")
    archive.add(post)

    change = archive.add(replace(post, comments=(), comment_system=None, text="From the source."))

    assert (change.post, change.comments_removed) == ("changed", 0)
    assert archive.post(post.id).comment_system == "wordpress"
    assert len(archive.post(post.id).comments) == 2
