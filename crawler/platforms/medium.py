"""Medium, on its own hosts and on its customers': posts by feed and page; responses only by number.

The list is the feed's ten newest posts, as Medium offers no other; sitemaps are its own, not a writer's. Members'
posts are previews to everybody else, and are marked so.
Sources: saved pages of 2015 to 2025; `window.__APOLLO_STATE__` as pages of 2019 and 2020 carry it.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from crawler.discovery import discover
from crawler.extract import read_post
from crawler.fetch import Fetch
from crawler.json_values import mapping, number
from crawler.page import Page
from crawler.platforms.base import Platform
from crawler.reading import Listed, ReadPost, Thread
from crawler.sites import Site

_SIGN = re.compile(r"al:android:package\"\s+content=\"com\.medium\.|content=\"Medium\"\s+property=\"og:site_name\"")
_STATE = re.compile(r"window\.__APOLLO_STATE__\s*=\s*")
#: A post's number ends its address.
_NUMBER = re.compile(r"(?:^|[-/])([0-9a-f]{8,12})$")
_UNREADABLE = "Medium shows its responses in its own app only"


class Medium(Platform):
    """Posts of a writer or a publication on Medium."""

    name = "medium"
    shared_slot = "medium.com"

    def recognises(self, front: Page) -> bool:
        """Tell Medium by its header, its host, or the app that its pages name."""
        host = urlsplit(front.url).hostname or ""
        by_header = "medium" in front.headers.get("x-powered-by", "").lower()
        return by_header or host == "medium.com" or host.endswith(".medium.com") or bool(_SIGN.search(front.text))

    async def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[Listed | ReadPost]:
        """Yield the addresses that the feed and the front page name, of posts only."""
        async for found in discover(site, front, fetch):
            if isinstance(found, ReadPost) or _NUMBER.search(urlsplit(found.url).path):
                yield found

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page, with the number of its responses where the page states it."""
        post = read_post(page)
        number = _NUMBER.search(urlsplit(page.url).path)
        state = _state(page.text).get(f"Post:{number[1]}") if number else None
        if not isinstance(state, Mapping):
            return post
        if state.get("isLocked") is True or state.get("isSubscriptionLocked") is True:
            rights = (*post.rights, "paywalled")
            status = "preview" if post.status == "whole" else post.status
            post = replace(post, rights=tuple(dict.fromkeys(rights)), status=status)
        return replace(post, thread=_responses(state))

    async def whole_thread(self, post: ReadPost, fetch: Fetch) -> Thread | None:
        """Return the thread as the page shows it: nobody but Medium's own app is told the rest."""
        del fetch
        return post.thread


def _responses(state: Mapping[str, Any]) -> Thread | None:
    """Return an empty thread of the stated size; `None` where there are no responses."""
    stated = number(mapping(state.get("postResponses")).get("count"))
    if not stated:
        return None
    return Thread(system="medium", stated=stated, unreadable=_UNREADABLE)


def _state(text: str) -> Mapping[str, Any]:
    """Return the state that the page hands to its script; empty where there is none."""
    found = _STATE.search(text)
    if found is None:
        return {}
    try:
        state, _ = json.JSONDecoder().raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return {}
    return mapping(state)
