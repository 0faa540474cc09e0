"""Ghost: posts by its content API, threads with every reply."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.catalogue.sites import Site
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.platforms.registry import PLATFORMS, recognise
from tests.support.answers import FETCHED, Answers

FRONT = """<html lang="en"><head><meta name="generator" content="Ghost 6.1">
<script defer src="/public/portal.js" data-ghost="https://notes.example/" data-key="0a1b2c"
 data-api="https://notes.example/ghost/api/content/"></script></head><body><p>Notes on selling</p></body></html>"""
COMMENTS = """<script src="/comments-ui.js" data-ghost-comments="https://notes.example/" data-post-id="p1"
 data-comments-enabled="all"></script>"""


COUNTS = (
    '<script defer src="/c.js" data-ghost-comments-counts-api="https://notes.example/members/api/comments/counts/">'
)
ANNOUNCED = FRONT.replace("</head>", COUNTS + "</script></head>")


class LittleGhost:
    """The answers of a Ghost with some posts, and a thread under each, or under each so many."""

    def __init__(
        self, posts: int, *, comments: int = 1, replies: int = 0, locked: int | None = None, every: int = 1
    ) -> None:
        self.posts, self.comments, self.replies, self.locked = posts, comments, replies, locked
        self.every = every
        self.counts_shut = False
        self.list_shut = True

    def answer(self, url: str) -> Any:
        parts = urlsplit(url)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        if parts.path == "/ghost/api/content/posts/":
            return self._paged("posts", [self._post(n) for n in range(1, self.posts + 1)], page)
        if parts.path == "/members/api/comments/counts/":
            return None if self.counts_shut else self._counts()
        if parts.path == "/members/api/comments/":
            return None if self.list_shut else self._paged("comments", self._all(), page)
        if parts.path.startswith("/members/api/comments/post/"):
            post = parts.path.split("/")[5]
            tops = range(1, self.comments + 1) if int(post[1:]) % self.every == 0 else ()
            return self._paged("comments", [self._comment(f"{post}c{n}") for n in tops], page)
        if parts.path.endswith("/replies/"):
            top = parts.path.split("/")[4]
            return self._paged("comments", [self._reply(top, n) for n in range(1, self.replies + 1)], page)
        return FRONT.replace("</head>", COMMENTS + "</head>") if parts.path.startswith("/post-") else None

    def _counts(self) -> dict[str, int]:
        """Return what one call tells of all posts that have comments."""
        each = self.comments * (1 + self.replies - (self.replies > 1))
        return {f"p{n}": each for n in range(self.every, self.posts + 1, self.every)}

    def _all(self) -> list[dict[str, Any]]:
        """Return the comments of the first level of all posts, each naming its own."""
        posts = range(self.every, self.posts + 1, self.every)
        return [
            {**self._comment(f"p{post}c{n}"), "post": {"id": f"p{post}"}}
            for n in range(1, self.comments + 1)
            for post in posts
        ]

    def _paged(self, name: str, values: list[Any], page: int) -> Any:
        more = page * 100 < len(values)
        pages = max(1, -(-len(values) // 100))
        pagination = {"page": page, "pages": pages, "next": page + 1 if more else None, "total": len(values)}
        return {name: values[(page - 1) * 100 : page * 100], "meta": {"pagination": pagination}}

    def _post(self, n: int) -> dict[str, Any]:
        locked = n == self.locked
        return {
            "id": f"p{n}",
            "url": f"https://notes.example/post-{n}/",
            "title": f"Post {n}",
            "html": "" if locked else f"<p>Ask for {n} calls.</p>",
            "published_at": "2024-02-03T04:05:06.000+00:00",
            "updated_at": "2024-02-03T04:05:06.000+00:00",
            "visibility": "members" if locked else "public",
            "authors": [{"name": "Ann Lee"}],
            "tags": [{"name": "Calls", "visibility": "public"}, {"name": "#internal", "visibility": "internal"}],
        }

    def _comment(self, native: str) -> dict[str, Any]:
        inline = [self._reply(native, n) for n in range(1, min(self.replies, 3) + 1)]
        return {
            "id": native,
            "html": "<p>It worked.</p>",
            "status": "published",
            "created_at": "2024-02-04T00:00:00.000Z",
            "member": {"name": "Bob"},
            "count": {"replies": self.replies - (self.replies > 1)},  # without the removed one
            "replies": inline,
        }

    def _reply(self, top: str, n: int) -> dict[str, Any]:
        finer = f"{top}r{n - 1}" if n > 1 else None
        return {
            "id": f"{top}r{n}",
            "html": None if n == 2 else f"<p>Reply {n}</p>",
            "status": "deleted" if n == 2 else "published",
            "created_at": "2024-02-05T00:00:00.000Z",
            "in_reply_to_id": finer,
            "member": {"name": "Cy"},
        }


def crawl(
    server: LittleGhost, front: str = FRONT, *, live: bool = True
) -> tuple[list[ReadPost | ListedPost], Answers]:
    fetch = Answers(server.answer)
    fetch.live = live
    ghost = PLATFORMS["ghost"]
    page = Page("https://notes.example/", front.encode(), FETCHED)

    async def collect() -> list[ReadPost | ListedPost]:
        found: list[ReadPost | ListedPost] = []
        async for each in ghost.posts(Site(url=page.url), page, fetch):
            if isinstance(each, ReadPost):
                found.append(replace(each, thread=await ghost.whole_thread(each, fetch)))
            else:
                found.append(each)
        return found

    return asyncio.run(collect()), fetch


def test_a_ghost_front_page_is_recognised():
    assert recognise(Page("https://notes.example/", FRONT.encode(), FETCHED)).name == "ghost"


def test_posts_come_whole_from_the_content_api():
    (post,), _ = crawl(LittleGhost(1))
    assert isinstance(post, ReadPost)
    assert (post.title, post.author, post.text, post.tags) == ("Post 1", "Ann Lee", "Ask for 1 calls.", ("Calls",))
    assert post.published is not None
    assert (post.published.precision, post.language) == ("second", "en")


def test_replies_beyond_the_inlined_ones_are_fetched_for_their_comment():
    (post,), fetch = crawl(LittleGhost(1, comments=2, replies=120))
    assert isinstance(post, ReadPost)
    assert post.thread is not None
    assert (post.thread.stated, len(post.thread.comments)) == (240, 242)
    record = place(post, platform="ghost", fetched=FETCHED)
    first, reply, removed, answer = record.comments[:4]
    assert (first.depth, reply.depth, removed.depth, answer.depth) == (0, 1, 2, 3)
    assert (removed.deleted, removed.text, removed.author) == (True, "", None)
    assert (answer.author, answer.text, answer.parent_id) == ("Cy", "Reply 3", removed.id)
    assert sum("/replies/" in url for url in fetch.asked) == 4  # two pages for each of two comments


def test_a_removed_reply_among_the_inlined_ones_hides_no_other():
    (post,), _ = crawl(LittleGhost(1, replies=4))
    assert isinstance(post, ReadPost)
    assert post.thread is not None
    assert [each.text for each in post.thread.comments] == ["It worked.", "Reply 1", "", "Reply 3", "Reply 4"]


def test_of_a_members_page_only_what_stands_above_the_gate_is_text():
    cards = "<p>This is another post of the site, shown below with a long and friendly summary of its own.</p>" * 5
    html = f"""<html><head><meta name="generator" content="Ghost 6.1"><title>Locked</title></head><body>
