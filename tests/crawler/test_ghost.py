"""Ghost: posts by its content API, threads with every reply."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawler.page import Page
from crawler.platforms import PLATFORMS, recognise
from crawler.reading import Listed, ReadPost
from crawler.sites import Site
from crawler.threads import place
from tests.crawler.answers import FETCHED, Answers

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

    def answer(self, url: str) -> Any:
        parts = urlsplit(url)
        page = int(parse_qs(parts.query).get("page", ["1"])[0])
        if parts.path == "/ghost/api/content/posts/":
            return self._paged("posts", [self._post(n) for n in range(1, self.posts + 1)], page)
        if parts.path == "/members/api/comments/counts/":
            return None if self.counts_shut else self._counts()
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

    def _paged(self, name: str, values: list[Any], page: int) -> Any:
        more = page * 100 < len(values)
        pagination = {"page": page, "next": page + 1 if more else None, "total": len(values)}
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


def crawl(server: LittleGhost, front: str = FRONT) -> tuple[list[ReadPost | Listed], Answers]:
    fetch = Answers(server.answer)
    ghost = PLATFORMS["ghost"]
    page = Page("https://notes.example/", front.encode(), FETCHED)

    async def collect() -> list[ReadPost | Listed]:
        found: list[ReadPost | Listed] = []
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


def test_replies_beyond_the_inlined_ones_are_asked_for_and_answer_the_right_comment():
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


def found_comments(posts: list[ReadPost | Listed]) -> int:
    threads = [each.thread for each in posts if isinstance(each, ReadPost) and each.thread]
    assert len(threads) == len(posts)
    assert all(thread.stated == len(thread.comments) for thread in threads)
    return sum(len(thread.comments) for thread in threads)


def test_a_thousand_posts_take_ten_lists_one_count_and_a_call_for_each_thread_that_is_not_empty():
    posts, fetch = crawl(LittleGhost(1000, comments=20, every=4), ANNOUNCED)
    assert found_comments(posts) == 5000
    assert len(fetch.asked) == 10 + 1 + 250


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
    assert "https://notes.example/post-7/" in [each.url for each in found if isinstance(each, Listed)]
