"""Squarespace: a blog's own JSON gives its posts a page at a time; comments are loaded by script, and only counted.

Source: https://developers.squarespace.com/url-queries for `?format=json`.
"""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from crawler.catalogue.sites import Site
from crawler.pages.fetch import Fetch
from crawler.pages.json_values import identifier, mapping, mappings, number, real_number, text
from crawler.pages.models import ListedPost, ReadPost
from crawler.pages.page import Page
from crawler.pages.urls import canonical
from crawler.platforms.base import Platform, either
from crawler.platforms.discovery import discover

_SIGN = re.compile(r"Static\.SQUARESPACE_CONTEXT|static1\.squarespace\.com|<!-- This is Squarespace\. -->")
#: Pages of one collection; at 20 posts a page, 10,000 posts.
MAX_PAGES = 500


class Squarespace(Platform):
    """A blog collection of a Squarespace site, or the whole site."""

    name = "squarespace"
    title = "Squarespace"
    lists_posts_by = "the collection's own JSON, else like any blog"
    reads_threads_by = "from the page, if it contains them"

    def recognises(self, front: Page) -> bool:
        """Tell Squarespace by its server header or the context that its pages set up."""
        return front.headers.get("server", "").lower() == "squarespace" or bool(_SIGN.search(front.text))

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield what the collection lists; where the front page is none, what sitemap and feeds name."""
        return either(_collection(front, fetch), discover(site, front, fetch))


async def _collection(front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
    query: Mapping[str, Any] | None = {"format": "json"}
    for _ in range(MAX_PAGES):
        if query is None:
            return
        collection, _page = await fetch.json(f"{front.url}?{urlencode(query)}")
        for found in _listed(collection, front.url):
            yield found
        query = _next(collection)


def _listed(collection: Any, base: str) -> list[ListedPost]:
    """Return the posts that one page of a collection names, with the time of their last change."""
    found = []
    for post in mappings(mapping(collection).get("items")):
        path = text(post.get("fullUrl"))
        url = canonical(path, base) if path else None
        if url is not None:
            changed = _moment(post.get("updatedOn")) or _moment(post.get("publishOn"))
            found.append(ListedPost(url, changed, stated=number(post.get("publicCommentCount"))))
    return found


def _next(collection: Any) -> Mapping[str, Any] | None:
    offset = identifier(mapping(mapping(collection).get("pagination")).get("nextPageOffset"))
    return {"format": "json", "offset": offset} if offset else None


def _moment(milliseconds: Any) -> datetime | None:
    moment = real_number(milliseconds)
    try:
        return None if moment is None else datetime.fromtimestamp(moment / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
