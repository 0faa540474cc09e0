"""Spoiled sites of every platform and comment system: each reading ends in sound records or in a stated failure."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.comments.registry import COMMENT_SYSTEMS
from crawler.pages.dates import parse_date
from crawler.pages.feeds import comment_feeds, post_feeds, read_feed
from crawler.pages.page import Page
from crawler.pages.text import html_text
from crawler.pages.urls import canonical, joined, permalink
from crawler.platforms.listings import links, older, read_sitemap
from crawler.platforms.registry import PLATFORMS, recognise
from crawler.platforms.wordpress.platform import read_comment_feed
from crawler.posts.post import read_post
from tests.support.answers import FETCHED
from tests.torture.hostile import TEXTS, Spoiler
from tests.torture.reading import harm, posts_of, thread_of
from tests.torture.seeds import platform_seeds, system_seeds

pytestmark = pytest.mark.torture

URL = "https://blog.example/a-post/"
SITES = platform_seeds()
THREADS = system_seeds()

#: Executions for each platform and each comment system: where there is little time, and at length.
SHORT, LONG = 12, 300


@pytest.fixture(autouse=True)
def everything_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the readers go every way that a setting opens."""
    monkeypatch.setenv("SALES_ARCHIVE_MEDIUM_RESPONSES", "1")
    monkeypatch.setenv("SALES_ARCHIVE_DISQUS_KEY", "mine")


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_spoiled_site_breaks_no_platform(name: str, torture: bool, figure: Callable[[str], None]) -> None:
    seed, executions = SITES[name], LONG if torture else SHORT
    read = 0

    for number in range(executions):
        spoiler = Spoiler(number)
        front = replace(seed.page, body=spoiler.html(seed.page.text)) if number % 2 else seed.page
        assert recognise(front).name in PLATFORMS
        for post in posts_of(PLATFORMS[name], front, spoiler.answers(seed.answer)):
            assert harm(post) == [], f"Spoiler({number})"
            read += 1

    assert read >= executions / 4
    figure(f"{executions} spoiled sites, {read} posts read, 0 crashes")


@pytest.mark.parametrize("name", COMMENT_SYSTEMS)
def test_a_spoiled_thread_breaks_no_comment_system(name: str, torture: bool, figure: Callable[[str], None]) -> None:
    seeds, executions = THREADS[name], LONG if torture else SHORT
    assert seeds, f"no page of the tests shows a thread of {name}: tests/torture/seeds.py needs one"
    read = comments = 0

    for number in range(executions):
        seed, spoiler = seeds[number % len(seeds)], Spoiler(number)
        page = replace(seed.page, body=spoiler.html(seed.page.text)) if number % 2 else seed.page
        post = thread_of(name, page, spoiler.answers(seed.answer))
        if post is not None:
            assert harm(post) == [], f"Spoiler({number})"
            read, comments = read + 1, comments + len(post.comments)

    assert read >= executions / 4
    figure(f"{executions} spoiled threads, {comments} comments read, 0 crashes")


def _in_utf16(pieces: list[str]) -> bytes:
    return f'<?xml version="1.0"?><urlset>{"".join(pieces)}'.encode("utf-16", "surrogatepass")


PIECES = st.sampled_from([*TEXTS, "<url><loc>", "</loc>", "<item><link>", "</link></item>", "<lastmod>", "x"])
BODIES = st.one_of(
    st.binary(max_size=400),
    st.lists(PIECES, max_size=12).map(lambda each: "".join(each).encode("utf-8", "surrogatepass")),
    st.lists(PIECES, max_size=12).map(_in_utf16),
)


@pytest.mark.parametrize(
    "read",
    [
        read_post,
        read_sitemap,
        read_feed,
        read_comment_feed,
        post_feeds,
        comment_feeds,
        lambda page: list(links(page)),
        older,
    ],
    ids=["post", "sitemap", "feed", "comment feed", "feeds", "comment feeds", "links", "older"],
)
def test_any_bytes_are_read(read: Callable[[Page], object], torture: bool, figure: Callable[[str], None]) -> None:
    executions = 2_000 if torture else 25

    @given(BODIES)
    @settings(max_examples=executions, deadline=None, database=None, derandomize=not torture)
    def reading(body: bytes) -> None:
        read(Page(URL, body, FETCHED))

    reading()
    figure(f"{executions} bodies, 0 crashes")


@pytest.mark.parametrize(
    "take",
    [
        canonical, html_text, lambda text: canonical(text, URL), lambda text: joined(URL, text),
        lambda text: permalink(text, URL), lambda text: parse_date(text, fetched=FETCHED),
    ],
    ids=["address", "fragment", "relative address", "link", "permalink", "date"],
)  # fmt: skip
def test_any_text_is_taken(take: Callable[[str], object], torture: bool, figure: Callable[[str], None]) -> None:
    executions = 10_000 if torture else 60

    @given(st.text(max_size=200) | st.lists(PIECES, max_size=6).map("".join))
    @settings(max_examples=executions, deadline=None, database=None, derandomize=not torture)
    def taking(text: str) -> None:
        take(text)

    taking()
    figure(f"{executions} texts, 0 crashes")
