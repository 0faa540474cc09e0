"""Substack: the list, the whole thread by one call, and what a writer forbids."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.catalogue.sites import Site
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers

FRONT = "https://letters.example/"
TEXT = "<p>Nobody buys on the first call, and nobody should. The second call is where the selling begins.</p>"


def comment(native: int, body: str | None, *children: Any, writer: bool = False) -> dict[str, Any]:
    return {
        "id": native,
        "body": body,
        "deleted": body is None,
        "date": "2025-01-02T03:04:05.000Z",
        "name": "Ann" if body else None,
        "user_id": 1 if writer else 2,
        "ancestor_path": "",
        "children": list(children),
    }


TREE = [comment(11, "First", comment(12, None, comment(13, "Thanks", writer=True))), comment(14, "Second")]


class LittleSubstack:
    """A publication whose pages embed one comment of each thread."""

    def __init__(self, posts: int, *, with_comments: int = 0, audience: str = "everyone", **state: Any) -> None:
        self.posts, self.with_comments, self.audience, self.state = posts, with_comments, audience, state

    def answer(self, url: str) -> Any:
        parts = urlsplit(url)
        if parts.path == "/api/v1/archive":
            start = int(parse_qs(parts.query)["offset"][0])
            return [self._listed(n) for n in range(start, min(start + 12, self.posts))]
        if parts.path.endswith("/comments"):
            return {"comments": TREE}
        return self.page(int(parts.path.rpartition("-")[2])) if parts.path.startswith("/p/") else None

    def page(self, n: int) -> str:
        post = self._listed(n) | {"body_html": TEXT, "publishedBylines": [{"id": 1, "name": "Ann Lee"}]}
        state = {
            "post": post,
            "comments": TREE[1:] if post["comment_count"] else [],
            "canonicalUrl": f"{FRONT}p/post-{n}",
        }
        return (
            f"<html lang=en><head><title>Post {n}</title></head><body><article><h1>Post {n}</h1>{TEXT}</article>"
            f"<script>window._preloads = JSON.parse({json.dumps(json.dumps(state | self.state))})</script>"
        )

    def _listed(self, n: int) -> dict[str, Any]:
        return {
            "id": 500 + n,
            "title": f"Post {n}",
            "canonical_url": f"{FRONT}p/post-{n}",
            "post_date": "2025-01-01T00:00:00.000Z",
            "audience": self.audience,
            "comment_count": 4 if n < self.with_comments else 0,
        }


def crawl(server: LittleSubstack) -> tuple[list[ReadPost], Answers]:
    """Do what the spider does: list, visit every post, ask for each thread."""
    substack, fetch = PLATFORMS["substack"], Answers(server.answer)
    front = Page(FRONT, b"<p>", FETCHED, {"x-cluster": "substack"})

    async def collect() -> list[ReadPost]:
        posts = []
        async for listed in substack.posts(Site(url=FRONT), front, fetch):
            assert isinstance(listed, ListedPost)
            post = substack.read(await fetch.page(listed.url))
            posts.append(replace(post, thread=await substack.whole_thread(post, fetch)))
        return posts

    return asyncio.run(collect()), fetch


def test_the_list_states_the_size_of_each_thread():
    fetch = Answers(LittleSubstack(30, with_comments=1).answer)

    async def collect() -> list[Any]:
        page = Page(FRONT, b"<p>", FETCHED)
        return [each async for each in PLATFORMS["substack"].posts(Site(url=FRONT), page, fetch)]

    found = asyncio.run(collect())
    assert [each.stated for each in found] == [4, *[0] * 29]


def test_one_request_brings_the_thread_with_the_embedded_comment_once():
    (post,), fetch = crawl(LittleSubstack(1, with_comments=1))
    record = place(post, platform="substack", fetched=FETCHED)
    assert [(each.author, each.text, each.depth, each.deleted, each.by_post_author) for each in record.comments] == [
        ("Ann", "First", 0, False, False),
        (None, "", 1, True, False),
        ("Ann", "Thanks", 2, False, True),
        ("Ann", "Second", 0, False, False),
    ]
    assert record.comments_stated == 4
    assert sum("/comments?" in url for url in fetch.asked) == 1


def test_requests_of_a_thousand_posts_of_which_three_hundred_have_comments():
    posts, fetch = crawl(LittleSubstack(1000, with_comments=300))
    assert len(posts) == 1000
    assert len(fetch.asked) <= 1 + 1000 / 12 + 1000 + 300


@pytest.mark.parametrize(
    ("server", "status", "right"),
    [
        (LittleSubstack(1, audience="only_paid"), "preview", "paywalled"),
        (LittleSubstack(1, publicationSettings={"block_ai_crawlers": True}), "withheld", "block-ai-crawlers"),
        (LittleSubstack(1, noIndex=True), "withheld", "noindex"),
    ],
)
def test_what_a_writer_reserves_is_marked_and_not_kept(server: LittleSubstack, status: str, right: str):
    (post,), _ = crawl(server)
    record = place(post, platform="substack", fetched=FETCHED)
    assert record.status == status
    assert right in record.rights
    assert (record.text == "") == (status == "withheld")


def test_a_broken_state_leaves_the_post_as_its_page_shows_it():
    html = LittleSubstack(1).page(0).replace("JSON.parse(", "JSON.parse(x")
    post = PLATFORMS["substack"].read(Page(f"{FRONT}p/post-0", html.encode(), FETCHED))
    assert post.title == "Post 0"
    assert "second call" in post.text


def test_its_hosts_and_headers_tell_substack():
    assert recognise(Page("https://ann.substack.com/", b"<p>", FETCHED)).name == "substack"
    assert recognise(Page(FRONT, b"<p>", FETCHED, {"x-served-by": "Substack"})).name == "substack"
