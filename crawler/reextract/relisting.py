"""Read the kept lists of a site again: posts that an API brought, and whose pages nobody asked for.

The platform lists the site's posts as in a crawl, and its questions are answered from the kept responses. What is not
kept ends the list there, as it would in a crawl.
"""

import asyncio
from collections.abc import Collection, Iterator
from dataclasses import replace

from archive.archive import Archive
from archive.records.models import Post
from archive.store.sites import SiteState
from crawler.catalogue.sites import Site
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ReadPost, withheld
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.platforms.base import Platform
from crawler.platforms.registry import PLATFORMS
from crawler.reextract.captured import CapturedFetch, captured_page, reserved


def brings_posts(state: SiteState) -> bool:
    """Tell from what crawls learned of a site whether its list brings the posts themselves."""
    return any(schedule.by_list for schedule in state.schedules.values())


def relisted(archive: Archive, site: str, wanted: Collection[str]) -> Iterator[Post]:
    """Yield what the kept lists of a site say now of the posts at these canonical addresses. Writes nothing.

    The pages of a list may be of different days, so a comment that is missing is no proof that it is gone.
    """
    state = archive.sites.state(site)
    platform = PLATFORMS.get(str(state.platform))
    if platform is None or not state.url:
        return
    try:
        front = captured_page(archive, state.url)
    except UnreadableError:
        return
    fetch = CapturedFetch(archive)
    for read in asyncio.run(_listed(platform, Site(url=state.url), front, fetch, frozenset(wanted))):
        own = withheld(read) if reserved(archive, read.url) else read
        yield place(own, platform=platform.name, fetched=front.fetched)


async def _listed(
    platform: Platform, site: Site, front: Page, fetch: CapturedFetch, wanted: frozenset[str]
) -> list[ReadPost]:
    found: dict[str, ReadPost] = {}
    try:
        async for each in platform.posts(site, front, fetch):
            if isinstance(each, ReadPost) and each.url in wanted:
                found[each.url] = await _whole(each, platform, fetch)
    except UnreadableError:
        pass  # the rest of the list is not kept
    return list(found.values())


async def _whole(read: ReadPost, platform: Platform, fetch: CapturedFetch) -> ReadPost:
    """Return the post with the thread that its list only names, as far as it is kept."""
    if read.thread is None or not read.thread.pointer:
        return read
    try:
        return replace(read, thread=await platform.whole_thread(read, fetch))
    except UnreadableError:
        return read
