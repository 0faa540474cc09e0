"""Posts as pages show them: one saved page a kind, of our own writing; each field by itself."""

import json
from copy import deepcopy
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from crawler.pages.models import ReadComment, ReadPost, StatedDate, Thread
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.posts.body import without_post, without_tags, without_thread
from crawler.posts.post import read_post
from tests.support.paths import PAGES

FETCHED = datetime(2026, 8, 1, tzinfo=UTC)
CASES = sorted(PAGES.iterdir())
FIELDS = [each.name for each in fields(ReadPost) if each.name not in {"thread", "further"}]


def saved(case: Path) -> Page:
    return Page((case / "url").read_text().strip(), (case / "page.html").read_bytes(), FETCHED)


def page(body: str, url: str = "https://notes.example/p/", **headers: str) -> Page:
    return Page(url, body.encode(), FETCHED, {name.replace("_", "-"): value for name, value in headers.items()})


def plain(value: Any) -> Any:
    if isinstance(value, StatedDate):
        return f"{value.moment:%Y-%m-%dT%H:%M:%SZ} {value.precision}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("name", FIELDS)
def test_each_field_is_read(case: Path, name: str) -> None:
    expected = json.loads((case / "expected.json").read_text())
    assert plain(getattr(read_post(saved(case)), name)) == expected[name]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reading_leaves_the_shared_tree_as_it_was(case: Path) -> None:
    shared = saved(case)
    before = html.tostring(deepcopy(shared.tree))
    read_post(shared)
    assert html.tostring(shared.tree) == before


def test_reading_a_page_twice_gives_the_same() -> None:
    for case in CASES:
        assert [read_post(saved(case)) for _ in range(5)] == [read_post(saved(case))] * 5


@pytest.mark.parametrize("body", ["", "<", "<html>", "<html><body></body></html>", "\x00\x00", "{}", "<p>" * 3000])
def test_empty_and_broken_pages_are_read_without_failing(body: str) -> None:
    read = read_post(page(body))
    assert read.url == "https://notes.example/p/"


def text(words: int, word: str) -> str:
    return f"<p>{' '.join(f'{word}{number}' for number in range(words))}.</p>"


@pytest.mark.parametrize(
    ("head", "headers", "right"),
    [
        ('<meta name="robots" content="noarchive">', {}, "noarchive"),
        ("", {"x_robots_tag": "noindex, noarchive"}, "noarchive"),
        ("", {"tdm_reservation": "1"}, "tdm-reserved"),
        ('<meta name="tdm-reservation" content="1">', {}, "tdm-reserved"),
    ],
)
def test_a_page_that_asks_not_to_be_archived_leaves_no_text(head: str, headers: dict[str, str], right: str) -> None:
    read = read_post(page(f"<html><head>{head}</head><body><h1>T</h1>{text(50, 'w')}</body></html>", **headers))
    post = place(read, platform="generic", fetched=FETCHED)
    assert right in post.rights
    assert (post.status, post.text, post.description, post.comments) == ("withheld", "", None, ())


@pytest.mark.parametrize("value", ["googlebot: noarchive", "unavailable_after: 25 Jun 2030 15:00:00 PST", "all"])
def test_rules_for_other_robots_are_not_ours(value: str) -> None:
    assert read_post(page(f"<html><body>{text(50, 'w')}</body></html>", x_robots_tag=value)).status == "whole"


def test_a_canonical_address_on_another_site_is_not_obeyed() -> None:
    read = read_post(page('<html><head><link rel="canonical" href="https://evil.example/p/"></head></html>'))
    assert read.url == "https://notes.example/p/"


def test_a_canonical_address_that_names_the_front_page_is_a_mistake() -> None:
    read = read_post(page('<html><head><link rel="canonical" href="https://notes.example/"></head></html>'))
    assert read.url == "https://notes.example/p/"


@pytest.mark.parametrize(
    ("title", "others", "shown"),
    [
        ("Ask twice | Desk Notes", '<h1>Ask twice</h1><meta property="og:title" content="Ask twice">', "Ask twice"),
        ("Ask twice - Desk Notes", '<meta property="og:site_name" content="Desk Notes">', "Ask twice"),
        ("Desk Notes: Ask twice", '<meta property="og:site_name" content="Desk Notes">', "Ask twice"),
        (
            "Pricing: a guide - Desk Notes",
            '<h1><a href="/">Desk Notes</a></h1><h2>Pricing: a guide</h2>',
            "Pricing: a guide",
        ),
        ("Ask - and wait", "", "Ask - and wait"),
    ],
)
def test_a_title_is_shown_without_the_sites_name(title: str, others: str, shown: str) -> None:
    assert read_post(page(f"<html><head><title>{title}</title></head><body>{others}</body></html>")).title == shown


