from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.archive import Archive
from archive.records.models import Post
from archive.store.posts import Change

Builder = Callable[..., Post]
THREAD = (("1", None, "It works."), ("2", "1", "For whom?"), ("3", None, "Not for us."))


def test_a_post_comes_back_with_its_thread_in_order(archive: Archive, make_post: Builder):
    post = make_post(thread=THREAD)

    change = archive.add(post)

    assert change == Change("new", comments_new=3)
    assert archive.post(post.id) == post


def test_adding_the_same_post_again_writes_nothing(archive: Archive, make_post: Builder):
    post = make_post(thread=THREAD)
    archive.add(post)

    change = archive.add(replace(post, fetched=datetime(2027, 1, 1, tzinfo=UTC)))

    assert change == Change("unchanged")
    assert archive.store.last_seq() == 4


def test_a_text_that_returns_to_an_older_form_is_a_revision(archive: Archive, make_post: Builder):
    for text in ("first", "second", "first"):
        archive.add(make_post(text=text))

    history = archive.history(make_post().id)

    assert [revision.record["text"] for revision in history if revision.record] == ["first", "second", "first"]
    assert archive.post(make_post().id).text == "first"


def test_a_reply_in_between_moves_those_after_it_without_revising_them(archive: Archive, make_post: Builder):
    longer = make_post(thread=(*THREAD[:2], ("4", "1", "For agencies."), THREAD[2]))
    archive.add(make_post(thread=THREAD))
    before = archive.store.last_seq()

    change = archive.add(longer)

    assert change == Change("unchanged", comments_new=1)
    assert archive.store.last_seq() == before + 1
    assert archive.post(longer.id).comments == longer.comments


def test_an_edited_comment_is_one_revision(archive: Archive, make_post: Builder):
    archive.add(make_post(thread=THREAD))

    change = archive.add(make_post(thread=(("1", None, "It worked."), *THREAD[1:])))

    assert change == Change("unchanged", comments_changed=1)


def test_a_comment_missing_from_a_whole_thread_is_removed(archive: Archive, make_post: Builder):
    archive.add(make_post(thread=THREAD))

    change = archive.add(make_post(thread=THREAD[:2]))

    assert change == Change("unchanged", comments_removed=1)
    assert [each.text for each in archive.post(make_post().id).comments] == ["It works.", "For whom?"]


def test_a_thread_read_in_part_removes_nothing_and_keeps_its_order(archive: Archive, make_post: Builder):
    whole = make_post(thread=THREAD)
    archive.add(whole)
    part = make_post(thread=(THREAD[2], ("4", "3", "Nor for me.")))

    change = archive.add(part, thread_whole=False)

    assert change == Change("unchanged", comments_new=1)
    texts = [each.text for each in archive.post(whole.id).comments]
    assert texts == ["It works.", "For whom?", "Not for us.", "Nor for me."]


def test_a_placeholder_in_a_partial_thread_does_not_replace_a_text(archive: Archive, make_post: Builder):
    whole = make_post(thread=THREAD)
    archive.add(whole)
    blank = replace(whole.comments[0], text="", author=None, published=None, deleted=True)

    archive.add(replace(whole, comments=(blank, whole.comments[1])), thread_whole=False)

    assert archive.post(whole.id) == whole


def test_counts_of_comments_leave_placeholders_out(archive: Archive, make_post: Builder):
    """What jobs report as new and removed adds up to the comments that the archive says it holds."""
    whole = make_post(thread=THREAD)
    first, *others = whole.comments
    blank = replace(first, text="", author=None, published=None, deleted=True)
    named = replace(blank, author="Ada")
    threads = ((blank, *others), (named, *others), (first, *others), (blank, *others), others)

    changes = [archive.add(replace(whole, comments=tuple(thread))) for thread in threads]

    assert changes == [
        Change("new", comments_new=2, placeholders=1),
        Change("unchanged", placeholders=1),
        Change("unchanged", comments_new=1),
        Change("unchanged", comments_removed=1),
        Change("unchanged", placeholders=1),
    ]
    assert [change.revisions for change in changes] == [4, 1, 1, 1, 1]
    new, removed = (sum(getattr(each, f"comments_{what}") for each in changes) for what in ("new", "removed"))
    assert archive.store.counts()[whole.site] == (1, new - removed)


