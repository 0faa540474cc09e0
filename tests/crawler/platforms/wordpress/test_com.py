"""WordPress.com: the lists of a blog on its hosts stand on the public server."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.catalogue.sites import Site
from crawler.pages.models import ReadPost
from crawler.pages.page import Page
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers
from tests.support.wordpress_rest_values import comment, post

HOME = "https://calls.wordpress.com/"


def crawl(front: Page, answers: Answers) -> list[Any]:
    async def collect() -> list[Any]:
        return [each async for each in PLATFORMS["wordpress.com"].posts(Site(url=front.url), front, answers)]

    return asyncio.run(collect())


@pytest.mark.parametrize(
    "front",
    [
        Page(HOME, b"<p>", FETCHED),
        Page("https://calls.example/", b"<p>", FETCHED, {"host-header": "WordPress.com"}),
        Page("https://calls.example/", b'<meta name="generator" content="WordPress.com" />', FETCHED),
    ],
)
def test_its_host_header_or_generator_tells_wordpress_com(front: Page):
    assert recognise(front).name == "wordpress.com"


def test_a_blog_that_names_no_lists_is_asked_for_on_the_public_server():
    def answer(url: str) -> Any:
        kind = urlsplit(url).path.rpartition("/")[2]
        return {"posts": [post(7)], "comments": [comment(1, 7)]}.get(kind)

    answers = Answers(answer)
    (read,) = crawl(Page(HOME, b"<p>", FETCHED), answers)
    assert isinstance(read, ReadPost)
    assert read.thread is not None
    assert [each.text for each in read.thread.comments] == ["Comment 1."]
    assert {url.partition("?")[0] for url in answers.asked} == {
        f"https://public-api.wordpress.com/wp/v2/sites/calls.wordpress.com/{kind}" for kind in ("posts", "comments")
    }


def test_a_blog_with_lists_of_its_own_is_asked_there():
    html = b'<link rel="https://api.w.org/" href="https://calls.wordpress.com/wp-json/">'
    answers = Answers(lambda url: [post(7)] if "/wp-json/wp/v2/posts" in url else [comment(1, 7)])
    assert len(crawl(Page(HOME, html, FETCHED), answers)) == 1
    assert all(urlsplit(url).hostname == "calls.wordpress.com" for url in answers.asked)
