from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.archive import Archive
from archive.records.models import Post, Visit
from archive.store.coverage import FORBIDDEN

Builder = Callable[..., Post]


def visited(archive: Archive, post: Post, *, at: datetime | None = None) -> None:
    archive.record(Visit(url=post.url, site=post.site, at=at or datetime.now(UTC), status=200, post=post))


def test_a_post_is_due_at_once_when_a_list_states_another_comment_count(archive: Archive, make_post: Builder):
    post = replace(make_post(), comments_stated=3)
    visited(archive, post)
    archive.frontier.wake([(post.url, 3)])
    assert not archive.frontier.is_due(post.url)

    archive.frontier.wake([(post.url, 4)])

    assert archive.frontier.is_due(post.url)
    assert [known.url for known in archive.frontier.due(post.site)] == [post.url]


def test_a_post_whose_size_was_never_stated_is_not_woken_by_one(archive: Archive, make_post: Builder):
    post = make_post()
    visited(archive, post)

    archive.frontier.wake([(post.url, 4)])

    assert not archive.frontier.is_due(post.url)


def test_what_was_visited_by_a_clock_that_was_ahead_is_due(archive: Archive, make_post: Builder):
    post = make_post()
    visited(archive, post, at=datetime.now(UTC) + timedelta(days=2000))

    assert archive.frontier.is_due(post.url)
    assert [known.url for known in archive.frontier.due(post.site)] == [post.url]
    assert archive.frontier.pages_by_site() == {post.site: (1, 1)}


def test_an_unknown_address_is_due(archive: Archive):
    assert archive.frontier.is_due("https://example.com/never-seen/")


def test_a_thread_nobody_can_read_is_no_failure_and_one_that_failed_is(archive: Archive, make_post: Builder):
    post = make_post()
    at = datetime.now(UTC)
    short = Visit(url=post.url, site=post.site, at=at, status=200, post=post, thread_whole=False, reason="no answer")

    archive.record(short)
    assert [page.reason for page in archive.frontier.failing()] == ["no answer"]
    archive.record(replace(short, thread_reachable=False, at=at + timedelta(minutes=1)))

    assert archive.frontier.failing() == []


def test_what_robots_txt_forbids_has_not_failed(archive: Archive, make_post: Builder):
    post = make_post()
    refused = Visit(url=post.url, site=post.site, at=datetime.now(UTC), reason=FORBIDDEN)

    archive.record(refused)
    assert archive.frontier.failing() == []
    archive.record(replace(refused, reason="timed out"))

    assert [page.reason for page in archive.frontier.failing()] == ["timed out"]
