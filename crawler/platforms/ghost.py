"""Ghost: its content API gives every post by the key that each page prints; threads come singly, or in one list.

One more call counts all comments, so that no post without any is asked about.

The robots.txt that Ghost brings forbids `/ghost/`, and with it the API: there, sitemap and pages tell all.
Source: https://docs.ghost.org/content-api and a real server of version 6, whose answers hold 100 posts at most.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from crawler.catalogue.sites import Site
from crawler.comments.systems.ghost import COUNTS, GhostComments
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, number, text
from crawler.pages.models import ListedPost, ReadPost, Thread
from crawler.pages.page import Page
from crawler.pages.text import html_text, text_of
from crawler.pages.urls import canonical, joined, same_site
from crawler.platforms.base import Platform, either
from crawler.platforms.discovery import discover

_SIGN = re.compile(r"content=\"Ghost [\d.]+\"|ghost/(?:portal|sodo-search|comments-ui)@|data-ghost=", re.IGNORECASE)
#: What stands in a post's text where a stranger may read no further.
_GATE = "gh-post-upgrade-cta"
#: Pages of the list; at 100 posts a page, a million posts.
MAX_PAGES = 10_000
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class _Threads:
    """The threads of a site."""

    server: str
    #: Comments by the post's id, of posts that have any; `None` where the site does not tell.
    counts: Mapping[str, int] | None

    def of_post(self, native: str) -> Thread:
        """Return a post's thread, to be asked for, with its size where that is known."""
        stated = None if self.counts is None else self.counts.get(native, 0)
        return replace(GhostComments().of_post(self.server, native), stated=stated)


class Ghost(Platform):
    """A site that Ghost publishes."""

    name = "ghost"
    title = "Ghost"
    lists_posts_by = "content API, with the key that every page contains"
    reads_threads_by = (
        "one call that counts all comments, then one for each due post that has any, and the list of all comments "
        "once that is cheaper; further calls for long lists of replies"
    )
    requests_needed = "110 with all comments on 250 posts; at most 12 + posts with comments + long lists of replies"

    def recognises(self, front: Page) -> bool:
        """Tell Ghost by its generator, its header, or the scripts it serves."""
        return "x-ghost-cache-status" in front.headers or bool(_SIGN.search(front.text))

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield every post by the content API; the addresses that sitemap and feed name where it is shut."""
        shown = self.read(front)
        if shown.status == "withheld":  # the API says nothing of rights, each page does
            return discover(site, front, fetch)
        return either(_by_api(front, shown.language, fetch), discover(site, front, fetch))

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page; of one for members, only what stands above the gate."""
        post = super().read(page)
        gate = next(iter(page.tree.find_class(_GATE)), None)
        content = gate.getparent() if gate is not None else None
        if content is None or post.status == "withheld":
            return post
        rights = tuple(dict.fromkeys((*post.rights, "paywalled")))
        return replace(post, text=text_of(content, without={gate}), rights=rights, status="preview", is_post=True)


async def _by_api(front: Page, language: str | None, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
    api = _content_api(front)
    if api is None:
        return
    threads: _Threads | None = None
    for page_number in range(1, MAX_PAGES + 1):
        answer, page = await fetch.json(f"{api}&page={page_number}")
        posts = mappings(mapping(answer).get("posts"))
        if page_number == 1 and posts:
            threads = await _threads(posts, front, fetch)
        for post in posts:
            read = _post(post, threads, language, page.fetched)
            if read is not None:
                yield read
        if number(mapping(mapping(mapping(answer).get("meta")).get("pagination")).get("next")) is None:
            return


async def _threads(posts: list[Mapping[str, Any]], front: Page, fetch: Fetch) -> _Threads | None:
    """Return where the site's threads are, and how large each is; `None` where it has no comments."""
    sample = _announced_thread(front) or await _sample_thread(posts, front, fetch)
    if sample is None:
        return None
    server = sample.pointer["server"]
    return _Threads(server, await GhostComments().counts(server, fetch))


def _announced_thread(front: Page) -> Thread | None:
    """Return a thread on the server that every page of a site with comments names, to count them by."""
    for script in front.tree.iter("script"):
        counts = joined(front.url, script.get("data-ghost-comments-counts-api") or "") or ""
        if counts.rstrip("/").endswith(COUNTS):
            return GhostComments().of_post(counts.rstrip("/").removesuffix(COUNTS), "")
    return None


async def _sample_thread(posts: list[Mapping[str, Any]], front: Page, fetch: Fetch) -> Thread | None:
    """Return the thread that the page of the newest open post sets up: all posts of a site do, or none."""
    for post in posts:
        url = canonical(text(post.get("url")) or "")
        if url is not None and same_site(url, front.url) and post.get("visibility", "public") == "public":
            return await fetch.work(GhostComments().thread, await fetch.page(url))
    return None


def _content_api(front: Page) -> str | None:
    """Return the address that lists all posts, by the key that the page prints; `None` where it prints none."""
    for script in front.tree.iter("script"):
        key, api = script.get("data-key"), script.get("data-api")
        if key and (api or script.get("data-ghost")):
            root = joined(front.url, api if api and "content" in api else "/ghost/api/content/")
            query = {"key": key, "limit": PER_PAGE, "include": "authors,tags", "order": "published_at asc,id asc"}
            return f"{root.rstrip('/')}/posts/?{urlencode(query)}" if root and same_site(root, front.url) else None
    return None


def _post(
    value: Mapping[str, Any], threads: _Threads | None, language: str | None, fetched: datetime
) -> ListedPost | ReadPost | None:
    """Return a post of the list; its address where it has one and no text, for the page to tell why."""
    url = canonical(text(value.get("url")) or "")
    body = text(value.get("html"))
    if url is None:
        return None
    published = parse_date(text(value.get("published_at")) or "", fetched=fetched)
    updated = parse_date(text(value.get("updated_at")) or "", fetched=fetched)
    is_open = value.get("visibility", "public") == "public"
    if body is None and is_open:
        return ListedPost(url, updated.moment if updated else None)
    tags = [tag for tag in mappings(value.get("tags")) if tag.get("visibility", "public") == "public"]
    names = [name for author in mappings(value.get("authors")) if (name := text(author.get("name")))]
    native = identifier(value.get("id"))
    thread = None
    if threads is not None and native and is_open:  # the page of a closed post keeps its thread from strangers too
        thread = threads.of_post(native)
    return ReadPost(
        url=url,
        title=text(value.get("title")),
        author="; ".join(names) or None,
        published=published,
        updated=updated.moment if updated and published and updated.moment > published.moment else None,
        language=language,
        text=html_text(body or ""),
        description=text(value.get("custom_excerpt")) or text(value.get("meta_description")),
        tags=tuple(name for tag in tags if (name := text(tag.get("name")))),
        rights=() if is_open else ("paywalled",),
        status="whole" if is_open else "preview",
        thread=thread,
    )
