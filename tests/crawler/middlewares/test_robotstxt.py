"""robots.txt is obeyed by every request, whoever makes it and however many wait for it."""

import asyncio
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError
from crawler.visits.fetcher import Fetcher
from tests.support.blog import Answer, Blog
from tests.support.crawling import ask, crawl, judged


def refusals(*urls: str) -> Callable[[Fetcher], Any]:
    """Ask for all addresses at once; find out why each was not fetched, `None` where it was."""

    async def one(fetch: Fetcher, url: str) -> str | None:
        try:
            await fetch.request(url)
        except RefusedError as error:
            return error.reason
        return None

    async def all_at_once(fetch: Fetcher) -> list[str | None]:
        return await asyncio.gather(*(one(fetch, url) for url in urls))

    return all_at_once


def test_requests_that_wait_together_for_one_robots_txt_are_all_judged(blog: Blog, directory: Path) -> None:
    arrived = threading.Event()

    def late(_handler: object) -> Answer:
        arrived.wait(0.3)  # long enough for all the others to come and wait
        return Answer("User-agent: *\nDisallow: /private/")

    blog.pages["/robots.txt"] = late
    paths = [f"/private/{number}/" for number in range(12)]

    reasons = ask(directory, refusals(*(blog.url + path for path in paths)))

    assert reasons == ["robots.txt forbids it"] * 12
    assert blog.paths() == ["/robots.txt"]


def test_a_group_for_our_own_name_counts_before_the_one_for_all(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /\n\nUser-agent: salesarchive\nDisallow: /drafts/")

    reasons = ask(directory, refusals(f"{blog.url}/", f"{blog.url}/drafts/1"))

    assert reasons == [None, "robots.txt forbids it"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_robots_txt_that_fails_disallows_everything(blog: Blog, directory: Path, status: int) -> None:
    blog.pages["/robots.txt"] = Answer("out of order", status)

    stats = crawl(directory, site=blog.url, settings={"RETRY_AFTER_UNSTATED": 0.01})

    assert set(blog.paths()) == {"/robots.txt"}
    assert judged(stats).status.name == "SILENT"
    assert "robots.txt is unreachable" in judged(stats).reasons[0]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_robots_txt_that_is_not_there_allows_everything(blog: Blog, directory: Path, status: int) -> None:
    blog.pages["/robots.txt"] = Answer("none", status)

    assert ask(directory, refusals(f"{blog.url}/")) == [None]


def test_a_robots_txt_that_hangs_disallows_everything(blog: Blog, directory: Path) -> None:
    released = threading.Event()

    def hang(_handler: object) -> None:
        released.wait(20)

    blog.pages["/robots.txt"] = hang
    try:
        reasons = ask(directory, refusals(f"{blog.url}/"), settings={"DOWNLOAD_TIMEOUT": 0.3})
    finally:
        released.set()

    assert "robots.txt is unreachable" in reasons[0]
    assert "/" not in blog.paths()


def test_a_redirect_to_a_forbidden_address_is_not_followed(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /secret/")
    blog.pages["/door/"] = Answer(status=302, headers={"Location": "/secret/"})

    reasons = ask(directory, refusals(f"{blog.url}/door/"))

    assert reasons == ["robots.txt forbids it"]
    assert "/secret/" not in blog.paths()


def test_robots_txt_is_asked_for_once_although_readers_want_it_too(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = Answer(f"User-agent: *\nAllow: /\nSitemap: {blog.url}/map.xml")

    async def read(fetch: Fetcher) -> str:
        await fetch.page(f"{blog.url}/")
        return (await fetch.page(f"{blog.url}/robots.txt")).text

    assert "map.xml" in ask(directory, read)
    assert blog.count("/robots.txt") == 1


def test_a_crawl_delay_is_kept(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 0.4")

    ask(directory, refusals(*(f"{blog.url}/{number}" for number in range(3))))

    times = [each.at for each in blog.asked if each.path != "/robots.txt"]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.39


def test_a_post_that_robots_txt_forbids_is_noted_and_left_alone(blog: Blog, directory: Path) -> None:
    path = blog.post("members")
    blog.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /members/")
    blog.sitemap(path)

    stats = crawl(directory, site=blog.url)

    assert path not in blog.paths()
    assert stats["crawl/refused"] == 1
    assert judged(stats).status == 0


def test_an_address_that_does_not_answer_is_unreadable_not_refused(directory: Path) -> None:
    async def read(fetch: Fetcher) -> type[UnreadableError]:
        try:
            await fetch.page("http://127.0.0.1:9/")
        except UnreadableError as error:
            return type(error)
        raise AssertionError

    # robots.txt there cannot be reached either, and that refuses.
    assert ask(directory, read) is PostponedError
