"""`scrapy crawl frontmatter`: posts from the content folder of a static site, on disk or in a git repository."""

import asyncio
import ipaddress
import socket
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy

from archive.records.models import Visit
from crawler.content.folder import Folder, FolderError, open_folder
from crawler.content.history import PORTS, GitError, clone
from crawler.content.posts import ContentPost, SkippedFile, posts
from crawler.middlewares.guard import is_public
from crawler.pages.placing import place
from crawler.pages.urls import site_of
from crawler.visits.backpressure import Backpressure


class FrontmatterSpider(scrapy.Spider):
    """Archive what a static site generator would publish, from its own files.

    `path`: a folder, or the address of a git repository. `site`: the address it is published at, where its
    configuration does not say. `drafts=1` takes drafts too.
    """

    name = "frontmatter"

    def __init__(self, path: str = "", site: str | None = None, drafts: str = "", **kwargs: Any) -> None:
        """Take the arguments of `-a`; raise `ValueError` where there is no path."""
        super().__init__(**kwargs)
        if not path:
            raise ValueError("say where the content is: -a path=FOLDER, or -a path=https://… of a git repository")
        self.path = path
        self.site = site if site is None or "://" in site else f"https://{site}"
        self.drafts = drafts.lower() in {"1", "true", "yes"}

    async def start(self) -> AsyncIterator[Visit]:
        """Yield a visit for each post; say of each file left out why it is."""
        with ExitStack() as stack:
            try:
                folder = await asyncio.to_thread(self.content_folder, stack)
            except (FolderError, GitError) as error:
                self.crawler.stats.inc_value("crawl/sites_failed")
                self.logger.error("cannot read %s: %s", self.path, error)  # noqa: TRY400 (its message says it all)
                return
            self.crawler.stats.inc_value("crawl/sites_answered")
            now = datetime.now(UTC)
            reasons: Counter[str] = Counter()
            files = posts(folder, now, drafts=self.drafts)
            backpressure = Backpressure(self.crawler)
            while (file := await asyncio.to_thread(next, files, None)) is not None:
                if isinstance(file, ContentPost):
                    await backpressure.acquire()
                    yield _visit(file, folder, now)
                else:
                    self._skip(file, folder, reasons)
            for reason, count in reasons.most_common():
                self.logger.info("left out %d: %s", count, reason)
            await backpressure.drain()

    def content_folder(self, stack: ExitStack) -> Folder:
        """Return the content folder; a copy of a repository is removed when `stack` closes.

        Raise `FolderError` or `GitError`.
        """
        if self.path.partition("://")[0].lower() not in PORTS:
            return open_folder(Path(self.path).expanduser(), self.site)
        address = self._checked(self.path)
        into = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sales-archive-"))) / "repository"
        clone(self.path, into, at=address)
        return open_folder(into, self.site)

    def _checked(self, url: str) -> str:
        """Return an address of the repository's host, of which none may be private; raise `GitError`."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except ValueError as error:
            raise GitError(f"{url} is not an address") from error
        allowed = set(self.settings.getlist("ALLOWED_PRIVATE"))
        host = parts.hostname or ""
        if parts.scheme != "https" and host not in allowed:
            raise GitError("give the repository's https address")
        try:
            addresses = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
        except (OSError, ValueError) as error:
            raise GitError(f"no such host: {host!r}") from error
        if host not in allowed and not _all_public(str(address[4][0]) for address in addresses):
            raise GitError(f"{host} resolves to a private address; allow it by the setting ALLOWED_PRIVATE")
        return str(addresses[0][4][0])

    def _skip(self, file: SkippedFile, folder: Folder, reasons: Counter[str]) -> None:
        name = file.file.relative_to(folder.root)
        if file.broken:
            self.crawler.stats.inc_value("crawl/files_unreadable")
            self.logger.error("%s: %s", name, file.reason)
        else:
            self.logger.info("left out %s: %s", name, file.reason)
            reasons[file.reason.partition(" (")[0]] += 1
        self.crawler.stats.inc_value("crawl/files_left_out")


def _visit(read: ContentPost, folder: Folder, now: datetime) -> Visit:
    post = place(read.post, platform=folder.generator, fetched=now)
    return Visit(url=post.url, site=site_of(post.url), at=now, status=HTTPStatus.OK, post=post, aliases=read.aliases)


def _all_public(addresses: Iterable[str]) -> bool:
    return all(is_public(ipaddress.ip_address(address.partition("%")[0])) for address in addresses)
