"""WordPress's threads as its themes show them: one saved page a markup, of our own writing."""

import asyncio
import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.comments.wordpress.system import WordPressComments
from crawler.pages.feeds import parents_in_feed
from crawler.pages.models import ReadComment, StatedDate, Thread
from crawler.pages.page import Page
from tests.support.answers import Answers
from tests.support.paths import THREADS

FETCHED = datetime(2026, 8, 1, tzinfo=UTC)
CASES = sorted(THREADS.glob("wordpress-*"))
FIELDS = [each.name for each in fields(ReadComment)]


def page(case: Path) -> Page:
    url = (case / "url").read_text().strip()
    return Page(url, (case / "page.html").read_bytes(), FETCHED, {"content-type": "text/html; charset=utf-8"})


def thread(case: Path) -> Thread:
    found = WordPressComments().thread(page(case))
    assert found is not None
    return found


def plain(value: Any) -> Any:
    """A field as the expected JSON writes it."""
    if isinstance(value, StatedDate):
        return f"{value.moment:%Y-%m-%dT%H:%M:%SZ} {value.precision}"
    return value


def as_json(found: Thread) -> dict[str, Any]:
    comments = [{name: plain(getattr(each, name)) for name in FIELDS} for each in found.comments]
    return {"stated": found.stated, "more": list(found.more), "pointer": found.pointer, "comments": comments}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", FIELDS)
def test_each_field_of_each_comment_is_read(case: Path, name: str) -> None:
    expected = json.loads((case / "expected.json").read_text())["comments"]
    assert [plain(getattr(each, name)) for each in thread(case).comments] == [each[name] for each in expected]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", ["stated", "more", "pointer"])
def test_the_size_and_the_further_pages_are_read(case: Path, name: str) -> None:
    assert as_json(thread(case))[name] == json.loads((case / "expected.json").read_text())[name]


def test_a_page_without_a_list_has_no_thread() -> None:
    body = (
        b'<html><body class="single"><h1>Quiet</h1><link href="/wp-content/x.css"><p>No one wrote.</p></body></html>'
    )
    assert WordPressComments().thread(Page("https://quiet.example/p/", body, FETCHED)) is None


def test_another_systems_numbered_comments_are_left_to_it() -> None:
    body = b'<html><body><div id="comment-1" class="box"><b>Ann</b><p>Hello there.</p></div></body></html>'
    assert WordPressComments().thread(Page("https://other.example/p/", body, FETCHED)) is None


def item(number: int, depth: int, *, day: int = 1) -> str:
    return (
        f'<li id="comment-{number}" class="comment depth-{depth}"><cite class="fn">W{number}</cite>'
        f'<time datetime="2020-01-{day:02}T00:00:{number:02}Z"></time><div class="comment-content">T{number}</div>'
    )


def listed(items: str, links: str = "") -> str:
    return f'<html><body>{links}<ol class="commentlist">{items}</ol></body></html>'


def test_pages_shown_newest_first_become_one_thread_oldest_first() -> None:
    links = '<a class="prev" href="/p/comment-page-1/#comments">older</a>'
    front = Page("https://b.example/p/", listed(item(4, 1) + "</li>" + item(3, 1), links).encode(), FETCHED)
    older = {"https://b.example/p/comment-page-1/#comments": listed(item(2, 1) + "</li>" + item(1, 1))}
    system = WordPressComments()
    first = system.thread(front)
    assert first is not None
    whole = asyncio.run(system.complete(first, front.url, Answers(older.get)))
    assert [each.native_id for each in whole.comments] == ["1", "2", "3", "4"]


def test_a_parent_that_the_depth_limit_hides_is_taken_from_the_feed() -> None:
    nested = (
        item(1, 1) + "<ol>" + item(2, 2) + "<ol>" + item(3, 3) + "</li>" + item(4, 3) + "</li></ol></li></ol></li>"
    )
    feed_link = '<link rel="alternate" type="application/rss+xml" href="/p/feed/">'
    front = Page("https://b.example/p/", listed(nested, feed_link).encode(), FETCHED)
    feed = (
        "<rss><channel><item><link>https://b.example/p/#comment-4</link>"
        "<description>In reply to &lt;a href=&quot;https://b.example/p/#comment-3&quot;&gt;W3&lt;/a&gt;. T4"
        "</description>"
        "</item></channel></rss>"
    )
    answers = Answers({"https://b.example/p/feed/": feed}.get)
    system = WordPressComments()
    first = system.thread(front)
    assert first is not None
    whole = asyncio.run(system.complete(first, front.url, answers))
    assert {each.native_id: each.parent for each in whole.comments} == {"1": None, "2": "1", "3": "2", "4": "3"}


def test_a_thread_that_tells_every_parent_asks_for_nothing() -> None:
    nested = item(1, 1) + "<ol>" + item(2, 2) + "</li></ol></li>" + item(3, 1)
    front = Page("https://b.example/p/", listed(nested).encode(), FETCHED)
    answers = Answers({}.get)
    system = WordPressComments()
    first = system.thread(front)
    assert first is not None
    asyncio.run(system.complete(first, front.url, answers))
    assert answers.asked == []


def test_an_atom_feed_tells_parents_too() -> None:
    feed = (
        b'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><entry>'
        b'<id>https://b.example/p/#comment-8</id><thr:in-reply-to ref="https://b.example/p/#comment-5"/></entry></feed>'
    )
    assert parents_in_feed(feed) == {"8": "5"}


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\x00", b"<rss><channel><item><link></link></item></channel></rss>"]
)
def test_what_is_no_comment_feed_tells_nothing(body: bytes) -> None:
    assert parents_in_feed(body) == {}


def test_a_name_is_not_cut_at_letters_that_a_word_before_a_date_has() -> None:
    item = (
        "<li id='comment-7' class='comment depth-1'><div class='comment-author'><cite class='fn'>{}</cite></div>"
        "<div class='comment-content'><p>Yes.</p></div></li>"
    )
    for shown, name in (("Alison Gordon", "Alison Gordon"), ("Pat on", "Pat"), ("Pat says:", "Pat")):
        body = f"<html><body><ol class='commentlist'>{item.format(shown)}</ol></body></html>".encode()

        found = WordPressComments().thread(Page("https://blog.example/?p=1", body, FETCHED))

        assert found is not None
        assert found.comments[0].author == name
