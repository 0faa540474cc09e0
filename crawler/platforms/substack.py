"""Substack: its archive lists every post in small pages, each post's page tells who may read it, one call its thread.

The API is Substack's own and undocumented, so each step has a fallback: feed and sitemap for the list, the page's
embedded state and its markup for the thread. Sources: pages saved in 2025, and public clients of the API.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from crawler.catalogue.sites import Site
from crawler.comments.systems.substack import preloads
from crawler.pages.dates import parse_date
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import mapping, mappings, number, text
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.text import html_text
from crawler.pages.urls import canonical, same_site
from crawler.platforms.base import Platform, either
from crawler.platforms.discovery import discover
from crawler.posts.post import read_post

_SIGN = re.compile(r"substackcdn\.com/|window\._preloads\s*=\s*JSON\.parse")
#: The size of a page that Substack's own pages ask for.
PER_PAGE = 12
#: Pages of an archive; 60,000 posts.
MAX_PAGES = 5_000


class Substack(Platform):
    """A publication on Substack, on its own host or a domain of its writer's."""

    name = "substack"
    title = "Substack"
    lists_posts_by = "archive list, then each post's page"
    reads_threads_by = "one call for each post with comments"
    requests_needed = "1 + 1,000 / 12 + 1,000 + posts with comments"
    shared_slot = "substack.com"
    #: One request in two seconds is answered for hours; faster ones get 429, and sometimes 403.
    pace = 2.0

    def recognises(self, front: Page) -> bool:
        """Tell Substack by its headers, its host, or the pictures and state that its pages load."""
        by_header = "substack" in front.headers.get("x-cluster", "") + front.headers.get("x-served-by", "").lower()
        host = urlsplit(front.url).hostname or ""
        return by_header or host.endswith(".substack.com") or bool(_SIGN.search(front.text))

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield the addresses of all posts, newest first, each with the size of its thread."""
        return either(_archive(front, fetch), discover(site, front, fetch))

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page: what its state says beats its markup, and what it forbids is not kept."""
        post = read_post(page)
        state = preloads(page.text)
        stated = mapping(state.get("post"))
        if not stated:
            return post
        published = parse_date(text(stated.get("post_date")) or "", fetched=page.fetched)
        names = [name for each in mappings(stated.get("publishedBylines")) if (name := text(each.get("name")))]
        post = replace(
            post,
            title=text(stated.get("title")) or post.title,
            author="; ".join(names) or post.author,
            published=published or post.published,
            description=text(stated.get("subtitle")) or post.description,
            text=post.text or html_text(text(stated.get("body_html")) or ""),
            tags=tuple(name for each in mappings(stated.get("postTags")) if (name := text(each.get("name")))),
            is_post=True,
        )
        if mapping(state.get("publicationSettings")).get("block_ai_crawlers") is True:
            post = replace(post, rights=(*post.rights, "block-ai-crawlers"), status="withheld")
        if state.get("noIndex") is True:
            post = replace(post, rights=(*post.rights, "noindex"), status="withheld")
        if stated.get("audience", "everyone") != "everyone":
            rights = tuple(dict.fromkeys((*post.rights, "paywalled")))
            post = replace(post, rights=rights, status="preview" if post.status == "whole" else post.status)
        return post


async def _archive(front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
    for page_number in range(MAX_PAGES):
        query = f"sort=new&search=&offset={page_number * PER_PAGE}&limit={PER_PAGE}"
        answer, _ = await fetch.json(urljoin(front.url, f"/api/v1/archive?{query}"))
        posts = mappings(answer)
        for post in posts:
            url = canonical(text(post.get("canonical_url")) or "")
            published = parse_date(text(post.get("post_date")) or "", fetched=front.fetched)
            if url is not None and same_site(url, front.url):
                moment = published.moment if published else None
                yield ListedPost(url, moment, stated=number(post.get("comment_count")))
        if len(posts) < PER_PAGE:
            return
