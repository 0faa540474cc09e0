"""Extract the kept raw responses again, without asking any site: `sales-archive reextract`.

Better extraction then reaches posts that were archived long ago. A page is extracted as in a crawl, with its further
pages and its thread, as far as responses are kept; revisions are written only where something changed. Posts that an
API brought are extracted from its kept lists. The command says how many could not be reached, and of which sites.

One pure function extracts one address, so a shard is any part of the addresses: `--shard i/n` for many machines.
"""

import asyncio
import hashlib
import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from archive.archive import Archive
from archive.records.models import Post
from archive.search.engine import Progress
from archive.store.sites import SiteState
from crawler.catalogue.sites import Site
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import ReadPost, withheld
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.pages.urls import site_of
from crawler.platforms.base import Platform
from crawler.platforms.registry import PLATFORMS
from crawler.reextract.captured import CapturedFetch, captured_page, reserved
from crawler.visits.workers import WorkerPool

#: Seconds that one page may take with its thread.
SECONDS = 60
#: Addresses given to each worker ahead of time.
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Reextraction:
    """What extracting one address again brought."""

    url: str
    #: `None` when there is no response to read, or no post in it.
    post: Post | None = None
    thread_whole: bool = False
    #: False when no response of the address is kept.
    kept: bool = True
    #: Why extracting it failed, in words.
    failure: str | None = None


def reextract(
    directory: Path,
    *,
    shard: tuple[int, int] = (1, 1),
    workers: int = 1,
    progress: Progress | None = None,
) -> Counter[str]:
    """Extract the addresses of a shard again and archive what changed; return how many went which way.

    `progress` is called with the addresses read and the number of all.
    """
    counts: Counter[str] = Counter()
    with Archive(directory) as archive:
        left = {url for url in archive.frontier.post_pages() if _in_shard(url, shard)}
        total = len(left)

        def show() -> None:
            if progress is not None:
                progress(min(counts["read"], total), total)

        def note(results: Iterable[Reextraction]) -> set[str]:
            return _archive_all(archive, results, counts, show)

        by_list = [site for site, state in archive.sites.states().items() if _brings_posts(state)]
        # A list that brought the posts comes first: a page that was only fetched for a name would say it otherwise.
        left -= note(_from_lists(archive, by_list, left))
        left -= note(_from_pages(directory, sorted(left), workers))
        left -= note(_from_lists(archive, {site_of(url) for url in left}, left))
        for site, number in sorted(Counter(map(site_of, left)).items()):
            counts["not kept"] += number
            sys.stderr.write(f"{site}: no response is kept of posts: {number}; {_WHY_UNKEPT}\n")
    return counts


#: What may have become of them, and what to do.
_WHY_UNKEPT = (
    "they ask not to be archived, or their list holds one that does, or they were loaded, imported or crawled "
    "without WARC; the next crawl reads them again"
)


def _archive_all(
    archive: Archive, results: Iterable[Reextraction], counts: Counter[str], show: Callable[[], None]
) -> set[str]:
    """Archive what extracting again brought, and count it; return the addresses that were reached."""
    reached = set()
    for result in results:
        if not result.kept:
            continue
        reached.add(result.url)
        counts["read"] += 1
        if result.failure is not None:
            sys.stderr.write(f"{result.failure}\n")
            counts["failed"] += 1
        elif result.post is None:
            counts["no longer a post"] += 1
        else:
            change = archive.add(result.post, thread_whole=result.thread_whole)
            counts["changed" if change.post == "unchanged" and change.revisions else change.post] += 1
        show()
    return reached


def reextract_page(archive: Archive, url: str) -> Reextraction:
    """Return what the kept responses of one address say now. Writes nothing."""
    try:
        page = captured_page(archive, url)
    except UnreadableError:
        return Reextraction(url, kept=False)
    before = archive.frontier.find(url)
    known = archive.store.post(before) if before is not None else None
    platform = PLATFORMS.get(known.platform if known is not None else "generic", PLATFORMS["generic"])
    read, whole = asyncio.run(_whole_post(platform.read(page), platform, CapturedFetch(archive)))
    if not read.is_post:
        return Reextraction(url)
    if known is not None:
        read = replace(read, url=known.url)  # the post stays the one it is
    return Reextraction(url, place(read, platform=platform.name, fetched=page.fetched), whole)


