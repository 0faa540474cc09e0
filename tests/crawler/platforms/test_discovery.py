"""Finding the posts of any blog: feed, sitemaps, list pages; and what is no post."""

import asyncio
import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.catalogue.sites import Site
from crawler.pages.feeds import read_feed
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.platforms.discovery import discover, is_post_address
from crawler.platforms.listings import read_sitemap

NOW = datetime(2025, 6, 1, tzinfo=UTC)
SITE = Site(url="https://blog.example/")


class SavedWeb:
    """A `Fetch` over saved answers that remembers what it was asked for."""

    def __init__(self, pages: dict[str, str | bytes | int]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        del accept
        self.asked.append(url)
        found = self.pages.get(url, 404)
        if isinstance(found, int):
            raise UnreadableError(url, f"answered with status {found}", status=found)
        return page(url, found)

    async def json(self, url: str) -> tuple[Any, Page]:
        raise UnreadableError(url, "no JSON here")

    async def work(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)


def page(url: str, body: str | bytes, kind: str = "text/html") -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body, NOW, {"content-type": kind})


def found(pages: dict[str, str | bytes | int], *, front: str = "", site: Site = SITE) -> list[str]:
    web = SavedWeb(pages)

    async def urls() -> list[str]:
        return [each.url async for each in discover(site, page(site.url, front), web)]

    return [url.removeprefix("https://blog.example") for url in asyncio.run(urls())]


