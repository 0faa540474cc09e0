"""One visit of one post: request its address, extract the page in a worker, fetch its whole thread."""

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from scrapy.statscollectors import StatsCollector

from archive.records.models import Visit
from archive.store.frontier import LATEST, KnownPage
from crawler.catalogue.sites import Site
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError
from crawler.pages.models import ReadPost, Thread, withheld
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.pages.urls import canonical, same_site, site_of
from crawler.platforms.base import Platform
from crawler.visits.fetcher import FetchedPage, Fetcher

logger = logging.getLogger(__name__)

#: What robots.txt forbids today it will forbid tomorrow.
REFUSED_AGAIN = timedelta(days=30)

_READABLE = {"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"}
_EMPTY_BODY = hashlib.sha256().hexdigest()


@dataclass(slots=True)
class PostVisits:
    """Visits of the posts of one site."""

    site: Site
    platform: Platform
    fetch: Fetcher
    stats: StatsCollector
    #: Read every page again, changed or not.
    everything: bool = False
    #: True when a feed tells of the site's new comments.
    woken: bool = False
    #: Visits in a row without an answer.
    silent: int = 0
    #: Why the rest has to wait for another crawl, in words.
    postponed: str | None = None

    async def visit(self, known: KnownPage) -> Visit | None:
        """Visit a known address; never raise for what the web does.

        `None` when the visit is put off: the address then stays due.
        """
        try:
            fetched = await self.fetch.request(known.url, self._conditions(known))
        except UnreadableError as error:
            return self._unanswered(known, error)
        self.silent = 0
        page = fetched.page
        same = page.status == HTTPStatus.OK and not fetched.aliases and self._same(known, page)
        if page.status == HTTPStatus.NOT_MODIFIED or same:
            self.stats.inc_value("crawl/unchanged")
            return self._unchanged(known, page)
        if page.status != HTTPStatus.OK:
            self.stats.inc_value(f"crawl/status/{page.status}")
            return replace(self._without_post(known, f"answered with status {page.status}"), status=page.status)
        try:
            return await self._extract(known, fetched)
        except PostponedError as error:
            return self._unanswered(known, error)

    async def visit_listed(self, read: ReadPost, fetched: datetime) -> Visit:
        """Return the visit of a post that a list brought; its thread is fetched if the list only names it."""
        if self.fetch.reserves(read.url):  # the list is of another address, and says nothing of this one
            read = withheld(read)
        if read.thread is not None and read.thread.pointer:
            read = replace(read, thread=await self._thread(read))
        return self._complete(Visit(url=read.url, site=self.site.key, at=fetched, status=HTTPStatus.OK), read, None)

    def visit_failed(self, known: KnownPage, reason: str) -> Visit:
        """Return the visit of a page that was answered but not extracted: it is tried again, later and later."""
        return replace(self._without_post(known, reason), status=HTTPStatus.OK, thread_whole=False)

    def _unanswered(self, known: KnownPage, error: UnreadableError) -> Visit | None:
        visit = self._without_post(known, error.reason)
        if isinstance(error, PostponedError):
            if not same_site(error.url, self.site.url):
                return visit  # a redirect led to a host that is down
            self.stats.inc_value("crawl/postponed")
            self.postponed = error.reason
            return None
        if isinstance(error, RefusedError):
            self.stats.inc_value("crawl/refused")
            return replace(visit, due=datetime.now(UTC) + REFUSED_AGAIN)
        self.silent += 1
        self.stats.inc_value("crawl/silent")
        logger.info("%s", error)
        return visit

    def _conditions(self, known: KnownPage) -> dict[str, str]:
        if self.everything or not known.thread_whole:
            return {}
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in conditions.items() if value}

    def _same(self, known: KnownPage, page: Page) -> bool:
        if self.everything or not known.thread_whole or known.body_hash is None:
            return False
        return _hash(page) == known.body_hash != _EMPTY_BODY

    async def _extract(self, known: KnownPage, fetched: FetchedPage) -> Visit:
        page = fetched.page
        reason = self._why_no_post(page)
        if reason is not None:
            return self._no_post(known, page, reason)
        try:
            read = await self.fetch.work(self.platform.read, page)
        except PostponedError:
            raise
        except UnreadableError as error:
            self.stats.inc_value("crawl/unread")
            logger.warning("%s", error)
            return self.visit_failed(known, error.reason)
        if not read.is_post:
            return self._no_post(known, page, "not a post")
        if not same_site(read.url, page.url):
            read = replace(read, url=canonical(page.url) or known.url)
        read, cut = await self._whole_text(read)
        read = replace(read, thread=await self._thread(read))
        return self._with_post(known, fetched, read, cut)

    def _why_no_post(self, page: Page) -> str | None:
        """Return why a page cannot be a post of the site, before it is extracted; `None` when it may be one."""
        if not same_site(page.url, self.site.url):
            return f"leads to another site, {site_of(page.url)}"
        kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
        return None if kind in _READABLE else f"no page but {kind}"

    async def _whole_text(self, read: ReadPost) -> tuple[ReadPost, str | None]:
        """Return the post with the text of its further pages, or as it is and why they are missing."""
        try:
            return await self.platform.whole_text(read, self.fetch), None
        except UnreadableError as error:
            self.stats.inc_value("crawl/texts_cut")
            logger.warning("The text of %s is cut: %s", read.url, error)
            return read, str(error)

    async def _thread(self, read: ReadPost) -> Thread | None:
        """Return the whole thread, or what the page shows of it, `short` saying why the rest is missing."""
        try:
            thread = await self.platform.whole_thread(read, self.fetch)
        except UnreadableError as error:
            logger.warning("The thread of %s is short: %s", read.url, error)
            thread = replace(read.thread, short=str(error)) if read.thread is not None else None
        if thread is not None and thread.short is not None:
            self.stats.inc_value("crawl/threads_short")
        return thread

    def _with_post(self, known: KnownPage, fetched: FetchedPage, read: ReadPost, cut: str | None) -> Visit:
        page = fetched.page
        # A thread kept elsewhere changes without its page: no validator may hide that.
        elsewhere = read.thread is not None and bool(read.thread.pointer)
        final = canonical(page.url) or known.url
        moved = final != known.url and known.url in fetched.aliases
        visit = Visit(
            url=final if moved else known.url,
            site=self.site.key,
            at=page.fetched,
            status=page.status,
            etag=None if elsewhere else page.headers.get("etag"),
            last_modified=None if elsewhere else page.headers.get("last-modified"),
            body_hash=None if elsewhere else _hash(page),
            aliases=tuple(alias for alias in fetched.aliases if alias != final) if moved else (),
        )
        return self._complete(visit, read, cut)

    def _complete(self, visit: Visit, read: ReadPost, cut: str | None) -> Visit:
        """Return the visit with its post, and with the reason why part of its text or thread is missing."""
        short = cut or (read.thread.short if read.thread is not None else None)
        unreadable = read.thread.unreadable if read.thread is not None else None
        return replace(
            visit,
            post=place(read, platform=self.platform.name, fetched=visit.at),
            thread_whole=short is None and unreadable is None,
            thread_reachable=short is not None or unreadable is None,
            woken=self.woken and not (read.thread is not None and read.thread.pointer),
            reason=short or unreadable,
        )

    def _unchanged(self, known: KnownPage, page: Page) -> Visit:
        return Visit(
            url=known.url,
            site=self.site.key,
            at=page.fetched,
            status=HTTPStatus.NOT_MODIFIED,
            etag=page.headers.get("etag") or known.etag,
            last_modified=page.headers.get("last-modified") or known.last_modified,
            body_hash=known.body_hash,
            woken=self.woken,
        )

    def _no_post(self, known: KnownPage, page: Page, reason: str) -> Visit:
        """Note that an address holds no post, so that it is not asked for again soon."""
        self.stats.inc_value("crawl/no_posts")
        visit = self._without_post(known, reason)
        return replace(visit, status=page.status, due=datetime.now(UTC) + LATEST)

    def _without_post(self, known: KnownPage, reason: str) -> Visit:
        return Visit(url=known.url, site=self.site.key, at=datetime.now(UTC), reason=reason[:500])


def _hash(page: Page) -> str:
    return hashlib.sha256(page.body).hexdigest()
