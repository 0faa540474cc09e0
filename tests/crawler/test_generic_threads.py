"""The structural reader on one saved page per family of markup, and on pages that only look like threads."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.comments.generic import GenericComments
from crawler.page import Page
from crawler.reading import Thread

_CASES = Path(__file__).parent.parent / "threads" / "generic"
_FETCHED = datetime(2024, 1, 1, tzinfo=UTC)


def _thread(html: str | bytes) -> Thread | None:
    body = html.encode() if isinstance(html, str) else html
    return GenericComments().thread(Page("https://ilse.example/brennan/", body, _FETCHED))


def _as_json(thread: Thread | None) -> Any:
    if thread is None:
        return None
    shown = ("native_id", "parent", "depth", "author", "author_url", "date_shown", "text", "permalink")
    comments = []
    for comment in thread.comments:
        values = {name: getattr(comment, name) for name in shown}
        if comment.published:
            values["published"] = f"{comment.published.moment:%Y-%m-%dT%H:%M} to the {comment.published.precision}"
        values |= {flag: True for flag in ("by_post_author", "deleted") if getattr(comment, flag)}
        comments.append({name: value for name, value in values.items() if value is not None})
    return {"stated": thread.stated, "comments": comments}


@pytest.mark.parametrize("case", sorted(path.name for path in _CASES.iterdir()))
def test_a_saved_page_gives_the_thread_written_down_for_it(case: str) -> None:
    read = _as_json(_thread((_CASES / case / "input.html").read_bytes()))

    assert read == json.loads((_CASES / case / "expected.json").read_text("utf-8"))


def _list(count: int, item: str) -> str:
    return "<h2>Comments</h2><ol>" + "".join(item.format(n=n, day=n % 28 + 1) for n in range(count)) + "</ol>"


_ITEM = "<li id='comment-{n}'><b class='author'>Ann</b> <i>May {day}, 2012</i><p>Words of comment {n}.</p></li>"


def test_reading_leaves_the_shared_tree_as_it_was() -> None:
    page = Page("https://ilse.example/brennan/", _list(3, _ITEM).encode(), _FETCHED)
    before = [(each.tag, dict(each.attrib), each.text, each.tail) for each in page.tree.iter()]

    GenericComments().thread(page)

    assert [(each.tag, dict(each.attrib), each.text, each.tail) for each in page.tree.iter()] == before


def test_words_that_buttons_share_are_kept_where_somebody_says_them() -> None:
    words = ("On Friday I reply.", "By phone, at least.", "Like it or not, this is the top.", "+1")
    items = "".join(
        f"<li id='comment-{n}'><b class='author'>Ann</b> <i>May 3, 2012</i><p>{text}</p><a href='#'>Reply</a></li>"
        for n, text in enumerate(words)
    )

    thread = _thread(f"<h2>4 Comments</h2><ol>{items}</ol>")

    assert thread is not None
    assert tuple(comment.text for comment in thread.comments) == words


def test_a_day_before_a_month_is_read_in_the_pages_language() -> None:
    item = "<li id='comment-{n}'><b class='author'>Ann</b> <i>03/04/2012</i><p>Words of comment {n}.</p></li>"

    german = _thread(f"<html lang='de'>{_list(2, item)}</html>")
    american = _thread(f"<html lang='en-US'>{_list(2, item)}</html>")

    months = [read.comments[0].published.moment.month for read in (german, american) if read]  # type: ignore[union-attr]  # both are dated
    assert months == [4, 3]


@pytest.mark.parametrize(
    "html",
    [
        "<h2>Comments</h2>" + "".join(f"<div><a name='comment-{n}'></a>" for n in range(240)) + "<p>may</p>" * 30_000,
        "<div>" * 100_000 + "<p>May 3, 2012</p>",
        "<h2>Comments</h2><div id='comment-1'>" + "<b>1</b> May 3, 2012<br>" * 50_000 + "</div>",
        "<h2>Comments</h2>" + f"<div id='comment-1'>{'- ' * 200_000}</div>" * 3,
    ],
    ids=["nested", "deep", "one", "dashes"],
)
def test_a_hostile_page_costs_seconds_at_most(html: str) -> None:
    before = time.process_time()

    _thread(html)

    assert time.process_time() - before < 20  # measured: 5 seconds and less


def test_a_page_of_more_comments_than_are_read_says_so() -> None:
    thread = _thread(_list(20_001, _ITEM))

    assert thread is not None
    assert (len(thread.comments), thread.short) == (20_000, "only the first 20000 comments of the page were read")