def test_a_thread_that_could_not_be_read_changes_nothing(archive: Archive, make_post: Builder):
    whole = make_post(thread=THREAD)
    archive.add(whole)

    change = archive.add(replace(whole, comments=(), comment_system=None, comments_stated=None), thread_whole=False)

    assert change == Change("unchanged")
    assert archive.post(whole.id) == whole


def test_a_date_stated_again_more_coarsely_is_no_change(archive: Archive, make_post: Builder):
    exact = make_post(published=datetime(2026, 3, 5, tzinfo=UTC), published_precision="day")
    archive.add(exact)

    later = archive.add(replace(exact, published=datetime(2026, 3, 1, tzinfo=UTC), published_precision="month"))
    wandering = archive.add(replace(exact, published=datetime(2026, 3, 5, 23, tzinfo=UTC)))

    assert (later.post, wandering.post) == ("unchanged", "unchanged")
    assert archive.post(exact.id).published == exact.published


@pytest.mark.parametrize(
    "stated",
    [
        {"published": datetime(2026, 3, 5, 8, tzinfo=UTC), "published_precision": "second"},
        {"published": datetime(2026, 5, 1, tzinfo=UTC), "published_precision": "month"},
        {"published": None, "published_precision": None},
    ],
)
def test_a_date_that_says_more_or_otherwise_is_a_change(
    archive: Archive, make_post: Builder, stated: dict[str, object]
):
    archive.add(make_post(published=datetime(2026, 3, 5, tzinfo=UTC), published_precision="day"))

    assert archive.add(make_post(**stated)).post == "changed"
    assert archive.post(make_post().id).published == stated["published"]


def test_ids_that_do_not_belong_together_are_refused(archive: Archive, make_post: Builder):
    post = make_post(thread=THREAD)

    for wrong in (
        replace(post, id="post:0"),
        replace(post, comments=(replace(post.comments[0], post_id="post:0"),)),
        replace(post, comments=(post.comments[0], post.comments[0])),
    ):
        with pytest.raises(ValueError, match="do not belong together"):
            archive.add(wrong)
    assert archive.store.last_seq() == 0


def test_a_snapshot_does_not_see_what_is_written_meanwhile(archive: Archive, make_post: Builder):
    posts = sorted((make_post(f"https://example.com/{n}/") for n in range(4)), key=lambda post: post.id)
    for post in posts[:2]:
        archive.add(post)

    reading = archive.posts()
    first = next(reading)
    for post in posts[2:]:
        archive.add(post)

    assert [first.id, *(post.id for post in reading)] == [post.id for post in posts[:2]]


def test_changes_follow_each_other_from_any_seq(archive: Archive, make_post: Builder):
    archive.add(make_post(thread=THREAD))
    archive.add(make_post(thread=THREAD[:1]))

    changes = archive.store.changes(3, 10)

    assert [change.seq for change in changes] == [4, 5, 6]
    assert [change.record is None for change in changes] == [False, True, True]


def test_a_store_with_a_lost_revision_is_found_damaged(archive: Archive, make_post: Builder):
    archive.add(make_post(thread=THREAD))
    assert archive.store.damage() == []

    with archive.database.write() as connection:
        connection.execute("DELETE FROM revisions WHERE seq = 2")
        connection.execute("DELETE FROM posts")

    assert len(archive.store.damage()) == 4


def test_a_stated_number_alone_makes_no_revision(archive: Archive, make_post: Builder):
    post = make_post(thread=THREAD)
    archive.add(post)

    assert archive.add(replace(post, comments_stated=9)).revisions == 0
    assert archive.post(post.id).comments_stated == 9


def test_moments_apart_by_less_than_a_minute_are_the_same_minute(archive: Archive, make_post: Builder):
    first = make_post(published=datetime(2026, 3, 5, 9, 30, tzinfo=UTC), published_precision="minute")
    archive.add(first)

    assert archive.add(replace(first, published=first.published + timedelta(seconds=59))).post == "unchanged"
    assert archive.add(replace(first, published=first.published + timedelta(seconds=60))).post == "changed"
