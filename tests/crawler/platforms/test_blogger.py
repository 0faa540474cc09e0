"""Blogger: threads in all their forms, and whole blogs by their feeds."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from archive.records.models import Comment
from crawler.catalogue.sites import Site
from crawler.comments.registry import read_thread
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import place_thread
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers
from tests.support.blogger_threads import FLAT, HEAD, NESTED, SCRIPT, URL


def read(html: str) -> tuple[Comment, ...]:
    thread = read_thread(Page(URL, html.encode(), FETCHED))
    assert thread is not None
    assert thread.system == "blogger"
    return place_thread(thread, URL)


@pytest.mark.parametrize("html", [NESTED, FLAT, SCRIPT], ids=["nested", "flat", "script"])
def test_every_form_of_a_thread_says_the_same(html: str):
    first, second = read(html)
    assert (first.author, first.author_url) == ("Ann Lee", "https://blogger.example/profile/1")
    assert first.text == "We tried it.\nIt works."
    assert first.published is not None
    assert (first.published.isoformat(), first.published_precision) == ("2012-07-10T06:08:18+00:00", "second")
    assert first.permalink == f"{URL}?showComment=1341900498186#c10001"
    assert (second.author, second.text, second.published_precision) == ("Bo", "Glad.", "minute")
    assert second.parent_id == (None if html is FLAT else first.id)
    assert second.by_post_author == (html is not SCRIPT)


def test_a_removed_comment_stays_as_a_placeholder():
    first, _ = read(NESTED.replace("We tried it.<br />It works.", "This comment has been removed by the author."))
    assert (first.deleted, first.text, first.author) == (True, "", None)


def test_a_page_with_fewer_comments_than_it_states_leads_to_its_feed():
    page = Page(URL, (HEAD + '<div id="comments"><h4>1 comment:</h4></div>').encode(), FETCHED)
    thread = read_thread(page)
    assert thread is not None
    fetch = Answers(LittleBlog(1, 1).answer)
    whole = asyncio.run(PLATFORMS["blogger"].whole_thread(ReadPost(url=URL, thread=thread), fetch))
    assert whole is not None
    assert [each.text for each in whole.comments] == ["Comment 0"]
    assert whole.stated == 1


@pytest.mark.parametrize(
    "script", ["var items = [{'id': ", "var items = [1, 'x', {'id': 'no'}];", "var items = [[[["]
)
def test_a_broken_script_reads_as_no_thread(script: str):
    assert read_thread(Page(URL, f"{HEAD}<script>{script}</script>".encode(), FETCHED)) is None


class LittleBlog:
    """The feeds of a blog with comments spread over its posts; each second comment answers the one before."""

    def __init__(self, posts: int, comments: int) -> None:
        self.posts = [self._post(n, comments // posts) for n in range(posts)]
        self.comments = [self._comment(n, n % posts) for n in range(comments)][::-1]

    def answer(self, url: str) -> Any:
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if "/comments/default" in parts.path:
            return self._feed(self.comments, query)
        return self._feed(self.posts, query) if parts.path == "/feeds/posts/default" else None

    def _feed(self, entries: list[Any], query: dict[str, str]) -> Any:
        start, size = int(query["start-index"]) - 1, min(int(query["max-results"]), 150)
        return {
            "feed": {"openSearch$totalResults": {"$t": str(len(entries))}, "entry": entries[start : start + size]}
        }

    def _post(self, n: int, comments: int) -> Any:
        return {
            "id": {"$t": f"tag:blogger.com,1999:blog-1.post-{7000 + n}"},
            "published": {"$t": "2012-07-01T10:00:00.000-07:00"},
            "title": {"$t": f"Post {n}"},
            "content": {"$t": f"<p>Text {n}</p>"},
            "link": [{"rel": "alternate", "href": f"https://calls.example/2012/07/post-{n}.html"}],
            "author": [{"name": {"$t": "Bo"}, "uri": {"$t": "https://blogger.example/profile/2"}}],
            "category": [{"term": "calls"}],
            "thr$total": {"$t": str(comments)},
        }

    def _comment(self, n: int, post: int) -> Any:
        here = f"https://calls.example/feeds/{7000 + post}/comments/default"
        answers = len(self.posts) <= n
        related = [{"rel": "related", "href": f"{here}/{90000 + n - len(self.posts)}"}] if answers else []
        return {
            "id": {"$t": f"tag:blogger.com,1999:blog-1.post-{90000 + n}"},
            "published": {"$t": "2012-07-02T10:00:00.000-07:00"},
            "content": {"$t": f"Comment {n}"},
            "link": [{"rel": "alternate", "href": f"{URL}?showComment=1#c{90000 + n}"}, *related],
            "author": [{"name": {"$t": "Bo"}, "uri": {"$t": "https://blogger.example/profile/2"}}],
            "thr$in-reply-to": [{"ref": f"tag:blogger.com,1999:blog-1.post-{7000 + post}"}],
        }


def crawl(answers: Answers) -> list[ReadPost | ListedPost]:
    front = Page("https://calls.example/", HEAD.encode(), FETCHED)

    async def collect() -> list[ReadPost | ListedPost]:
        return [each async for each in PLATFORMS["blogger"].posts(Site(url=front.url), front, answers)]

    return asyncio.run(collect())


def test_a_thousand_posts_with_five_thousand_comments_take_41_requests():
    answers = Answers(LittleBlog(1000, 5000).answer)
    posts = [each for each in crawl(answers) if isinstance(each, ReadPost)]
    assert len(posts) == 1000
    assert len(answers.asked) == 41
    assert sum(len(each.thread.comments) for each in posts if each.thread) == 5000
    first = place_thread(posts[0].thread, posts[0].url) if posts[0].thread else ()
    assert [each.depth for each in first] == [0, 1, 2, 3, 4]
    assert all(each.by_post_author for each in first)


def test_a_post_whose_comments_the_feed_misses_is_visited_instead():
    blog = LittleBlog(2, 4)
    blog.comments.pop()
    kinds = [type(each) for each in crawl(Answers(blog.answer))]
    assert kinds == [ListedPost, ReadPost]


def test_a_front_page_tells_blogger():
    assert recognise(Page("https://calls.example/", HEAD.encode(), FETCHED)).name == "blogger"