def sitemap(*paths: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>https://blog.example{path}</loc></url>' for path in paths)}</urlset>"


def feed(*paths: str, more: str = "") -> str:
    items = "".join(f"<item><link>https://blog.example{path}</link></item>" for path in paths)
    return f"<rss><channel>{more}{items}</channel></rss>"


NAMES_FEED = '<link rel="alternate" type="application/rss+xml" href="/feed/">'


def test_a_sitemap_gives_every_post_and_no_list() -> None:
    listed = sitemap("/one/", "/two/", "/tag/sales/", "/", "/about/", "/2024/05/", "/picture.png", "/page/2/")

    assert found({"https://blog.example/sitemap.xml": listed}) == ["/one/", "/two/"]


def test_robots_txt_says_where_the_sitemap_is() -> None:
    pages = {
        "https://blog.example/robots.txt": "User-agent: *\nSitemap: /maps/all.xml",
        "https://blog.example/maps/all.xml": sitemap("/one/"),
    }

    assert found(pages) == ["/one/"]


def test_an_index_of_sitemaps_is_followed_to_the_ones_of_posts() -> None:
    names = ("post-sitemap.xml", "category-sitemap.xml", "author-sitemap.xml", "page-sitemap.xml")
    index = "".join(f"<sitemap><loc>https://blog.example/{name}</loc></sitemap>" for name in names)
    web = SavedWeb(
        {
            "https://blog.example/sitemap.xml": f"<sitemapindex>{index}</sitemapindex>",
            "https://blog.example/post-sitemap.xml": sitemap("/one/"),
        }
    )

    async def urls() -> list[ListedPost]:
        return [each async for each in discover(SITE, page(SITE.url, ""), web)]

    assert [each.url for each in asyncio.run(urls())] == ["https://blog.example/one/"]
    assert not any("category" in url or "author" in url for url in web.asked)


def test_a_sitemap_of_sitemaps_without_end_ends() -> None:
    looping = "<sitemapindex><sitemap><loc>https://blog.example/sitemap.xml</loc></sitemap></sitemapindex>"

    assert found({"https://blog.example/sitemap.xml": looping}) == []


def test_the_feed_comes_first_so_that_the_newest_posts_do() -> None:
    pages = {
        "https://blog.example/sitemap.xml": sitemap("/old/", "/new/"),
        "https://blog.example/feed/": feed("/new/"),
    }

    assert found(pages, front=NAMES_FEED)[0] == "/new/"


def test_a_stale_sitemap_does_not_hide_what_the_lists_have() -> None:
    pages = {
        "https://blog.example/sitemap.xml": sitemap("/ancient/"),
        "https://blog.example/feed/": feed("/a/", "/b/", "/c/"),
    }
    front = f'{NAMES_FEED}<main><a href="/d/">D</a></main>'

    assert set(found(pages, front=front)) == {"/ancient/", "/a/", "/b/", "/c/", "/d/"}


def test_wordpress_pages_its_feed_to_the_end() -> None:
    generator = "<generator>https://wordpress.org/?v=6.5</generator>"
    pages = {
        "https://blog.example/feed/": feed("/3/", "/2/", more=generator),
        "https://blog.example/feed/?paged=2": feed("/1/", more=generator),
    }

    assert found(pages, front=NAMES_FEED) == ["/3/", "/2/", "/3/", "/2/", "/1/"]


def test_list_pages_are_followed_by_their_links_to_older_ones() -> None:
    pages = {
        "https://blog.example/page/2/": '<main><a href="/b/">B</a></main><a class="next" href="/page/3/">3</a>',
        "https://blog.example/page/3/": '<main><a href="/c/">C</a></main>',
    }
    front = '<main><a href="/a/">A</a></main><div class="nav-previous"><a href="/page/2/">Older posts</a></div>'

    assert found(pages, front=front) == ["/a/", "/b/", "/c/"]


@pytest.mark.parametrize(
    "words", ["Ältere Beiträge", "Articles plus anciens", "Entradas antiguas", "Oudere berichten"]
)
def test_older_lists_are_found_by_their_words_in_other_languages(words: str) -> None:
    pages = {"https://blog.example/seite/2/": '<main><a href="/b/">B</a></main>'}
    front = f'<main><a href="/a/">A</a><p><a href="/seite/2/">{words}</a></p></main>'

    assert found(pages, front=front)[:2] == ["/a/", "/b/"]


def test_a_server_that_fails_is_told_after_the_other_ways_were_tried() -> None:
    with pytest.raises(UnreadableError, match="503"):
        found({"https://blog.example/sitemap.xml": 503}, front='<main><a href="/a/">A</a></main>')


def test_the_lists_of_a_blog_in_a_folder_hold_its_own_posts_only() -> None:
    site = Site(url="https://blog.example/blog")
    listed = sitemap("/blog/one", "/blog", "/pricing", "/blog/two", "/blogging/three")

    assert found({"https://blog.example/sitemap.xml": listed}, site=site) == ["/blog/one", "/blog/two"]


@pytest.mark.parametrize(
    "path",
    [
        "/2024/05/01/cold-calls/",
        "/cold-calls",
        "/?p=12",
        "/archives/123",
        "/blog/cold-calls.html",
        "/a-page-about-calls/",
    ],
)
def test_the_address_of_a_post_is_told_by_its_looks(path: str) -> None:
    assert is_post_address(SITE, f"https://blog.example{path}")


@pytest.mark.parametrize(
    "path",
    ["/", "/category/sales/", "/tag/x", "/author/ann/", "/page/4/", "/feed/", "/2024/", "/2024/05/", "/wp-json/x",
     "/x.pdf", "/?s=cold", "/cold-calls/?color=red&size=9", "/index-3.html", "/cold-calls/comment-page-2/"],
)  # fmt: skip
def test_lists_forms_and_files_are_no_posts(path: str) -> None:
    assert not is_post_address(SITE, f"https://blog.example{path}")


def test_a_post_of_another_site_is_never_listed() -> None:
    assert not is_post_address(SITE, "https://other.example/cold-calls/")


def test_a_bomb_of_entities_is_read_as_nothing() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    xml = bomb + "]><urlset><url><loc>https://blog.example/&j;</loc></url></urlset>"

    assert all(len(each.url) < 100 for each in read_sitemap(page(SITE.url, xml)).posts)


def test_a_sitemap_that_names_local_files_reads_none() -> None:
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'

    read = read_sitemap(page(SITE.url, f"{entity}<urlset><url><loc>https://blog.example/&e;</loc></url></urlset>"))

    assert not any("root" in each.url for each in read.posts)


def test_a_gzipped_sitemap_is_read_and_a_gzip_bomb_cut() -> None:
    assert read_sitemap(page(SITE.url, gzip.compress(sitemap("/one/").encode()))).posts[0].url.endswith("/one/")
    assert read_sitemap(page(SITE.url, gzip.compress(b"<urlset>" + b" " * 200_000_000))).posts == ()


@pytest.mark.parametrize(
    "body", ["", "no xml", "<html><body>404</body></html>", "<urlset><url>", b"\xff\xfe\x00", "<a/>"]
)
def test_what_is_no_list_is_read_as_an_empty_one(body: str | bytes) -> None:
    assert read_sitemap(page(SITE.url, body)).posts == ()
    assert read_feed(page(SITE.url, body)).posts == ()


def test_dates_of_feeds_and_sitemaps_are_read_in_utc() -> None:
    rss = (
        "<rss><channel><item><link>https://a.example/x</link>"
        "<pubDate>Mon, 03 Mar 2025 10:00:00 +0200</pubDate></item></channel></rss>"
    )
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/y"/>'
        "<published>2025-01-01T00:00:00Z</published><updated>2025-02-01T00:00:00Z</updated></entry></feed>"
    )
    plain = "<urlset><url><loc>https://a.example/z</loc><lastmod>2025-03-04</lastmod></url></urlset>"

    assert read_feed(page("https://a.example/", rss)).posts[0].modified == datetime(2025, 3, 3, 8, tzinfo=UTC)
    assert read_feed(page("https://a.example/", atom)).posts[0] == ListedPost(
        "https://a.example/y", datetime(2025, 2, 1, tzinfo=UTC)
    )
    assert read_sitemap(page("https://a.example/", plain)).posts[0].modified == datetime(2025, 3, 4, tzinfo=UTC)