async def _whole_post(read: ReadPost, platform: Platform, fetch: CapturedFetch) -> tuple[ReadPost, bool]:
    """Return the post with its further pages and its thread, and whether all of them are kept."""
    whole = True
    try:
        read = await platform.whole_text(read, fetch)
    except UnreadableError:
        whole = False
    try:
        read = replace(read, thread=await platform.whole_thread(read, fetch))
    except UnreadableError:
        whole = False
    return read, whole and (read.thread is None or (read.thread.short is None and read.thread.unreadable is None))


def _from_pages(directory: Path, urls: list[str], workers: int) -> Iterator[Reextraction]:
    """Yield what each address brought, or why extracting it failed.

    In processes of their own, where a page that kills or hangs its process costs only that page; a single worker is
    this process itself.
    """
    if workers == 1:
        with Archive(directory) as archive:
            yield from (reextract_page(archive, url) for url in urls)
        return
    pending: deque[tuple[str, Future[Reextraction]]] = deque()
    with WorkerPool(workers) as pool:
        for url in urls:
            pending.append((url, pool.schedule(_reextract_in_worker, args=(directory, url), timeout=SECONDS)))
            if len(pending) > _AT_ONCE * workers:
                yield _outcome(*pending.popleft())
        while pending:
            yield _outcome(*pending.popleft())


def _outcome(url: str, future: Future[Reextraction]) -> Reextraction:
    error = future.exception()
    return future.result() if error is None else Reextraction(url, failure=f"{url}: {type(error).__name__}: {error}")


def _reextract_in_worker(directory: Path, url: str) -> Reextraction:
    return reextract_page(_archive_at(directory), url)


@lru_cache(maxsize=1)
def _archive_at(directory: Path) -> Archive:
    """Return the archive, opened once in each process."""
    return Archive(directory)


def _brings_posts(state: SiteState) -> bool:
    """Tell from what crawls learned of a site whether its list brings the posts themselves."""
    return any(schedule.by_list for schedule in state.schedules.values())


def _from_lists(archive: Archive, sites: Iterable[str], urls: set[str]) -> Iterator[Reextraction]:
    """Yield those of these addresses that the kept lists of their sites bring."""
    for site in sites:
        of_site = {url for url in urls if site_of(url) == site}
        for post in _listed_posts(archive, site, of_site) if of_site else ():
            yield Reextraction(post.url, post)


def _listed_posts(archive: Archive, site: str, urls: Collection[str]) -> Iterator[Post]:
    """Yield what the kept lists of a site now say of the posts at these canonical addresses.

    The platform lists the site's posts as in a crawl, and its requests are answered from the kept responses. What is
    not kept ends the list there, as it would in a crawl. The pages of a list may be of different days, so a comment
    that is missing is no proof that it is gone.
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
    for read in asyncio.run(_read_list(platform, Site(url=state.url), front, fetch, frozenset(urls))):
        allowed = withheld(read) if reserved(archive, read.url) else read
        yield place(allowed, platform=platform.name, fetched=front.fetched)


async def _read_list(
    platform: Platform, site: Site, front: Page, fetch: CapturedFetch, urls: frozenset[str]
) -> list[ReadPost]:
    posts: dict[str, ReadPost] = {}
    try:
        async for post in platform.posts(site, front, fetch):
            if isinstance(post, ReadPost) and post.url in urls:
                posts[post.url] = await _with_thread(post, platform, fetch)
    except UnreadableError:
        pass  # the rest of the list is not kept
    return list(posts.values())


async def _with_thread(read: ReadPost, platform: Platform, fetch: CapturedFetch) -> ReadPost:
    """Return the post with the thread that its list only names, as far as it is kept."""
    if read.thread is None or not read.thread.pointer:
        return read
    try:
        return replace(read, thread=await platform.whole_thread(read, fetch))
    except UnreadableError:
        return read


def _in_shard(url: str, shard: tuple[int, int]) -> bool:
    number, of = shard
    return int(hashlib.sha256(url.encode()).hexdigest()[:8], 16) % of == number - 1
