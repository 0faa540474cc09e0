"""WordPress: told by its signs, listed by REST, and by its pages where REST is shut."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.catalogue.sites import site_at
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.platforms.wordpress.platform import WordPress
from crawler.platforms.wordpress.rest import read_comments, read_posts
from tests.support.answers import FETCHED, Answers
from tests.support.wordpress_rest_values import comment, post

HOME = "https://b.example/"
API = "https://b.example/wp-json/"


def page(html: str, url: str = HOME, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(url, html.encode(), FETCHED, {"content-type": "text/html; charset=utf-8", **named})


FRONT = page(f'<html lang="en-US"><head><link rel="https://api.w.org/" href="{API}"></head><body></body></html>')


def rest(posts: list[dict[str, Any]], comments: list[dict[str, Any]]) -> Callable[[str], Any]:
    """A REST API as WordPress's own: pages of a hundred, in the order asked for, with its headers."""

    def answer(url: str) -> Any:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        lists = {"posts": (posts, "id"), "comments": (comments, "post")}
        kind = re.search(r"wp/v2/(posts|comments)", url)
        if kind is None:
            return None
        values, order = lists[kind[1]]
        assert (query["orderby"], query["order"], query["per_page"]) == (order, "asc", "100")
        values = sorted(values, key=lambda each: (each[order], each["id"]))
        number = int(query["page"])
        pages = -(-len(values) // 100)
        if number > max(pages, 1):
            raise UnreadableError(url, "answered with status 400", status=400)
        part = values[100 * (number - 1) : 100 * number]
        headers = {"x-wp-total": str(len(values)), "x-wp-totalpages": str(pages)}
        return Page(url, json.dumps(part).encode(), FETCHED, headers)

    return answer


def listing(answers: Answers, front: Page = FRONT) -> list[ListedPost | ReadPost]:
    async def collect() -> list[ListedPost | ReadPost]:
        return [each async for each in WordPress().posts(site_at(HOME), front, answers)]

    return asyncio.run(collect())


def test_a_post_is_read_with_everything_its_list_says() -> None:
    (read,) = listing(Answers(rest([post(7, modified_gmt="2021-05-05T05:05:05")], [])))
    assert isinstance(read, ReadPost)
    assert read.url == "https://b.example/post-7/"
    assert read.title == "Post “7”"
    assert read.author == "Ines O’Hara"
    assert read.published is not None
    assert (read.published.moment, read.published.precision) == (datetime(2020, 1, 1, 10, tzinfo=UTC), "second")
    assert read.updated == datetime(2021, 5, 5, 5, 5, 5, tzinfo=UTC)
    assert (read.text, read.description, read.language) == ("Text of 7.", "Short.", "en")
    assert (read.tags, read.categories) == (("cold & warm", "calls"), ("Sales",))


def test_comments_reach_their_posts_with_parents_and_author_marks() -> None:
    comments = [
        comment(1, 7, author_url="https://r.example"),
        comment(2, 7, parent=1, author=3, author_name="Ines O&#8217;Hara"),
        comment(3, 9),
        comment(4, 8, type="pingback"),
    ]
    reads = listing(Answers(rest([post(7), post(8), post(9)], comments)))
    threads = [each.thread for each in reads if isinstance(each, ReadPost)]
    first, none, last = threads
    assert first is not None
    assert last is not None
    assert none is None or none.comments == ()
    assert [(each.native_id, each.parent, each.by_post_author) for each in first.comments] == [
        ("1", None, False),
        ("2", "1", True),
    ]
    assert (first.comments[0].author_url, first.comments[1].author) == ("https://r.example", "Ines O’Hara")
    assert [each.native_id for each in last.comments] == ["3"]


def test_a_large_blog_takes_one_request_a_hundred_posts_or_comments() -> None:
    posts = [post(number) for number in range(1, 1001)]
    comments = [comment(number, 1 + number % 1000) for number in range(1, 5001)]
    answers = Answers(rest(posts, comments))
    reads = listing(answers)
    assert len(reads) == 1000
    assert sum(len(each.thread.comments) for each in reads if isinstance(each, ReadPost) and each.thread) == 5000
    assert len(answers.asked) <= 65


def test_plain_permalinks_put_the_list_into_a_parameter() -> None:
    front = page("<html></html>", link='<https://b.example/?rest_route=/>; rel="https://api.w.org/"')
    answers = Answers(rest([post(7)], []))
    assert len(listing(answers, front)) == 1
    assert answers.asked[0].startswith("https://b.example/?rest_route=/wp/v2/posts&per_page=100")


def test_a_post_behind_a_password_is_not_archived() -> None:
    reads = listing(Answers(rest([post(7, content={"rendered": "", "protected": True}), post(8)], [comment(1, 7)])))
    assert [each.url for each in reads] == ["https://b.example/post-8/"]


def test_a_post_that_asks_not_to_be_archived_brings_no_text() -> None:
    head = {"robots": {"index": "index", "archive": "noarchive"}}
    (read,) = listing(Answers(rest([post(7, yoast_head_json=head)], [comment(1, 7)])))
    assert isinstance(read, ReadPost)
    assert (read.status, read.text, read.thread, read.rights) == ("withheld", "", None, ("noarchive",))


def test_a_post_whose_text_the_list_does_not_give_is_read_from_its_page() -> None:
    reads = listing(Answers(rest([post(7, content={"rendered": "", "protected": False})], [])))
    assert reads == [ListedPost("https://b.example/post-7/", datetime(2020, 1, 1, 10, tzinfo=UTC))]


def test_authors_whom_the_list_does_not_name_are_named_by_one_page_each() -> None:
    lists = rest([post(number, _embedded={}) for number in (7, 8, 9)], [])
    shown = '<html><article><h1>P</h1><a rel="author" href="/a/">Ines Vogel</a><p>Words.</p></article></html>'
    answers = Answers(lambda url: shown if "/post-" in url else lists(url))
    reads = listing(answers)
    assert [each.author for each in reads if isinstance(each, ReadPost)] == ["Ines Vogel"] * 3
    assert sum("/post-7/" in url for url in answers.asked) >= 1
    assert not any("/post-8/" in url for url in answers.asked)


def test_where_comments_are_shut_posts_are_read_from_their_pages() -> None:
    lists = rest([post(7)], [])

    def answer(url: str) -> Any:
        if "comments" in url:
            raise UnreadableError(url, "answered with status 401", status=401)
        return lists(url)

    assert [type(each) for each in listing(Answers(answer))] == [ListedPost]


def test_where_threads_are_kept_elsewhere_posts_are_read_from_their_pages() -> None:
    lists = rest([post(7)], [])
    item = (
        '<li id="c{0}" class="comment"><b class="author">Reader {0}</b> <time datetime="2020-01-0{0}">then</time>'
        "<p>Long words of reader {0}, who liked it.</p></li>"
    )
    items = "".join(item.format(number) for number in range(1, 5))
    talk = f"<div id='comments'><h3>4 comments</h3><ol class='comments'>{items}</ol></div>"
    shown = f"<html><body><h1>P</h1><p>Words.</p>{talk}</body></html>"
    answers = Answers(lambda url: shown if "/post-" in url else lists(url))
    assert [type(each) for each in listing(answers)] == [ListedPost]


@pytest.mark.parametrize("status", [401, 403, 404, 200])
def test_without_rest_the_feed_names_posts_and_new_comments_wake_them(status: int) -> None:
    feed = (
        "<rss><channel><item><link>https://b.example/post-1/</link><pubDate>Wed, 01 Jan 2020 10:00:00 +0000</pubDate>"
        "</item></channel></rss>"
    )
    woken = (
        "<rss><channel><item><link>https://b.example/old/comment-page-2/#comment-9</link>"
        "<pubDate>Thu, 02 Jan 2020 10:00:00 +0000</pubDate></item></channel></rss>"
    )
    pages = {"https://b.example/feed/": feed, "https://b.example/comments/feed/": woken}

    def answer(url: str) -> Any:
        if "/wp-json/" in url:
            raise UnreadableError(url, f"answered with status {status}", status=status)
        return pages.get(url)

    found = {each.url: each for each in listing(Answers(answer))}
    assert "https://b.example/post-1/" in found
    assert found["https://b.example/old/"] == ListedPost(
        "https://b.example/old/", datetime(2020, 1, 2, 10, tzinfo=UTC)
    )


def test_a_list_that_breaks_off_says_so_after_what_it_brought() -> None:
    lists = rest([post(number) for number in range(1, 151)], [])

    def answer(url: str) -> Any:
        if "posts" in url and url.endswith("page=2"):
            raise UnreadableError(url, "answered with status 503", status=503)
        return lists(url)

    brought: list[str] = []

    async def collect() -> None:
        async for each in WordPress().posts(site_at(HOME), FRONT, Answers(answer)):
            brought.append(each.url)  # noqa: PERF401 (what came before the failure counts)

    with pytest.raises(UnreadableError):
        asyncio.run(collect())
    assert len(brought) == 100


def test_an_api_on_another_host_is_not_asked() -> None:
    front = page('<html><head><link rel="https://api.w.org/" href="https://evil.example/wp-json/"></head></html>')
    answers = Answers(lambda url: None)
    listing(answers, front)
    assert not any("evil.example" in url for url in answers.asked)


def test_posts_of_a_rights_reserving_front_page_are_read_one_by_one() -> None:
    front = page(f'<html><head><link rel="https://api.w.org/" href="{API}"></head></html>', tdm_reservation="1")
    answers = Answers(rest([post(7)], []))
    listing(answers, front)
    assert not any("/wp-json/" in url for url in answers.asked)


@pytest.mark.parametrize(
    "values",
    [None, {}, [None, 1, "x"], [{"id": "7"}], [{"id": 7}], [{"id": 7, "link": "javascript:alert(1)"}],
     [{"id": 7, "link": 5, "title": 5, "content": [], "_embedded": {"author": {}, "wp:term": [{}]}}]],
)  # fmt: skip
def test_answers_of_another_form_bring_nothing(values: Any) -> None:
    assert read_posts(values, fetched=FETCHED, language=None) == []
    assert read_comments(values, fetched=FETCHED) == []


def test_a_post_of_odd_values_keeps_what_is_good() -> None:
    odd = post(7, title=5, author="x", date_gmt="0000-00-00T00:00:00", _embedded={"author": [5], "wp:term": "x"})
    (read,) = read_posts([odd], fetched=FETCHED, language=None)
    assert (read.read.title, read.read.author, read.read.text) == (None, None, "Text of 7.")
    assert read.read.published is not None
    assert read.read.published.moment == datetime(2020, 1, 1, 2, tzinfo=UTC)
