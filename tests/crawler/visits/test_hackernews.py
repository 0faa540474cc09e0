"""Threads of Hacker News about a post, in the shape of Algolia's API; the texts are invented."""

from datetime import UTC, datetime

from crawler.pages.placing import place_thread
from crawler.visits import hackernews

POST = "https://sales.example/first-ten/"


def comment(
    native: int, text: str | None, *children: dict[str, object], author: str | None = "ann"
) -> dict[str, object]:
    at = "2021-05-06T07:08:09.000Z"
    return {"id": native, "created_at": at, "author": author, "text": text, "children": list(children)}


def test_only_stories_that_link_to_the_very_post_count():
    answer = {
        "hits": [
            {"objectID": "1", "url": "http://www.sales.example/first-ten?utm_source=hn", "num_comments": 3},
            {"objectID": "2", "url": "https://sales.example/first-ten/part-2", "num_comments": 3},
            {"objectID": "3", "url": "https://sales.example/first-ten/", "num_comments": 0},
            {"objectID": "x", "url": POST, "num_comments": 1},
            "odd",
        ]
    }
    assert hackernews.stories(answer, POST) == ("1",)
    assert hackernews.stories(["odd"], POST) == ()


def test_a_tree_becomes_a_thread_with_parents_dates_and_text():
    tree = {
        "id": 1,
        "children": [comment(2, "<p>Call &amp; ask", comment(3, "Yes<p>Do", author="bob")), comment(4, "No")],
    }
    records = place_thread(hackernews.thread([tree]), POST)
    assert [(each.author, each.depth, each.text) for each in records] == [
        ("ann", 0, "Call & ask"),
        ("bob", 1, "Yes\n\nDo"),
        ("ann", 0, "No"),
    ]
    assert records[1].parent_id == records[0].id
    assert records[0].published == datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert {each.system for each in records} == {"hackernews"}


def test_a_removed_comment_stays_only_where_it_was_answered():
    tree = {"children": [comment(2, None, comment(3, "Still here"), author=None), comment(4, None, author=None)]}
    records = place_thread(hackernews.thread([tree]), POST)
    assert [(each.deleted, each.depth, each.text) for each in records] == [(True, 0, ""), (False, 1, "Still here")]


def test_a_tree_of_any_depth_is_read():
    deep: dict[str, object] = comment(1, "end")
    for native in range(2, 5_000):
        deep = comment(native, "on", deep)
    assert len(place_thread(hackernews.thread([{"children": [deep]}, "odd", None]), POST)) == 4_999
