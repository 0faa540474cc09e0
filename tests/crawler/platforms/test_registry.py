"""Telling platforms apart, and what the smaller ones add to the reading of any blog."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.catalogue.sites import Site
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers
from tests.support.paths import SHARED

SAMPLES = SHARED / "samples"


def page(text: str, url: str = "https://blog.example/", **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(url, text.encode(), FETCHED, {"content-type": "text/html; charset=utf-8", **named})


@pytest.mark.parametrize(
    ("front", "name"),
    [
        (page('<meta name="generator" content="WordPress 6.4">'), "wordpress"),
        (page("<p>", link='<https://blog.example/wp-json/>; rel="https://api.w.org/"'), "wordpress"),
        (page("<p>", x_powered_by="Medium"), "medium"),
        (page("<p>", url="https://medium.com/@ann"), "medium"),
        (page("<script>Static.SQUARESPACE_CONTEXT = {}</script>"), "squarespace"),
        (page("<p>", x_hs_hub_id="77"), "hubspot"),
        (page('<html lang="en" data-wf-site="5f"><p>'), "webflow"),
        (page('<link rel="preload" href="https://media.beehiiv.com/x.png">'), "beehiiv"),
        (page('<meta name="generator" content="Hugo 0.120.0">'), "hugo"),
        (page("<meta name=generator content=Jekyll>"), "jekyll"),
        (page("<p>We write about the WordPress and Hugo of sales.</p>"), "generic"),
    ],
)
def test_a_front_page_tells_its_platform(front: Page, name: str):
    assert recognise(front).name == name


@pytest.mark.parametrize("platform", ["wordpress", "medium", "squarespace", "hubspot"])
def test_real_pages_tell_their_platform(platform: str):
    pages = sorted((SAMPLES / platform).glob("*.html"))
    if not pages:
        pytest.skip("the saved real pages are not beside this checkout")
    told = [recognise(Page("https://saved.example/", each.read_bytes(), FETCHED)).name for each in pages]
    told = [each.removesuffix(".com") for each in told]
    assert told.count(platform) >= 0.6 * len(pages), dict(zip([each.name for each in pages], told, strict=True))
    assert set(told) <= {platform, "generic"}


MEDIUM = """<html><head><title>Ask early – Ann – Medium</title></head><body><article><h1>Ask early</h1>
<p>We waited a year before we asked anybody for money, and the year was lost. Ask in the first week.</p>
<p>The second call is the one that matters, and nobody told us that when we began to sell.</p></article>
<script>window.__APOLLO_STATE__ = {"Post:0123456789ab": %s, "x": 1}</script></body></html>"""
MEDIUM_URL = "https://medium.com/@ann/ask-early-0123456789ab"


def test_a_members_post_on_medium_is_a_preview_with_its_responses_counted():
    state = {"isLocked": True, "postResponses": {"count": 4}}
    post = PLATFORMS["medium"].read(page(MEDIUM % json.dumps(state), MEDIUM_URL))
    assert (post.status, post.rights) == ("preview", ("paywalled",))
    assert post.thread is not None
    assert (post.thread.stated, post.thread.comments) == (4, ())


@pytest.mark.parametrize("state", ["{}", '{"postResponses": {"count": "many"}}', "[1, 2]", '{"isLocked": '])
def test_a_medium_page_without_a_usable_state_is_still_read(state: str):
    post = PLATFORMS["medium"].read(page(MEDIUM % state, MEDIUM_URL))
    assert post.status == "whole"
    assert "The second call" in post.text
    assert post.thread is None


def squarespace_answers() -> dict[str, Any]:
    front = "https://blog.example/notes"
    first = [{"fullUrl": f"/notes/post-{n}", "publishOn": 1420070400000, "updatedOn": 1420156800000} for n in (1, 2)]
    return {
        f"{front}?format=json": {"items": first, "pagination": {"nextPageOffset": 1420070400000}},
        f"{front}?format=json&offset=1420070400000": {"items": [{"fullUrl": "/notes/post-3"}, {"odd": 1}, "odd"]},
    }


def listed(fetch: Answers, front: Page) -> list[ListedPost]:
    async def collect() -> list[Any]:
        posts = PLATFORMS["squarespace"].posts(Site(url=front.url), front, fetch)
        return [each async for each in posts]

    return asyncio.run(collect())


def test_a_squarespace_collection_is_listed_page_by_page():
    fetch = Answers(squarespace_answers().get)
    found = listed(fetch, page("<p>", "https://blog.example/notes"))
    assert [urlsplit(each.url).path for each in found] == ["/notes/post-1", "/notes/post-2", "/notes/post-3"]
    assert found[0].modified == datetime(2015, 1, 2, tzinfo=UTC)
    assert [parse_qs(urlsplit(url).query).get("offset") for url in fetch.asked] == [None, ["1420070400000"]]


def test_squarespace_without_a_collection_in_front_is_listed_like_any_blog():
    fetch = Answers({"https://blog.example/notes?format=json": {"website": {}}}.get)
    front = page('<a href="/notes/a-post-about-selling">A post about selling</a>', "https://blog.example/notes")
    listed(fetch, front)
    assert len(fetch.asked) > 1
