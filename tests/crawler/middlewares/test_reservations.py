"""What `/.well-known/tdmrep.json` reserves: read, asked for politely, recorded with each post, and obeyed."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post
from crawler.pages.reservations import Reservations
from crawler.reextract.run import reextract
from tests.support.blog import Answer, Blog
from tests.support.crawling import crawl
from tests.support.wordpress_rest import wordpress

FILE = "/.well-known/tdmrep.json"
KEPT = {"WARC_ENABLED": True}


def reserve(blog: Blog, *rules: tuple[str, int]) -> None:
    values = [{"location": location, "tdm-reservation": reserved} for location, reserved in rules]
    blog.pages[FILE] = Answer(json.dumps(values), headers={"Content-Type": "application/json"})


def archived(directory: Path) -> dict[str, Post]:
    with Archive(directory) as archive:
        return {post.url.rstrip("/").rpartition("/")[2]: post for post in archive.posts()}


def all_due(directory: Path, *, policies: str = "2999-01-01T00:00:00Z") -> None:
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z', etag = NULL, body_hash = NULL")
        connection.execute("UPDATE policies SET asked = min(asked, ?)", (policies,))


@pytest.mark.parametrize(
    ("rules", "address", "reserved"),
    [
        ([("/", 1)], "/a/post", True),
        ([("/members/", 1)], "/members/one", True),
        ([("/members/", 1)], "/Members/one", None),
        ([("/open/", 0), ("/", 1)], "/open/one", False),
        ([("/", 1), ("/open/", 0)], "/open/one", True),
        ([("/*/drafts/", 1)], "/2024/drafts/x", True),
        ([("/*.html$", 1)], "/a.html", True),
        ([("/*.html$", 1)], "/a.html?page=2", None),
        ([("/exact$", 1)], "/exact/ly", None),
        ([("/caf%C3%A9", 1)], "/café", True),
        ([("/%7Euser/", 1)], "/~user/x", True),
        ([("/price-%24", 1)], "/price-$", True),
        ([("/a*a$", 1)], "/a", None),
        ([("/p*?id=", 1)], "/post?id=7", True),
    ],
)
def test_the_first_rule_that_fits_counts(rules: list[tuple[str, int]], address: str, reserved: bool | None) -> None:
    values = [{"location": location, "tdm-reservation": value} for location, value in rules]

    assert Reservations.of(json.dumps(values).encode()).reserve(f"https://a.example{address}") is reserved


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b'"x"',
        b"[1, null, []]",
        b'[{"location": "/"}]',
        b'[{"location": 3, "tdm-reservation": 1}]',
        b'[{"location": "/", "tdm-reservation": 7}]',
        b"[" * 100_000,
        b'[{"location": "/", "tdm-reservation": 1}]' + b" " * 300_000,
    ],
)
def test_a_file_that_makes_no_sense_reserves_nothing(body: bytes) -> None:
    assert not Reservations.of(body).reserve_any()


def test_a_pattern_full_of_stars_costs_one_pass() -> None:
    rules = Reservations((("/" + "*a" * 400 + "$", True),))

    assert rules.reserve("https://a.example/" + "a" * 2000 + "b") is None


def test_what_a_host_reserves_is_recorded_and_no_text_of_it_kept(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("reserved-for-me", comments=2), blog.post("open-to-all", comments=2))
    reserve(blog, ("/reserved", 1))

    crawl(directory, site=blog.url, settings=KEPT)

    posts = archived(directory)
    reserved, plain = posts["reserved-for-me"], posts["open-to-all"]
    assert (reserved.status, reserved.rights, reserved.text, reserved.comments) == (
        "withheld",
        ("tdm-reserved",),
        "",
        (),
    )
    assert plain.status == "whole"
    assert len(plain.comments) == 2
    with Archive(directory) as archive:
        assert archive.captures.newest_of(f"{blog.url}/open-to-all/") is not None
        assert archive.captures.newest_of(f"{blog.url}/reserved-for-me/") is None


@pytest.mark.parametrize(
    ("meta", "headers", "rights", "status"),
    [
        ('<meta name="robots" content="index, noarchive">', {}, ("noarchive",), "withheld"),
        ('<meta name="salesarchive" content="noarchive">', {}, ("noarchive",), "withheld"),
        ('<meta name="tdm-reservation" content="1">', {}, ("tdm-reserved",), "withheld"),
        ("", {"X-Robots-Tag": "noarchive"}, ("noarchive",), "withheld"),
        ("", {"X-Robots-Tag": "otherbot: noarchive"}, (), "whole"),
        ("", {"TDM-Reservation": "1"}, ("tdm-reserved",), "withheld"),
        ('<meta name="robots" content="noindex">', {}, ("noindex",), "whole"),
        ("", {"X-Robots-Tag": "noindex, noai"}, ("noai", "noindex"), "whole"),
    ],
)
def test_what_a_page_says_of_itself_is_recorded_and_obeyed(
    blog: Blog, directory: Path, meta: str, headers: dict[str, str], rights: tuple[str, ...], status: str
) -> None:
    blog.sitemap(blog.post("first"))
    page = blog.pages["/first/"]
    assert isinstance(page, Answer)
    page.body, page.headers = str(page.body).replace("<head>", f"<head>{meta}"), headers

    crawl(directory, site=blog.url, settings=KEPT)

    post = archived(directory)["first"]
    assert (post.rights, post.status, bool(post.text)) == (rights, status, status == "whole")
    with Archive(directory) as archive:
        assert (archive.captures.newest_of(post.url) is None) == (status == "withheld")


def test_a_page_that_speaks_for_itself_counts_before_its_host(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("by-meta"), blog.post("by-header"))
    meta, header = blog.pages["/by-meta/"], blog.pages["/by-header/"]
    assert isinstance(meta, Answer)
    assert isinstance(header, Answer)
    meta.body = str(meta.body).replace("<head>", '<head><meta name="tdm-reservation" content="0">')
    header.headers = {"TDM-Reservation": "0"}
    reserve(blog, ("/", 1))

    crawl(directory, site=blog.url)

    assert {post.status for post in archived(directory).values()} == {"whole"}


def test_a_host_is_asked_once_a_month_and_not_at_every_crawl(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"), blog.post("second"))
    reserve(blog, ("/second/", 1))
    for _ in range(3):
        crawl(directory, site=blog.url)
        all_due(directory)
    assert blog.count(FILE) == 1
    assert archived(directory)["second"].status == "withheld"
    all_due(directory, policies="2020-01-01T00:00:00Z")
    blog.pages[FILE] = Answer("[]")

    crawl(directory, site=blog.url)

    assert blog.count(FILE) == 2
    assert archived(directory)["second"].status == "whole"


def test_a_file_that_fails_leaves_what_was_known_for_a_day(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"))
    reserve(blog, ("/", 1))
    crawl(directory, site=blog.url)
    blog.pages[FILE] = Answer("broken", 500)
    all_due(directory, policies="2020-01-01T00:00:00Z")

    for _ in range(2):
        crawl(directory, site=blog.url)
        all_due(directory)

    assert blog.count(FILE) == 2
    assert archived(directory)["first"].status == "withheld"


@pytest.mark.parametrize("moved", ["/robots.txt", FILE])
def test_a_crawl_goes_on_where_such_a_file_is_redirected(blog: Blog, directory: Path, moved: str) -> None:
    blog.sitemap(blog.post("first"), blog.post("second"))
    reserve(blog, ("/second/", 1))
    blog.pages[f"{moved}/"] = blog.pages.get(moved) or Answer("User-agent: *\nDisallow: /nowhere/\n")
    blog.pages[moved] = Answer(status=301, headers={"Location": f"{moved}/"})

    crawl(directory, site=blog.url)

    assert {name: post.status for name, post in archived(directory).items()} == {
        "first": "whole",
        "second": "withheld",
    }


def test_posts_of_a_list_are_judged_by_their_own_addresses(blog: Blog, directory: Path) -> None:
    wordpress(blog, "open-to-all", "reserved-for-me")
    reserve(blog, ("/reserved", 1))

    crawl(directory, site=blog.url, settings=KEPT)

    posts = archived(directory)
    assert (posts["open-to-all"].status, posts["reserved-for-me"].status) == ("whole", "withheld")
    assert posts["reserved-for-me"].text == ""
    assert "of-reserved-for-me" not in b"".join(each.read_bytes() for each in (directory / "warc").iterdir()).decode(
        "latin-1"
    )
    with Archive(directory) as archive:
        assert not [each for each in archive.captures.newest() if "/wp/v2/posts" in each.url]


def test_reading_again_obeys_what_the_host_reserves(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"))
    crawl(directory, site=blog.url, settings=KEPT)
    with Archive(directory) as archive:
        archive.policies.keep(blog.url + FILE, 200, b'[{"location": "/", "tdm-reservation": 1}]')

    reextract(directory)

    assert archived(directory)["first"].status == "withheld"