<article class="gh-article"><h1>Locked</h1><section class="gh-content"><p>For all to read.</p>
<aside class="gh-post-upgrade-cta"><h2>This post is for subscribers only</h2></aside></section></article>
<article class="gh-card"><h3>Another</h3>{cards}</article></body></html>"""
    post = PLATFORMS["ghost"].read(Page("https://notes.example/locked/", html.encode(), FETCHED))
    assert (post.text, post.status, post.rights) == ("For all to read.", "preview", ("paywalled",))


def test_a_members_post_is_marked_and_its_missing_text_not_made_up():
    posts, _ = crawl(LittleGhost(2, locked=2))
    locked = posts[1]
    assert isinstance(locked, ReadPost)
    assert (locked.status, locked.rights, locked.text, locked.thread) == ("preview", ("paywalled",), "", None)


def found_comments(posts: list[ReadPost | ListedPost]) -> int:
    threads = [each.thread for each in posts if isinstance(each, ReadPost) and each.thread]
    assert len(threads) == len(posts)
    assert all(thread.stated == len(thread.comments) for thread in threads)
    return sum(len(thread.comments) for thread in threads)


def test_ghost_with_comment_list_makes_no_request_per_thread():
    server = LittleGhost(1000, comments=20, every=4)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED)
    assert found_comments(posts) == 5000
    singly = [url for url in fetch.asked if "/comments/post/" in url]
    # of 50 pages, the list is read once 49 threads were asked for
    assert (len(fetch.asked), len(singly)) == (10 + 1 + 49 + 50, 49)


@pytest.mark.parametrize(("threads", "asked"), [(10, 0), (60, 1)])
def test_few_threads_are_asked_for_singly(threads: int, asked: int):
    server = LittleGhost(threads, comments=90)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED)
    assert found_comments(posts) == threads * 90
    assert sum("/comments/?" in url for url in fetch.asked) == asked


def test_replies_that_the_list_of_all_leaves_out_are_asked_for():
    server = LittleGhost(12, replies=5)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED)
    last = posts[-1]
    assert isinstance(last, ReadPost)
    assert last.thread is not None
    assert [each.text for each in last.thread.comments] == [
        "It worked.",
        *(f"Reply {n}" if n != 2 else "" for n in range(1, 6)),
    ]
    assert sum("/comments/post/" in url for url in fetch.asked) == 10


def test_reextract_reads_a_thread_from_the_comment_list_without_its_own():
    class Kept(LittleGhost):
        def answer(self, url: str) -> Any:
            return None if "/comments/post/p2/" in url else super().answer(url)

    server = Kept(2, comments=101)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED, live=False)
    assert found_comments(posts) == 202
    assert sum("/comments/?" in url for url in fetch.asked) == 3


def test_ghost_without_comment_list_makes_one_request_per_nonempty_thread():
    posts, fetch = crawl(LittleGhost(1000, comments=20, every=4), ANNOUNCED)
    assert (found_comments(posts), len(fetch.asked)) == (5000, 10 + 1 + 250 + 1)


@pytest.mark.parametrize("fault", ["names no post", "loses one"])
def test_a_list_of_all_that_cannot_be_trusted_is_not_believed(fault: str):
    class Odd(LittleGhost):
        def _all(self) -> list[dict[str, Any]]:
            if fault == "loses one":
                return [*super()._all()[:-1], super()._all()[0]]
            return [each | {"post": None} for each in super()._all()]

    server = Odd(15, comments=2)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED)
    assert found_comments(posts) == 30
    assert sum("/comments/post/" in url for url in fetch.asked) == 15


def test_a_comment_list_too_large_to_hold_is_left_after_its_first_page():
    server = LittleGhost(150, comments=70)
    server.list_shut = False
    posts, fetch = crawl(server, ANNOUNCED)
    assert found_comments(posts) == 150 * 70
    assert sum("/comments/?" in url for url in fetch.asked) == 1


def test_where_the_counts_are_shut_every_thread_is_asked_for():
    server = LittleGhost(8, comments=5, every=4)
    server.counts_shut = True
    posts, fetch = crawl(server, ANNOUNCED)
    assert found_comments(posts) == 10
    assert len(fetch.asked) == 1 + 1 + 8


def test_counts_of_another_form_are_not_believed():
    class Odd(LittleGhost):
        def _counts(self) -> dict[str, Any]:
            return {"counts": {"p1": 3}}

    posts, _ = crawl(Odd(2, comments=3), ANNOUNCED)
    assert found_comments(posts) == 6


def test_a_site_that_does_not_announce_its_comments_is_asked_by_one_page():
    _, fetch = crawl(LittleGhost(3))
    assert fetch.asked[1] == "https://notes.example/post-1/"
    assert len(fetch.asked) == 1 + 1 + 1 + 3


def test_a_shut_api_leaves_the_addresses_that_the_site_lists():
    front = FRONT.replace("</body>", '<article><h2><a href="/post-7/">A post on calls</a></h2></article></body>')

    def answer(url: str) -> Any:
        return None if "/ghost/api/" in url else LittleGhost(1).answer(url)

    fetch = Answers(answer)
    page = Page("https://notes.example/", front.encode(), FETCHED)

    async def collect() -> list[Any]:
        return [each async for each in PLATFORMS["ghost"].posts(Site(url=page.url), page, fetch)]

    found = asyncio.run(collect())
    assert "https://notes.example/post-7/" in [each.url for each in found if isinstance(each, ListedPost)]
