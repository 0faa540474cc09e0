"""How a WordPress is told from its pages, and what its single pages say."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.platforms.registry import recognise
from crawler.platforms.wordpress.platform import WordPress, read_comment_feed
from tests.support.answers import FETCHED, Answers

HOME = "https://b.example/"
API = "https://b.example/wp-json/"


def page(html: str, url: str = HOME, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(url, html.encode(), FETCHED, {"content-type": "text/html; charset=utf-8", **named})


FRONT = page(f'<html lang="en-US"><head><link rel="https://api.w.org/" href="{API}"></head><body></body></html>')


@pytest.mark.parametrize(
    "html",
    [
        '<meta name="generator" content="WordPress 6.8">',
        '<link rel="https://api.w.org/" href="/wp-json/">',
        '<link href="/wp-content/themes/x/s.css"><script src="/wp-includes/js/j.js"></script>',
        '<div class="wp-site-blocks"><link href="/wp-content/themes/x/s.css"></div>',
    ],
)
def test_wordpress_is_told_by_its_signs(html: str) -> None:
    assert recognise(page(f"<html>{html}</html>")).name == "wordpress"


@pytest.mark.parametrize(
    "html", ['<img src="https://old.example/wp-content/uploads/a.png">', "<p>We moved off WordPress.</p>", ""]
)
def test_a_moved_picture_or_a_word_makes_no_wordpress(html: str) -> None:
    assert recognise(page(f"<html>{html}</html>")).name != "wordpress"


def test_a_page_behind_a_password_is_no_post() -> None:
    html = '<html><body class="single"><h1>Protected: Plan</h1><form class="post-password-form"></form></body></html>'
    assert not WordPress().read(page(html, "https://b.example/plan/")).is_post


def test_the_pages_of_a_divided_post_become_one_text() -> None:
    url = "https://b.example/long/"
    links = f'<div class="page-links"><a href="{url}2/">2</a> <a href="{url}3/">3</a></div>'
    part = "<html><body class='single'><h1>Long</h1><div class='entry-content'><p>{}</p></div>{}</body></html>"
    parts = {url + f"{n}/": part.format(f"Part {n} of a long post about calls.", "") for n in (2, 3)}
    first = WordPress().read(page(part.format("Part 1 of a long post about calls.", links), url))
    whole = asyncio.run(WordPress().whole_text(first, Answers(parts.get)))
    assert [re.findall(r"Part \d", each)[0] for each in whole.text.split("\n\n") if "Part" in each] == [
        "Part 1",
        "Part 2",
        "Part 3",
    ]
    assert whole.further == ()


def test_the_comment_feed_names_each_post_once_with_its_newest_comment() -> None:
    entry = "<item><link>https://b.example/{}</link><pubDate>{} Jan 2020 10:00:00 +0000</pubDate></item>"
    body = "<rss><channel>" + entry.format("a/#comment-2", "02") + entry.format("a/#comment-3", "03")
    body += entry.format("?p=5&amp;cpage=2#comment-9", "01") + "</channel></rss>"
    found = read_comment_feed(page(body, "https://b.example/comments/feed/"))
    assert found == [
        ListedPost("https://b.example/a/", datetime(2020, 1, 3, 10, tzinfo=UTC)),
        ListedPost("https://b.example/?p=5", datetime(2020, 1, 1, 10, tzinfo=UTC)),
    ]
