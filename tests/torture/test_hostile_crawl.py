"""Hostile pages among a blog's posts: each costs itself only, in bounded time and memory."""

import asyncio
import resource
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from crawler.pages.fetch import UnreadableError
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS, place
from crawler.posts.post import read_post
from crawler.visits.workers import WORKER_BYTES, Workers
from tests.support.blog import Answer, Blog, post_page, serve
from tests.support.crawling import crawl
from tests.support.torture import TORTURE
from tests.torture.reading import harm

pytestmark = pytest.mark.torture

AT = datetime(2026, 8, 1, tzinfo=UTC)
URL = "https://blog.example/a-post/"
#: Seconds that reading one page may take, as the setting EXTRACT_SECONDS.
SECONDS = 30.0

_ITEM = (
    '<li class="comment depth-{depth}" id="comment-{n}"><cite class="fn">Reader {n}</cite>'
    '<time datetime="2024-03-01T10:00:00+00:00">March</time><div class="comment-content"><p>Words {n}.</p></div></li>'
)


def with_body(markup: str) -> str:
    """Return a sound post with something else after its text."""
    return post_page("hostile").replace("</article>", f"</article>{markup}", 1)


def with_text(markup: str) -> str:
    """Return a post with something else in its text."""
    return post_page("hostile").replace("</p></div></article>", f"</p>{markup}</div></article>", 1)


def thread(items: Iterator[str]) -> str:
    return with_body(f'<ol class="comment-list">{"".join(items)}</ol>')


