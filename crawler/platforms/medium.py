"""Medium, on its own hosts and on its customers': posts by feed and page.

The list is the feed's ten newest posts, as Medium offers no other; sitemaps are its own, not a writer's. Members'
posts are previews to everybody else, and are marked so.
Sources: saved pages of 2015 to 2025; `window.__APOLLO_STATE__` as pages of 2019 and 2020 carry it.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit

from crawler.catalogue.sites import Site
from crawler.comments.systems.medium import NUMBER, post_state
from crawler.pages.fetch import Fetch
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.platforms.base import Platform
from crawler.platforms.discovery import discover
from crawler.posts.post import read_post

_SIGN = re.compile(r"al:android:package\"\s+content=\"com\.medium\.|content=\"Medium\"\s+property=\"og:site_name\"")


class Medium(Platform):
    """Posts of a writer or a publication on Medium."""

    name = "medium"
    title = "Medium"
    lists_posts_by = "feed and front page: the newest posts, because Medium lists no others"
    reads_threads_by = (
        "counted; read with `SALES_ARCHIVE_MEDIUM_RESPONSES=1`, by Medium's own interface, which may change"
    )
    shared_slot = "medium.com"

    def recognises(self, front: Page) -> bool:
        """Tell Medium by its header, its host, or the app that its pages name."""
        host = urlsplit(front.url).hostname or ""
        by_header = "medium" in front.headers.get("x-powered-by", "").lower()
        return by_header or host == "medium.com" or host.endswith(".medium.com") or bool(_SIGN.search(front.text))

    async def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield the addresses that the feed and the front page name, of posts only."""
        async for found in discover(site, front, fetch):
            if isinstance(found, ReadPost) or NUMBER.search(urlsplit(found.url).path):
                yield found

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page; of a members' post, a preview."""
        post = read_post(page)
        state = post_state(page)
        if state.get("isLocked") is True or state.get("isSubscriptionLocked") is True:
            rights = tuple(dict.fromkeys((*post.rights, "paywalled")))
            post = replace(post, rights=rights, status="preview" if post.status == "whole" else post.status)
        return post
