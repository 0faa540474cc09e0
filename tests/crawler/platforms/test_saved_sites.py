"""One saved site for each platform: `tests/sites/NAME.json` holds its answers and the posts that must come of them.

The texts are invented. A platform without a case fails here.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from archive.records.models import Post
from crawler.catalogue.sites import Site
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.platforms.base import Platform
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers
from tests.support.paths import SITES

NAMES = sorted(PLATFORMS.keys() - {"generic"})


def saved(name: str) -> dict[str, Any]:
    path = SITES / f"{name}.json"
    assert path.is_file(), f"the platform {name} needs a saved site at tests/sites/{name}.json"
    return dict(json.loads(path.read_text("utf-8")))


def front(case: dict[str, Any]) -> Page:
    headers = {"content-type": "text/html; charset=utf-8"} | case.get("headers", {})
    return Page(case["site"], case["answers"][case["site"]].encode(), FETCHED, headers)


def crawl(platform: Platform, case: dict[str, Any]) -> list[Post]:
    """Do what a crawl does, without a network: list, read, ask for whole threads, place."""
    fetch = Answers(case["answers"].get)

    async def collect() -> list[Post]:
        posts: dict[str, Post] = {}
        async for found in platform.posts(Site(url=case["site"]), front(case), fetch):
            if found.url in posts:  # as in the archive, an address is a row and visited once
                continue
            read = platform.read(await fetch.page(found.url)) if isinstance(found, ListedPost) else found
            if read.is_post:
                read = replace(read, thread=await platform.whole_thread(read, fetch))
                posts[read.url] = place(read, platform=platform.name, fetched=FETCHED)
        return list(posts.values())

    return asyncio.run(collect())


def summary(post: Post) -> dict[str, Any]:
    """Return of a record what a case states."""
    values = post.to_json()
    kept = {
        name: values[name] for name in ("url", "title", "author", "published", "text", "status", "comments_stated")
    }
    comments = [
        {name: each[name] for name in ("author", "published", "text", "depth", "deleted", "by_post_author", "system")}
        for each in values["comments"]
    ]
    return kept | {"comments": comments}


@pytest.mark.parametrize("name", NAMES)
def test_the_saved_site_is_told_and_read_whole(name: str):
    case = saved(name)
    assert recognise(front(case)).name == name
    assert [summary(post) for post in crawl(PLATFORMS[name], case)] == case["posts"]