#: Pages by what is hostile about them, each made when it is needed: some are large.
PAGES: dict[str, Callable[[], str]] = {
    "nested 100,000 deep": lambda: with_text("<div>" * 100_000 + "deep"),
    "spans nested 100,000 deep": lambda: with_text("<span><b>" * 50_000 + "deep"),
    "lists nested 100,000 deep": lambda: with_text("<ul><li>" * 50_000 + "deep"),
    "tables nested 20,000 deep": lambda: with_text("<table><tr><td>" * 20_000 + "deep"),
    "an attribute of 50 MB": lambda: with_text(f'<p title="{"x" * 50_000_000}">after</p>'),
    "an id of 50 MB": lambda: with_text(f'<p id="comment-{"1" * 50_000_000}">after</p>'),
    "a text of 16 MB": lambda: with_text("<p>" + "word " * 3_200_000 + "</p>"),
    "500,000 paragraphs": lambda: with_text("<p>May 3, 2012</p>" * 500_000),
    "100,000 attributes": lambda: with_text("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">after</p>"),
    "100,000 comments": lambda: thread(_ITEM.format(n=n, depth=1) for n in range(100_000)),
    "100,000 comments of one id": lambda: thread(_ITEM.format(n=7, depth=1) for _ in range(100_000)),
    "comments 999 deep": lambda: thread(_ITEM.format(n=n, depth=n % 1000) for n in range(5_000)),
    "entities": lambda: (
        '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
        ) + "]>" + with_text("<p>&j;&j;&j;</p>")
    ),
    "2,000,000 ampersands": lambda: with_text("<p>" + "&" * 2_000_000 + "</p>"),
    "2,000,000 angle brackets": lambda: with_text("<p>" + "<" * 2_000_000 + "</p>"),
    "1,000,000 end tags": lambda: with_text("</p>" * 1_000_000),
    "JSON-LD 100,000 deep": lambda: with_body('<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
    "JSON-LD in circles": lambda: with_body(
        '<script type="application/ld+json">{"@graph": [{"@id": "a", "@type": "Comment", "comment": {"@id": "a"}}]}'
        "</script>" * 2_000
    ),
    "100,000 links": lambda: with_body("".join(f'<a href="/{n}/?a={n}">{n}</a>' for n in range(100_000))),
    "a comment without end": lambda: with_text("<!--" + "- " * 2_000_000),
}  # fmt: skip

#: Those read where there is little time.
QUICK = ("nested 100,000 deep", "lists nested 100,000 deep", "entities", "JSON-LD in circles")


async def _read(name: str) -> tuple[Any, float, int]:
    """Return what came of a page, the CPU seconds that it took, and the bytes that its process grew to."""
    workers = Workers(1, seconds=SECONDS)
    page = Page(URL, PAGES[name]().encode(), AT)
    try:
        return await workers.run(_measured, page)
    finally:
        await workers.close()


def _measured(page: Page) -> tuple[Any, float, int]:
    read = read_post(page)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return read, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


@pytest.mark.parametrize("name", PAGES if TORTURE else QUICK)
def test_a_page_made_to_cost_costs_little(name: str, figure: Callable[[str], None]) -> None:
    try:
        read, seconds, peak = asyncio.run(_read(name))
    except UnreadableError as error:
        figure(f"given up: {error.reason}")
        return

    post = place(read, platform="generic", fetched=AT)

    assert "We called every name on the list" in post.text
    assert harm(post) == []
    assert len(post.comments) <= MAX_COMMENTS
    assert seconds < SECONDS
    assert peak < WORKER_BYTES
    figure(f"{seconds:.1f} s of CPU, {peak // 1_000_000} MB at most")


@pytest.fixture
def blog() -> Iterator[Blog]:
    with serve() as served:
        yield served


def test_the_other_posts_of_a_hostile_site_are_archived(
    blog: Blog, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    deep = PAGES["nested 100,000 deep"]()
    hostile: dict[str, Answer] = {
        "/deep/": Answer(deep),
        "/bytes/": Answer(bytes(range(256)) * 4_000),
        "/nul/": Answer(post_page("nul").replace("We called", "We\x00 called \x1b[31m")),
        "/utf16/": Answer(post_page("utf16").encode("utf-16"), headers={"Content-Type": "text/html; charset=utf-16"}),
        "/lie/": Answer(post_page("lie"), headers={"Content-Type": "text/html; charset=hex"}),
        "/name/": Answer(post_page("name", comments=3).replace("Reader 1", "<script>alert(1)</script>\u202e")),
        "/circle/": Answer(PAGES["JSON-LD in circles"]()),
        "/canonical/": Answer(
            post_page("canonical").replace("<title>", '<link rel="canonical" href="http://[::1"><title>')
        ),
        "/base/": Answer(post_page("base").replace("<title>", '<base href="javascript:alert(1)//"><title>')),
        "/refresh/": Answer(post_page("r").replace("<head>", '<head><meta http-equiv=refresh content="0;url=//[">')),
        "/header/": Answer(post_page("header"), headers={"Link": "<http://[::1>; rel=https://api.w.org/"}),
    }  # fmt: skip
    blog.pages |= hostile
    good = [blog.post(f"good-{number}", comments=number) for number in range(6)]
    addresses = [path for pair in zip([*hostile], [*good, *hostile], strict=False) for path in pair]
    blog.sitemap(*dict.fromkeys([*addresses, *good]))
    blog.pages["/robots.txt"] = Answer(f"Sitemap: http://[::1\nSitemap: {blog.url}/sitemap.xml\n")
    blog.pages["/"] = Answer(
        '<html><head><link rel="alternate" type="application/rss+xml" href="http://[::1"><link rel="alternate" '
        'type="application/rss+xml" href="//["><title>\u202eA blog</title></head><body><a href="http://[">x</a></body></html>'
    )

    stats = crawl(tmp_path, site=blog.url)

    assert "spider_exceptions/count" not in stats
    with Archive(tmp_path) as archive:
        posts = {post.url.removeprefix(blog.url): post for post in archive.posts()}
    assert {*good} <= posts.keys()
    assert [len(posts[path].comments) for path in good] == [*range(6)]
    assert [fault for post in posts.values() for fault in harm(post)] == []
    figure(f"{len(hostile)} hostile pages, {len(good)} of {len(good)} other posts archived")
