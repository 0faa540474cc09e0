"""Servers as they are: slow, endless, lying, packed to burst."""

import gzip
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import brotli
import pytest

from archive.archive import Archive
from crawler.pages.fetch import UnreadableError
from crawler.visits.fetcher import Fetcher
from tests.support.blog import Answer, Blog, post_page
from tests.support.crawling import ask, crawl, judged, run

LIMIT = 1_000_000


async def _reason(fetch: Fetcher, url: str) -> str:
    with pytest.raises(UnreadableError) as error:
        await fetch.page(url)
    return error.value.reason


def reason(blog: Blog, directory: Path, path: str) -> str:
    """Return why a page cannot be had."""
    settings = {"DOWNLOAD_TIMEOUT": 1, "DOWNLOAD_MAXSIZE": LIMIT}
    return str(ask(directory, lambda fetch: _reason(fetch, blog.url + path), settings=settings))


def test_a_body_that_drips_is_given_up_in_time(blog: Blog, directory: Path) -> None:
    released = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not released.wait(0.05):
            try:
                handler.wfile.write(b"x")
            except OSError:
                return

    blog.pages["/drip"] = drip
    try:
        assert "Timeout" in reason(blog, directory, "/drip")
    finally:
        released.set()


def test_a_body_without_end_is_cut_off(blog: Blog, directory: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in count():
            try:
                handler.wfile.write(b"x" * 65536)
            except OSError:
                return

    blog.pages["/endless"] = endless

    assert "Cancelled" in reason(blog, directory, "/endless")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b" " * 50 * LIMIT)), ("br", brotli.compress(b" " * 50 * LIMIT))],
    ids=["gzip", "brotli"],
)
def test_a_body_packed_to_burst_is_refused(blog: Blog, directory: Path, encoding: str, body: bytes) -> None:
    blog.pages["/bomb"] = Answer(body, headers={"Content-Encoding": encoding})

    assert "exceeded" in reason(blog, directory, "/bomb")


def test_a_body_that_is_not_packed_as_it_says_is_unreadable(blog: Blog, directory: Path) -> None:
    blog.pages["/lies"] = Answer(b"plain words", headers={"Content-Encoding": "gzip"})

    reason(blog, directory, "/lies")


def test_redirects_in_a_circle_end(blog: Blog, directory: Path) -> None:
    blog.pages["/a"] = Answer(status=302, headers={"Location": "/b"})
    blog.pages["/b"] = Answer(status=302, headers={"Location": "/a"})

    assert "redirections" in reason(blog, directory, "/a")
    assert len(blog.asked) < 12


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "data:text/html,x"])
def test_a_redirect_to_another_scheme_is_not_followed(blog: Blog, directory: Path, location: str) -> None:
    blog.pages["/away"] = Answer(status=302, headers={"Location": location})

    assert "302" in reason(blog, directory, "/away")


def test_cookies_are_not_sent_back(blog: Blog, directory: Path) -> None:
    blog.pages["/"] = Answer("<html></html>", headers={"Set-Cookie": "id=1; Path=/"})

    async def twice(fetch: Fetcher) -> None:
        await fetch.page(f"{blog.url}/")
        await fetch.request(f"{blog.url}/next")

    ask(directory, twice)

    assert not any("cookie" in each.headers or "referer" in each.headers for each in blog.asked)


def test_we_say_who_we_are(blog: Blog, directory: Path) -> None:
    ask(
        directory,
        lambda fetch: fetch.page(f"{blog.url}/"),
        settings={"USER_AGENT": "salesarchive/9 (+https://me.example)"},
    )

    assert {each.headers["user-agent"] for each in blog.asked} == {"salesarchive/9 (+https://me.example)"}


def test_an_undeclared_windows_1252_page_keeps_its_letters(blog: Blog, directory: Path) -> None:
    words = "The café’s naïve owner said “no”."
    blog.pages["/western/"] = Answer(
        post_page("western", words=words).replace('<meta charset="utf-8">', "").encode("cp1252"),
        headers={"Content-Type": "text/html"},
    )
    blog.sitemap("/western/")

    crawl(directory, site=blog.url)

    with Archive(directory) as archive:
        (post,) = archive.posts()
    assert words in post.text


def test_a_page_in_utf_8_that_is_declared_latin_1_keeps_its_letters(blog: Blog, directory: Path) -> None:
    words = "Café, 日本語 and “quotes”."
    blog.pages["/lying/"] = Answer(
        post_page("lying", words=words), headers={"Content-Type": "text/html; charset=iso-8859-1"}
    )
    blog.sitemap("/lying/")

    crawl(directory, site=blog.url)

    with Archive(directory) as archive:
        (post,) = archive.posts()
    assert words in post.text


def test_an_etag_that_changes_each_time_makes_no_revision(blog: Blog, directory: Path) -> None:
    tags = count()

    def fickle(_handler: BaseHTTPRequestHandler) -> Answer:
        return Answer(post_page("fickle") + f"<!-- {next(tags)} -->", headers={"ETag": f'"{next(tags)}"'})

    blog.pages["/fickle/"] = fickle
    blog.sitemap("/fickle/")
    crawl(directory, site=blog.url)

    stats = crawl(directory, site=blog.url, refresh="all")

    assert stats["archive/posts_unchanged"] == 1
    with Archive(directory) as archive:
        assert archive.store.last_seq() == 1


def test_a_server_that_closes_at_once_is_told_as_silent(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = lambda handler: handler.connection.close()

    stats = crawl(directory, site=blog.url)

    assert judged(stats).status.name == "SILENT"


def test_headers_that_make_no_sense_cost_that_page_only(blog: Blog, directory: Path) -> None:
    def broken(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello")
        handler.close_connection = True

    blog.pages["/broken/"] = broken
    blog.sitemap("/broken/", blog.post("sound-post"))

    stats = crawl(directory, site=blog.url)

    assert stats["archive/posts_new"] == 1
    assert "spider_exceptions/count" not in stats


def test_what_servers_do_wrong_is_never_an_error_of_ours(blog: Blog, directory: Path) -> None:
    """Twisted's client, which real crawls use, meets each fault; one that came through would end with status 4."""

    def raw(*sent: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            for each in sent:
                handler.wfile.write(each)
            handler.close_connection = True

        return answer

    faults: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {
        "/length/": raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello"),
        "/short/": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello"),
        "/chunk/": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello"),
        "/status/": raw(b"HTTP/1.1 all is well\r\n\r\n"),
        "/noise/": raw(b"\x00\xff" * 100),
        "/nothing/": raw(),
        "/packed/": Answer(b"plain words", headers={"Content-Encoding": "gzip"}),
        "/script/": Answer(status=302, headers={"Location": "javascript:alert(1)"}),
        "/nowhere/": Answer(status=302, headers={"Location": "http://[::1"}),
        "/teapot/": Answer("no", 418),
    }
    blog.pages.update(faults)
    blog.sitemap(*faults, blog.post("sound-post"))

    finished = run(
        "crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory), RETRY_TIMES="0", DOWNLOAD_TIMEOUT="3"
    )

    with Archive(directory) as archive:
        assert [post.url for post in archive.posts()] == [f"{blog.url}/sound-post/"]
        report = archive.jobs.latest()[0].to_json()["report"]
    assert "spider_exceptions/count" not in report["counts"], finished.stderr
    assert report["counts"]["crawl/pages_visited"] == len(faults) + 1
