"""`Platform`: the interface of every platform, with the defaults for any blog, and how to add one.

To add one: write one file like `squarespace.py`, add its line to `PLATFORMS`, save one case under `tests/sites/`.
CONTRIBUTING.md tells more.
"""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace

from crawler.catalogue.sites import Site
from crawler.comments.registry import complete
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.models import ListedPost, ReadPost, Thread
from crawler.pages.page import Page
from crawler.platforms.discovery import discover
from crawler.posts.post import read_post

logger = logging.getLogger(__name__)


class Platform:
    """Software that publishes a site: how to tell it, list its posts, and read one."""

    #: As archived in `Post.platform`.
    name = "generic"
    #: The four below make its row in docs/platforms.md; `title` is its name as people write it.
    title: str
    lists_posts_by = "like any blog"
    reads_threads_by = "by the comment system of the page"
    #: For 1,000 posts and 5,000 comments; empty where that depends on the blog.
    requests_needed = ""
    #: Hosts of one operator that share one download slot, so that many of its blogs are not asked at once.
    shared_slot: str | None = None
    #: How many times slower than the setting its operator's servers want to be asked.
    pace: float = 1.0

    def recognises(self, front: Page) -> bool:
        """Tell whether this platform made the front page."""
        raise NotImplementedError

    def posts(self, site: Site, front: Page, fetch: Fetch) -> AsyncIterator[ListedPost | ReadPost]:
        """Yield every post by the cheapest complete way: as an address to visit, or already read with its thread.

        Raise `UnreadableError` when the listing broke off; what was yielded before still counts.
        """
        return discover(site, front, fetch)

    def read(self, page: Page) -> ReadPost:
        """Return the post on a page, with its thread as far as the page shows it. Pure; runs in a worker."""
        return read_post(page)

    async def whole_text(self, post: ReadPost, fetch: Fetch) -> ReadPost:
        """Return the post with the text of its further pages added; raise `UnreadableError` when one is missing."""
        texts = [post.text]
        for url in post.further:
            part = await fetch.work(self.read, await fetch.page(url))
            texts.append(part.text)
        return replace(post, text="\n\n".join(text for text in texts if text), further=())

    async def whole_thread(self, post: ReadPost, fetch: Fetch) -> Thread | None:
        """Return the post's whole thread, asking for what its page does not show; raise `UnreadableError`."""
        return await complete(post.thread, post.url, fetch) if post.thread else None


async def either(
    preferred: AsyncIterator[ListedPost | ReadPost], other: AsyncIterator[ListedPost | ReadPost]
) -> AsyncIterator[ListedPost | ReadPost]:
    """Yield what the preferred list names; the other's, where that one is shut or names nothing.

    Raise `UnreadableError` when the preferred list breaks off after it began: the other would hide that.
    """
    began = False
    try:
        async for found in preferred:
            began = True
            yield found
    except UnreadableError as error:
        if began:
            raise
        logger.info("The preferred list is shut, another is read: %s", error)
    if not began:
        async for found in other:
            yield found
