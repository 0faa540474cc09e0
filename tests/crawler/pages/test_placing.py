"""From readings to records: ids, parents, places, each comment once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.records.models import comment_id
from crawler.pages.models import ReadComment, ReadPost, StatedDate, Thread
from crawler.pages.placing import MAX_COMMENTS, merge, place, place_thread

URL = "https://b.example/p/"
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def thread(*comments: ReadComment, stated: int | None = None) -> Thread:
    return Thread(system="wordpress", comments=comments, stated=stated)


def said(key: str, parent: str | None = None, **values: object) -> ReadComment:
    return ReadComment(native_id=key, parent=parent, text=values.pop("text", f"Text {key}."), **values)  # type: ignore[arg-type]  # fields by name


def outline(read: Thread) -> list[tuple[str, int]]:
    return [(each.text or "-", each.depth) for each in place_thread(read, URL)]


def test_a_reply_follows_what_it_answers_wherever_it_was_shown() -> None:
    read = thread(said("1"), said("2"), said("3", "1"), said("4", "3"))
    assert outline(read) == [("Text 1.", 0), ("Text 3.", 1), ("Text 4.", 2), ("Text 2.", 0)]
    assert [each.position for each in place_thread(read, URL)] == [0, 1, 2, 3]


def test_a_depth_alone_finds_the_parent_in_the_order_shown() -> None:
    shown = [(0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e")]
    records = place_thread(thread(*(ReadComment(depth=depth, text=text) for depth, text in shown)), URL)
    names = {each.id: each.text for each in records}
    assert [names.get(each.parent_id or "") for each in records] == [None, "a", "b", "a", None]


def test_an_id_depends_on_the_post_the_system_and_the_native_id_only() -> None:
    (record,) = place_thread(thread(said("7", text="edited since")), URL)
    assert record.id == comment_id(URL, "wordpress", "7")


def test_a_reply_to_a_comment_that_is_gone_hangs_on_a_placeholder() -> None:
    placeholder, reply = place_thread(thread(said("5", "4")), URL)
    assert (placeholder.deleted, placeholder.text, placeholder.id) == (True, "", comment_id(URL, "wordpress", "4"))
    assert (reply.parent_id, reply.depth) == (placeholder.id, 1)


def test_comments_that_answer_each_other_lose_no_one() -> None:
    records = place_thread(thread(said("1", "2"), said("2", "1"), said("3", "3")), URL)
    assert sorted(each.text for each in records) == ["Text 1.", "Text 2.", "Text 3."]
    assert any(each.parent_id is None for each in records)


def test_the_same_comment_given_twice_is_one_with_what_either_says() -> None:
    (record,) = place_thread(thread(said("1", text=""), said("1", author="Ann", text="Hello.")), URL)
    assert (record.author, record.text) == ("Ann", "Hello.")


def test_without_ids_equal_comments_are_one_and_different_ones_are_not() -> None:
    day = StatedDate(NOW, "minute")
    one = ReadComment(author="Ann", published=day, text="Thanks!")
    later = ReadComment(author="Ann", published=StatedDate(NOW + timedelta(hours=1), "minute"), text="Thanks!")
    assert len(place_thread(thread(one, one, later), URL)) == 2


def test_a_relative_date_does_not_change_who_a_comment_is() -> None:
    def shown(days: int) -> Thread:
        moment = StatedDate(NOW - timedelta(days=days), "day", relative=True)
        return thread(ReadComment(author="Ann", published=moment, date_shown=f"{days} days ago", text="Hi."))

    assert place_thread(shown(3), URL)[0].id == place_thread(shown(4), URL)[0].id


def test_merging_readings_fills_what_the_first_lacks_and_keeps_its_order() -> None:
    page = thread(said("2", text="two"), said("1", text="one"), stated=2)
    api = thread(said("1", author="Ann"), said("3", "1"), stated=3)
    whole = merge(page, api)
    assert [(each.native_id, each.author, each.text) for each in whole.comments] == [
        ("2", None, "two"),
        ("1", "Ann", "one"),
        ("3", None, "Text 3."),
    ]
    assert whole.stated == 3


def test_a_thread_as_deep_as_it_is_long_is_placed() -> None:
    chain = [said(str(number), str(number - 1) if number else None) for number in range(3000)]
    assert place_thread(thread(*chain), URL)[-1].depth == 2999


def test_a_thread_without_end_is_cut() -> None:
    assert len(place_thread(thread(*(said(str(number)) for number in range(MAX_COMMENTS + 10))), URL)) == MAX_COMMENTS


def test_nothing_of_a_withheld_post_passes() -> None:
    read = ReadPost(
        url=URL, title="T", text="secret", description="secret", status="withheld", thread=thread(said("1"))
    )
    post = place(read, platform="generic", fetched=NOW)
    assert (post.title, post.text, post.description, post.comments, post.comment_system) == ("T", "", None, (), None)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_characters_no_reader_can_take_are_replaced(text: str) -> None:
    post = place(ReadPost(url=URL, text=text, title=text), platform="generic", fetched=NOW)
    assert post.text.encode() == post.text.encode("utf-8", "strict")
    assert "\x00" not in post.text


keys = st.integers(0, 12).map(str)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(said, keys, st.none() | keys), max_size=25))
def test_any_thread_is_a_tree_of_each_comment_once_with_parents_first(comments: list[ReadComment]) -> None:
    records = place_thread(thread(*comments), URL)
    seen: dict[str, int] = {}
    for record in records:
        assert record.id not in seen
        assert record.parent_id is None or seen[record.parent_id] == record.depth - 1
        seen[record.id] = record.depth
    assert {comment_id(URL, "wordpress", each.native_id or "") for each in comments} <= seen.keys()
