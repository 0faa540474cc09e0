"""Sound pages of every platform and comment system, to be spoiled: a new one is covered by its own saved site."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crawler.comments.registry import COMMENT_SYSTEMS
from crawler.pages.page import Page
from crawler.platforms.registry import PLATFORMS
from tests.support import blogger_threads, comment_pages
from tests.support import keyed_threads as keyed
from tests.support import marked_threads as marked
from tests.support import named_threads as named
from tests.support.answers import FETCHED
from tests.support.paths import SITES, THREADS


@dataclass(frozen=True)
class Seed:
    """A page as it should be, and what is answered to further questions."""

    page: Page
    answer: Callable[[str], Any]


def platform_seeds() -> dict[str, Seed]:
    """Return the saved site of every platform; the plain reader gets that of Jekyll, which names no interface."""
    found = {}
    for name in PLATFORMS:
        case = json.loads((SITES / f"{name if name != 'generic' else 'jekyll'}.json").read_text("utf-8"))
        headers = {"content-type": "text/html; charset=utf-8"} | case.get("headers", {})
        front = Page(case["site"], case["answers"][case["site"]].encode(), FETCHED, headers)
        found[name] = Seed(front, case["answers"].get)
    return found


def system_seeds() -> dict[str, list[Seed]]:
    """Return pages on which each comment system finds a thread, and the answers to its questions."""
    seeds = [*_saved_threads(), *_saved_posts(), *_named_threads()]
    return {
        name: [seed for seed in seeds if system.thread(seed.page) is not None]
        for name, system in COMMENT_SYSTEMS.items()
    }


def _saved_threads() -> Iterator[Seed]:
    for path in sorted(THREADS.glob("*/page.html")):
        url = path.with_name("url").read_text("utf-8").strip()
        yield Seed(Page(url, path.read_bytes(), FETCHED), lambda _url: None)
    for path in sorted((THREADS / "generic").glob("*/input.html")):
        yield Seed(Page("https://ilse.example/brennan/", path.read_bytes(), FETCHED), lambda _url: None)


def _saved_posts() -> Iterator[Seed]:
    for path in sorted(SITES.glob("*.json")):
        answers = json.loads(path.read_text("utf-8"))["answers"]
        for url, body in answers.items():
            if isinstance(body, str) and "<" in body[:200]:
                yield Seed(Page(url, body.encode(), FETCHED), answers.get)


def _named_threads() -> Iterator[Seed]:
    for html in (blogger_threads.NESTED, blogger_threads.FLAT, blogger_threads.SCRIPT):
        yield Seed(Page(blogger_threads.URL, html.encode(), FETCHED), lambda _url: None)
    unreadable = (
        '<div class="fb-comments"></div><hyvor-talk-comments></hyvor-talk-comments><p id="comments-listing"></p>'
        '<p id="livefyre"></p><script>var idcomments_acct = "x";</script>'
        '<script>x = {"item":{"id":"a","publicCommentCount":6}}</script>'
    )
    mention = '<link rel="webmention" href="https://webmention.io/diary.example/webmention">'
    answered = {"wm-id": 1, "wm-property": "in-reply-to", "url": "https://ann.example/1", "published": named.AT}
    mentions = {"children": [answered | {"author": {"name": "Ann"}, "content": {"html": "<p>First</p>"}}]}
    issue = '<script src="https://utteranc.es/client.js" repo="ann/diary" issue-term="title"></script>'
    issues = {"items": [{"number": 9, "title": "First call"}]}
    remarks = [{"id": 1, "user": {"login": "Ann"}, "created_at": named.AT, "body": "**First**"}]
    pages: dict[str, Callable[[str], Any]] = {markup: named.ANSWERS[name] for name, markup in named.MARKUP.items()}
    pages |= {
        keyed.DISQUS: _disqus,
        marked.CITES + mention: lambda _url: mentions,
        marked.STATED: lambda _url: None,
        issue: lambda url: issues if "/search/" in url else remarks,
        unreadable: lambda _url: None,
    }
    for markup, answer in pages.items():
        body = f"<html><head><title>First call</title></head><body>{comment_pages.BODY}{markup}</body></html>"
        yield Seed(Page(comment_pages.URL, body.encode(), FETCHED), answer)
    responses = [keyed.response("a1", "Ann", "First.", keyed.response("a2", "Bo", "Second."))]
    paged = {"data": {"post": {"threadedPostResponses": {"posts": responses, "pagingInfo": {"next": {"to": "25"}}}}}}
    yield Seed(Page(keyed.MEDIUM_URL, (comment_pages.BODY + keyed.MEDIUM).encode(), FETCHED), lambda _url: paged)


def _disqus(url: str) -> Any:
    if "/embed/" in url:
        return keyed.disqus(url)
    return {"code": 0, "cursor": {"hasNext": True, "next": "2"}, "response": [keyed.post("9", "<p>x</p>")]}
