"""The structural reader on one saved page per family of markup, and on pages that only look like threads."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.comments.structure.reader import GenericComments
from crawler.pages.models import Thread
from crawler.pages.page import Page
from tests.support.paths import THREADS

_CASES = THREADS / "generic"
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
    ("language", "shown", "day"),
    [
        ("ru", "5 марта 2023 в 10:15", 5),
        ("tr", "5 Ağustos 2023, 10:15", 5),
        ("ko", "2023년 3월 5일 10:15", 5),
        ("cs", "5. března 2023 v 10:15", 5),
        ("fi", "5. maaliskuuta 2023 klo 10.15", 5),
        ("hu", "2023. március 5. 10:15", 5),
        ("el", "5 Μαρτίου 2023", 5),
        ("sv", "för 3 dagar sedan", 29),
        ("pl", "3 dni temu", 29),
        ("ja", "3日前", 29),
    ],
)
def test_dates_are_found_in_whatever_language_they_are_written(language: str, shown: str, day: int) -> None:
    item = "<li id='comment-{n}'><b class='author'>Ann</b> <i>SHOWN</i><p>Words of comment {n}.</p></li>"

    thread = _thread(f"<html lang='{language}'><meta charset='utf-8'>{_list(2, item.replace('SHOWN', shown))}</html>")

    assert thread is not None
    assert [each.published.moment.day if each.published else None for each in thread.comments] == [day, day]
    assert [each.text for each in thread.comments] == ["Words of comment 0.", "Words of comment 1."]


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


@pytest.mark.parametrize(
    "byline",
    ["Soumis par {}", "{} a répondu", "Enviado por {}", "Inviato da {}", "Ingezonden door {}", "Gespeichert von {}"],
)
def test_a_name_is_read_without_the_words_around_it_in_whatever_language(byline: str) -> None:
    names = ("Ann Lee", "Bo", "Cy Young")
    items = "".join(
        f"<div class='comment' id='comment-{n}'><p class='by'>{byline.format(name)} le 3/5/2012 - 16:0{n}</p>"
        f"<p>Words of comment {n}.</p></div>"
        for n, name in enumerate(names)
    )

    thread = _thread(items)

    assert thread is not None
    assert tuple(comment.author for comment in thread.comments) == names


def test_a_label_line_that_every_comment_has_is_no_part_of_its_text() -> None:
    texts = ("<p>Ring twice.</p>", "<p>Note: I sell.</p><p>Ring thrice.</p>", "<p>Write first.</p>")
    items = "".join(
        f"<li id='comment-{n}'><b class='author'>Ann</b> <i>May 3, 2012</i><p>Home town: {town}</p>{text}</li>"
        for n, (town, text) in enumerate(zip(("Oslo", "New York", "Bern"), texts, strict=True))
    )

    thread = _thread(f"<h2>Comments</h2><ol>{items}</ol>")

    assert thread is not None
    assert [each.text for each in thread.comments] == ["Ring twice.", "Note: I sell.\n\nRing thrice.", "Write first."]


def test_what_the_template_sets_as_a_quote_everywhere_is_not_quoted() -> None:
    texts = ("Ring twice.", "Ring thrice.<blockquote>Of the post</blockquote>", "Write first.")
    items = "".join(
        f"<li id='comment-{n}'><b class='author'>Ann</b> <i>May 3, 2012</i><blockquote>{text}</blockquote></li>"
        for n, text in enumerate(texts)
    )

    thread = _thread(f"<h2>Comments</h2><ol>{items}</ol>")

    assert thread is not None
    assert [each.text for each in thread.comments] == ["Ring twice.", "Ring thrice.\n\n> Of the post", "Write first."]


def test_a_badge_in_the_block_of_the_name_is_not_the_name() -> None:
    badge = "<div class='small'>TOP CALLER OF MAY</div>"
    items = "".join(
        f"<div class='comment_item' id='comment_{n}'><div class='author_name{' has_title' if n == 2 else ''}'>"
        f"{badge if n == 2 else ''}<a class='big' href='/u/{name}'>{name}</a></div>"
        f"<div class='time'>May 3, 2012</div><p>Words of comment {n}.</p></div>"
        for n, name in enumerate(("ann", "bob", "cyd", "dee", "eve"))
    )

    thread = _thread(items)

    assert thread is not None
    assert [comment.author for comment in thread.comments] == ["ann", "bob", "cyd", "dee", "eve"]


def test_the_number_of_comments_beside_the_posts_byline_is_no_comment() -> None:
    read = _thread(
        "<div><span class='author'>Ann Lee</span> <a href='#c'>May 3, 2012 - 12:14</a>"
        "<a href='#all' id='num_comentarios_post_42'></a><ul><li>Calls</li><li>Letters and quotas</li></ul></div>"
        "<p>" + "A long text on calls. " * 40 + "</p>"
    )

    assert read is None


def test_a_flat_list_is_threaded_by_what_its_rdfa_says() -> None:
    def item(number: int, answered: int | None) -> str:
        post = "<span rel='sioc:reply_of' resource='/node/3'></span>"
        comment = f"<span rel='sioc:reply_of' resource='/comment/{answered}#comment-{answered}'></span>"
        return (
            f"<a id='comment-{number}'></a><div class='comment'><b class='user'>Ann {number}</b> <i>May 3, 2012</i>"
            f"{post}{comment if answered else ''}<p>We rang {number} times before lunch.</p></div>"
        )

    thread = _thread("<h2>Comments</h2>" + item(41, None) + item(42, 41) + item(43, 41) + item(44, 43) + item(45, 99))

    assert thread is not None
    assert [each.parent for each in thread.comments] == [None, "41", "41", "43", None]


def test_a_badge_beside_the_name_in_an_hcard_is_not_part_of_the_name() -> None:
    badges = ("", " <span>投稿作成者</span>", "")
    items = "".join(
        f"<li id='comment-{n}'><div class='comment-author vcard'><cite><b class='fn'>{name}</b>{badges[n]}</cite>"
        f"<a href='#comment-{n}'>May {n + 1}, 2012</a></div><p>{text}</p></li>"
        for n, (name, text) in enumerate(
            (("りた", "Ring twice."), ("しげ", "Ring thrice."), ("ぞう", "Write first."))
        )
    )

    thread = _thread(f"<ol>{items}</ol>")

    assert thread is not None
    assert [comment.author for comment in thread.comments] == ["りた", "しげ", "ぞう"]


def test_the_icon_of_a_count_in_a_list_of_posts_marks_no_comment() -> None:
    post = "<p><b class='name'>Ann {n}</b> <i class='fa fa-comment'>7</i> <i>May {n}, 2012</i><br>A post on calls</p>"

    assert _thread("<main>" + "".join(post.format(n=n) for n in range(1, 7)) + "</main>") is None


def test_columns_of_a_newspaper_are_no_thread() -> None:
    column = (
        "<div id='boxOpinion_{n}'><b class='author'>Ann Lee</b><h3><a href='/{n}'>How to call without hate</a></h3>"
        "<p>A column on calls, the first of several, by our editor.</p></div>"
    )

    assert _thread("<main>" + "".join(column.format(n=n) for n in range(1, 7)) + "</main>") is None


def test_a_price_is_no_time_of_day() -> None:
    ring = "<div id='next{n}'><b>Ring of {n}</b><p>A ring of the finest silver wire</p><i>{price}</i></div>"
    prices = ("9.99", "7.45", "$4.29", "€ 8.30", "3.75", "2.85", "6.95")

    rings = "".join(ring.format(n=n, price=price) for n, price in enumerate(prices))

    assert _thread(f"<h3>Comments on rings</h3>{rings}") is None


def test_dated_blocks_under_a_heading_of_zero_comments_are_no_thread() -> None:
    block = (
        "<div class='box'><b>Ann Lee</b><p class='when'>May {n}, 2012</p><p>Ten percent off, today only.</p></div>"
    )

    assert _thread("<h2>0 Comments</h2>" + "".join(block.format(n=n) for n in range(1, 8))) is None
