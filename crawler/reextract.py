"""`python -m crawler.reextract`: read the kept raw responses again, without asking any site.

Better readers then reach posts that were archived long ago. A page is read as a crawl reads it, its further pages and
its thread included, as far as responses are kept; revisions are written only where something changed. Posts that an
API brought have no page here: the next crawl reads them again.

One pure function reads one address, so a shard is any part of the addresses: `--shard i/n` for many machines.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.records import Post
from crawler.captured import captured_page
from crawler.fetch import UnreadableError
from crawler.page import Page
from crawler.platforms import PLATFORMS
from crawler.platforms.base import Platform
from crawler.reading import ReadPost
from crawler.threads import place

P = ParamSpec("P")
R = TypeVar("R")

#: Addresses handed to a worker at a time.
_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading one address again brought."""

    url: str
    #: `None` when there is no response to read, or no post in it.
    post: Post | None = None
    thread_whole: bool = False


class CapturedFetch:
    """A `Fetch` over the kept responses: what was never asked for cannot be read."""

    def __init__(self, archive: Archive) -> None:
        """Read the archive's captures."""
        self._archive = archive

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        """Return the newest kept response of status 200; raise `UnreadableError`."""
        del accept
        return captured_page(self._archive, url)

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        """Return the JSON value of a kept response; raise `UnreadableError`, for every question that was posted."""
        if question is not None:
            raise UnreadableError(url, "answers to questions are not kept apart")
        page = captured_page(self._archive, url)
        try:
            return json.loads(page.body), page
        except (ValueError, RecursionError) as error:
            raise UnreadableError(url, f"no JSON: {error}") from error

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function here: this is a worker already."""
        return function(*args, **kwargs)


def main(arguments: list[str] | None = None) -> int:
    """Read again; return 0, 1 when a page could not be read, 2 when the archive could not be used."""
    options = _parser().parse_args(arguments)
    try:
        counts = reextract(Path(options.archive), shard=options.shard, workers=options.workers)
    except ArchiveError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    words = ("read", "changed", "unchanged", "new", "denied", "no longer a post", "failed")
    sys.stdout.write(", ".join(f"{counts[word]} {word}" for word in words if counts[word] or word == "read") + "\n")
    return 1 if counts["failed"] else 0


def reextract(directory: Path, *, shard: tuple[int, int] = (1, 1), workers: int = 1) -> Counter[str]:
    """Read the addresses of a shard again and archive what changed; return how many went which way."""
    counts: Counter[str] = Counter()
    with Archive(directory) as archive:
        urls = [url for url in archive.visits.post_pages() if _in_shard(url, shard)]
        for read in _reread(directory, urls, workers):
            counts["read"] += 1
            if isinstance(read, str):
                sys.stderr.write(f"{read}\n")
                counts["failed"] += 1
            elif read.post is None:
                counts["no longer a post"] += 1
            else:
                change = archive.add(read.post, thread_whole=read.thread_whole)
                changed = "changed" if change.post == "unchanged" and change.revisions else change.post
                counts[changed] += 1
    return counts


def reread(archive: Archive, url: str) -> Reread | None:
    """Return what the kept responses of one address say now; `None` when none is kept. Writes nothing."""
    try:
        page = captured_page(archive, url)
    except UnreadableError:
        return None
    before = archive.visits.find(url)
    known = archive.store.post(before) if before is not None else None
    platform = PLATFORMS.get(known.platform if known is not None else "generic", PLATFORMS["generic"])
    read, whole = asyncio.run(_whole(platform.read(page), platform, CapturedFetch(archive)))
    if not read.is_post:
        return Reread(url)
    if known is not None:
        read = replace(read, url=known.url)  # the post stays the one it is
    return Reread(url, place(read, platform=platform.name, fetched=page.fetched), whole)


async def _whole(read: ReadPost, platform: Platform, fetch: CapturedFetch) -> tuple[ReadPost, bool]:
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


def _reread(directory: Path, urls: list[str], workers: int) -> Iterator[Reread | str]:
    """Yield what each address brought; why, in words, where reading it failed."""
    parts = [urls[at : at + _AT_A_TIME] for at in range(0, len(urls), _AT_A_TIME)]
    if workers == 1 or len(parts) < 2:  # noqa: PLR2004 (one part needs no second process)
        results = map(partial(_reread_part, directory), parts)
        yield from (each for part in results for each in part)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        for part in pool.map(partial(_reread_part, directory), parts):
            yield from part


def _reread_part(directory: Path, urls: list[str]) -> list[Reread | str]:
    found: list[Reread | str] = []
    with Archive(directory) as archive:
        for url in urls:
            read = reread(archive, url)
            if read is not None:
                found.append(read)
    return found


def _in_shard(url: str, shard: tuple[int, int]) -> bool:
    number, of = shard
    return int(hashlib.sha256(url.encode()).hexdigest()[:8], 16) % of == number - 1


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"a shard is like 2/8, not {text!r}")
    return int(number), int(of)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sales-archive reextract", description="Read the kept raw responses again.")
    parser.add_argument("--archive", default=os.environ.get("SALES_ARCHIVE", "archive-data"), metavar="DIR")
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help="only part I of N")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
