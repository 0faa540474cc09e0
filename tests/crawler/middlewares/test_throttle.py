"""A server that asks us to wait is left in peace: its whole slot, not the one request that met the answer."""

import asyncio
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.utils.test import get_crawler

from crawler.middlewares.throttle import ThrottleMiddleware
from crawler.pages.fetch import RefusedError
from crawler.visits.fetcher import Fetcher
from tests.support.blog import Answer, Blog
from tests.support.crawling import ask


def busy_once(answer: Answer) -> object:
    """Answer the first request with `answer`, the others well."""
    answers = [answer]
    return lambda _handler: answers.pop() if answers else Answer("well again")


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_every_request_to_the_host(blog: Blog, directory: Path, status: int) -> None:
    blog.pages["/busy"] = busy_once(Answer("busy", status, {"Retry-After": "1"}))  # type: ignore[assignment]

    async def several(fetch: Fetcher) -> list[int]:
        answers = await asyncio.gather(*(fetch.request(blog.url + path) for path in ("/busy", "/a", "/b")))
        return [answer.page.status for answer in answers]

    statuses = ask(directory, several, settings={"RETRY_TIMES": 2, "DOWNLOAD_DELAY": 0.05})

    times = {each.path: each.at for each in blog.asked}
    first = next(each.at for each in blog.asked if each.path == "/busy")
    assert min(times[path] for path in ("/a", "/b")) - first >= 0.99
    assert statuses[0] == 200  # asked again, and answered


def test_a_429_that_says_nothing_slows_the_host_down(blog: Blog, directory: Path) -> None:
    blog.pages["/busy"] = busy_once(Answer("busy", 429))  # type: ignore[assignment]

    async def twice(fetch: Fetcher) -> None:
        await fetch.request(f"{blog.url}/busy")
        await fetch.request(f"{blog.url}/next")

    ask(directory, twice, settings={"RETRY_TIMES": 0, "RETRY_AFTER_UNSTATED": 0.5})

    times = {each.path: each.at for each in blog.asked}
    assert times["/next"] - times["/busy"] >= 0.49


@pytest.mark.parametrize(("slot", "waits"), [("substack.com", True), ("calls.example", False)])
def test_a_403_slows_down_the_operator_of_many_blogs_and_no_other(
    blog: Blog, directory: Path, slot: str, waits: bool
) -> None:
    blog.pages["/no"] = Answer("not so fast", 403)

    async def twice(fetch: Fetcher) -> None:
        fetch.share_slot(blog.url, slot)
        await fetch.request(f"{blog.url}/no")
        await fetch.request(f"{blog.url}/next")

    ask(directory, twice, settings={"RETRY_TIMES": 0, "RETRY_AFTER_UNSTATED": 1.5})

    times = {each.path: each.at for each in blog.asked}
    assert (times["/next"] - times["/no"] >= 1.49) == waits


def test_a_host_that_wants_hours_is_left_alone_for_the_crawl(blog: Blog, directory: Path) -> None:
    blog.pages["/busy"] = Answer("busy", 503, {"Retry-After": "86400"})

    async def twice(fetch: Fetcher) -> str:
        await fetch.request(f"{blog.url}/busy")
        with pytest.raises(RefusedError) as refused:
            await fetch.request(f"{blog.url}/next")
        return refused.value.reason

    assert "86400" in ask(directory, twice)
    assert "/next" not in blog.paths()


def test_requests_to_one_host_keep_their_distance(blog: Blog, directory: Path) -> None:
    async def several(fetch: Fetcher) -> None:
        await asyncio.gather(*(fetch.request(f"{blog.url}/{number}") for number in range(4)))

    ask(directory, several, settings={"DOWNLOAD_DELAY": 0.3, "DOWNLOAD_DELAY_JITTER": 0})

    times = [each.at for each in blog.asked]
    assert times[-1] - times[0] >= 0.75  # of 0.9: a busy machine may note the first one late


@pytest.mark.parametrize(
    ("url", "slot"),
    [
        ("https://one.substack.com/p/x", "substack.com"),
        ("https://two.substack.com/p/y", "substack.com"),
        ("https://someone.blogspot.com/", "blogspot.com"),
        ("https://www.example.com/", "example.com"),
        ("https://notsubstack.com/", "notsubstack.com"),
        ("https://blog.example.com/", "blog.example.com"),
    ],
)
def test_the_blogs_of_one_operator_share_a_slot(url: str, slot: str) -> None:
    request = Request(url)

    ThrottleMiddleware(get_crawler()).process_request(request)

    assert request.meta["download_slot"] == slot


def test_a_blog_on_its_own_domain_can_share_its_platforms_slot() -> None:
    throttle = ThrottleMiddleware(get_crawler())
    throttle.share("blog.example.com", "substack.com")
    request = Request("https://blog.example.com/p/x")

    throttle.process_request(request)

    assert request.meta["download_slot"] == "substack.com"


def test_the_delay_is_the_minimum_between_two_requests_and_not_the_mean(blog: Blog, directory: Path) -> None:
    async def delays(fetch: Fetcher) -> set[float]:
        await fetch.request(f"{blog.url}/page")
        (slot,) = fetch.crawler.engine.downloader.slots.values()
        return {slot.download_delay() for _ in range(20)}

    assert ask(directory, delays, settings={"DOWNLOAD_DELAY": 0.01}) == {0.01}
