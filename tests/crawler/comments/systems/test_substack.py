import json
from datetime import UTC, datetime
from typing import Any

from crawler.comments.systems.substack import SubstackComments
from crawler.pages.models import Thread
from crawler.pages.page import Page

URL = "https://letters.example/p/a-letter"


def _thread(preloads: Any, rendered: str = "") -> Thread | None:
    script = f"<script>window._preloads = JSON.parse({json.dumps(json.dumps(preloads))})</script>"
    body = f"<html><body>{rendered}{script}</body></html>".encode()
    return SubstackComments().thread(Page(URL, body, datetime(2024, 1, 1, tzinfo=UTC)))


def _preloads(*comments: dict[str, Any], stated: int) -> dict[str, Any]:
    post = {"comment_count": stated, "publishedBylines": [{"id": 7, "name": "Writer"}]}
    return {"canonicalUrl": URL, "post": post, "comments": list(comments)}


def _comment(id_: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "name": "Reader",
        "body": f"text {id_}",
        "date": "2022-04-19T13:05:10.120Z",
        "user_id": 9,
    } | more


def _rendered(id_: int, inner: str = "") -> str:
    return (
        f"<div class='comment'><div class='comment-anchor' id='comment-{id_}'></div>"
        f"<div class='comment-anchor' id='comment-{id_}-reply'></div>"
        f"<div role='article' aria-label='Comment by Reader' class='comment-content'>"
        f"<div class='comment-body'><p>text {id_}</p></div></div>{inner}</div>"
    )


def test_a_comment_in_the_json_and_in_the_page_is_one() -> None:
    thread = _thread(_preloads(_comment(1), stated=1), _rendered(1))

    assert thread is not None
    assert [(each.native_id, each.text, each.author) for each in thread.comments] == [("1", "text 1", "Reader")]
    assert thread.short is None


def test_an_answer_that_only_the_page_shows_has_its_parent() -> None:
    thread = _thread(_preloads(_comment(1), stated=2), _rendered(1, _rendered(2)))

    assert thread is not None
    assert [(each.native_id, each.parent) for each in thread.comments] == [("1", None), ("2", "1")]


def test_the_writer_of_the_post_is_known_by_badge_or_byline() -> None:
    by_badge, by_line = _comment(1, metadata={"is_author": True}), _comment(2, user_id=7)

    thread = _thread(_preloads(by_badge, by_line, _comment(3), stated=3))

    assert thread is not None
    assert [each.by_post_author for each in thread.comments] == [True, True, False]


def test_a_comment_taken_back_keeps_its_place_and_nothing_else() -> None:
    taken_back = _comment(1, deleted=True, children=[_comment(2)])

    thread = _thread(_preloads(taken_back, stated=2))

    assert thread is not None
    first, answer = thread.comments
    assert (first.deleted, first.text, first.author) == (True, "", None)
    assert answer.parent == "1"


def test_a_page_that_embeds_some_of_the_comments_says_so() -> None:
    thread = _thread(_preloads(_comment(1), stated=149))

    assert thread is not None
    assert (thread.stated, thread.short) == (149, "the page shows 1 of 149 comments")


def test_a_page_of_nonsense_has_no_thread() -> None:
    assert _thread({"post": {"comment_count": "many"}, "comments": 5}) is None
    assert _thread([[]]) is None
    page = Page(URL, b"<script>window._preloads = JSON.parse(garbage)</script>", datetime(2024, 1, 1, tzinfo=UTC))
    assert SubstackComments().thread(page) is None


def test_a_thread_as_deep_as_it_is_long_is_read() -> None:
    value = _comment(200)
    for number in range(199, 0, -1):
        value = _comment(number, children=[value])

    thread = _thread(_preloads(value, stated=200))

    assert thread is not None
    assert [each.parent for each in thread.comments] == [None, *map(str, range(1, 200))]


def test_a_post_states_zero_comments_so_that_a_larger_count_wakes_it() -> None:
    thread = _thread({"post": {"comment_count": 0, "id": 5}})

    assert thread is not None
    assert (thread.stated, thread.comments, thread.pointer, thread.short) == (0, (), {}, None)