@pytest.mark.parametrize(
    ("markup", "date"),
    [
        ('<meta property="article:published_time" content="2020-02-03T04:05:06Z">', "2020-02-03T04:05:06Z second"),
        ('<time class="published" datetime="2020-02-03T04:05:06Z">x</time>', "2020-02-03T04:05:06Z second"),
        ('<time class="updated" datetime="2021-01-01">x</time><span class="posted-on">3 February 2020</span>',
         "2020-02-03T00:00:00Z day"),
        ('<p class="post-meta">Updated 1 January 2021</p>', None),
        ('<meta property="article:modified_time" content="2021-01-01T00:00:00Z">', None),
        ("<footer>© 2021 Desk Notes, since 3 May 2001</footer>", None),
        ('<div class="sidebar"><time datetime="2021-01-01">1 Jan</time></div>', None),
    ],
)  # fmt: skip
def test_only_the_posts_own_publication_is_its_date(markup: str, date: str | None) -> None:
    assert plain(read_post(page(f"<html><body><h1>T</h1>{markup}{text(50, 'w')}</body></html>")).published) == date


def test_the_address_dates_a_post_and_a_far_date_on_the_page_does_not() -> None:
    far = '<html><body><h1>T</h1><span class="date">May 5, 2021</span></body></html>'
    assert plain(read_post(page(far, "https://notes.example/2011/03/04/p/")).published) == "2011-03-04T00:00:00Z day"


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ('<a rel="author" href="/a">Ina Holt</a>', "Ina Holt"),
        ('<p class="byline">By Ina Holt on 3 May 2020</p>', "Ina Holt"),
        ('<span class="post-author">Posted by <b>Ina Holt</b></span>', "Ina Holt"),
        ('<meta name="author" content="Ina Holt">', "Ina Holt"),
        ('<p class="author">Ina Holt - Staff Writer</p>', "Ina Holt"),
        ('<p class="post-meta">by Ina Holt July 3, 2020</p>', "Ina Holt"),
        ('<p class="author">Ina May</p>', "Ina May"),
        ('<meta name="author" content="ina@desk.example">', None),
        ('<div id="comments"><span class="author">Commenter</span></div>', None),
        ('<aside><p class="author">Sidebar</p></aside>', None),
    ],
)
def test_only_the_posts_own_byline_names_its_author(markup: str, name: str | None) -> None:
    assert read_post(page(f"<html><body><h1>T</h1>{markup}{text(50, 'w')}</body></html>")).author == name


def comments(*texts: str, system: str = "wordpress") -> Thread:
    return Thread(system=system, comments=tuple(ReadComment(author="Ann", text=each) for each in texts))


def test_comments_that_leaked_into_the_text_are_cut_from_its_end() -> None:
    leaked = "The post.\n\nIts end.\n\nAnn\n\n3 May 2020\n\nI agree with this.\n\nAnn\n\nMe too, in fact."
    assert without_thread(leaked, comments("I agree with this.", "Me too, in fact.")).startswith(
        "The post.\n\nIts end."
    )
    assert "agree" not in without_thread(leaked, comments("I agree with this.", "Me too, in fact."))


def test_a_comment_that_quotes_the_post_cuts_nothing_of_it() -> None:
    body = "Say the number.\n\nThen wait for the answer, however long it takes to come, and do not fill the silence."
    assert without_thread(body, comments("Say the number. Yes!")) == body


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Then wait.\n\nTags: pricing, calls", "Then wait."),
        ("Then wait.\n\nFiled under: Sales; Pricing | Calls", "Then wait."),
        ("Then wait.\n\nTopic: pricing", "Then wait.\n\nTopic: pricing"),
        ("Tags: pricing, calls", "Tags: pricing, calls"),
        ("", ""),
    ],
)
def test_the_list_of_tags_is_no_part_of_the_text(text: str, kept: str) -> None:
    assert without_tags(text, ("pricing", "calls"), ("Sales",)) == kept


def test_a_thread_that_is_the_post_itself_is_none() -> None:
    body = " ".join(f"word{number}" for number in range(100))
    assert without_post(comments(body, system="generic"), body) is None
    assert without_post(comments(body, system="wordpress"), body) is not None
