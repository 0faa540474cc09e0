"""The HTTP client of a crawl: every request goes through Scrapy's slots and middlewares, every page to a worker.

So robots.txt, delays, limits, retries, redirects and the address guard also hold for what platforms and comment
systems ask for.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.internet.defer import AlreadyCalledError

from crawler.middlewares.failures import DOWNLOAD_FAILURES, PostponedRequest
from crawler.middlewares.reservations import KNOWN_ONLY, TdmReservationMiddleware
from crawler.middlewares.throttle import ThrottleMiddleware
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError
from crawler.pages.page import Page
from crawler.pages.urls import canonical
from crawler.visits.workers import Workers

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

#: Scrapy signal, sent before each request. A handler that cannot keep up with the answers lets the request wait.
before_request = object()

#: Seconds between two looks whether the engine has begun to close.
WATCH_SECONDS = 0.2
#: A spider that has not cancelled its requests by then is told that they are not made.
CLOSING_SECONDS = 5.0

_PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was answered, whatever its status, and the addresses that led to it."""

    page: Page
    #: Canonical addresses that lead to the page for good: by permanent redirects only.
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class Budget:
    """How many requests one crawl may make, for all sites together."""

    requests: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        """Start with all of them left."""
        self.left = self.requests


class Fetcher:
    """The requests of one site in one crawl: the `Fetch` that its platform and comment systems use."""

    def __init__(self, crawler: Crawler, workers: Workers, *, budget: int, of_crawl: Budget | None = None) -> None:
        """Make at most `budget` requests, and no more than are left `of_crawl`."""
        self.crawler = crawler
        self._workers = workers
        self._budget = budget
        self._left = budget
        self._of_crawl = of_crawl
        #: Which budget is used up, in words; `None` while requests are left.
        self.spent: str | None = None
        self.live = True
        self.learned: dict[str, Any] = {}

    async def request(
        self, url: str, headers: Mapping[str, str] | None = None, *, posted: bytes = b"", for_news: bool = False
    ) -> FetchedPage:
        """Return the answer of any status; raise `UnreadableError` when there is none.

        `for_news`: for a feed that is checked for news, which is no reason to ask its host what it reserves.
        """
        self._spend(url)
        try:
            method = "POST" if posted else "GET"
            request = Request(
                url,
                method=method,
                body=posted,
                headers=dict(headers or {}),
                meta={KNOWN_ONLY: for_news},
                dont_filter=True,
            )
        except ValueError as error:
            raise UnreadableError(url, f"not an address: {error}"[:500]) from error
        try:
            response = await self._send(request)
        except PostponedRequest as error:
            raise PostponedError(error.url, str(error)) from error
        except IgnoreRequest as error:
            raise RefusedError(url, str(error) or "refused") from error
        except DOWNLOAD_FAILURES as error:
            raise UnreadableError(url, f"{type(error).__name__}: {error}"[:500]) from error
        return FetchedPage(_page(response), _aliases(response))

    def _spend(self, url: str) -> None:
        if self._left <= 0:
            self.spent = f"the budget of {self._budget} requests for one site and crawl is used up"
            raise PostponedError(url, self.spent)
        self._left -= 1
        if self._of_crawl is None:
            return
        if self._of_crawl.left <= 0:
            self.crawler.stats.set_value("crawl/budget_used_up", self._of_crawl.requests)
            self.spent = f"the budget of {self._of_crawl.requests} requests for one crawl is used up"
            raise PostponedError(url, self.spent)
        self._of_crawl.left -= 1

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        """Return the answer of status 200; raise `UnreadableError`."""
        return _only_ok(await self.request(url, {"Accept": accept} if accept else None))

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        """Return the JSON value at `url` and its page; raise `UnreadableError`. A `question` is posted as JSON."""
        headers = {"Accept": "application/json"}
        posted = b""
        if question is not None:
            headers["Content-Type"] = "application/json"
            posted = json.dumps(question).encode()
        page = _only_ok(await self.request(url, headers, posted=posted))
        if page.headers.get("tdm-reservation", "").strip() == "1":
            raise RefusedError(url, "text and data mining is reserved there")
        try:
            return json.loads(page.body), page
        except (ValueError, RecursionError) as error:
            raise UnreadableError(url, f"not JSON: {error}", status=page.status) from error

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a pure function in a worker process; raise `UnreadableError` when it hangs or dies.

        A worker that dies while the crawl is being stopped says nothing about the page, which is put off.
        """
        try:
            return await self._workers.run(function, *args, **kwargs)
        except UnreadableError as error:
            await asyncio.sleep(WATCH_SECONDS)  # what ended the worker may be about to end the crawl
            if is_closing(self.crawler):
                raise await self._stopped(error.url) from error
            raise

    def reserves(self, url: str) -> bool:
        """Tell whether the host of an address reserves mining it, as far as this crawl knows."""
        reservations = self.crawler.get_downloader_middleware(TdmReservationMiddleware)
        return reservations is not None and bool(reservations.of(url).reserve(url))

    async def _send(self, request: Request) -> Response:
        """Return the response; while the crawl is closing, wait to be cancelled."""
        await self.crawler.signals.send_catch_log_async(before_request)
        if not is_closing(self.crawler):
            try:
                return await self.crawler.engine.download_async(request)
            except AlreadyCalledError:
                logger.debug("%s was answered too late", request.url)  # raised for what ends while Scrapy closes
        raise await self._stopped(request.url)

    async def _stopped(self, url: str) -> PostponedError:
        """Wait to be cancelled; return the error to raise if that does not happen."""
        await asyncio.sleep(CLOSING_SECONDS)
        return PostponedError(url, "the crawl was stopped")

    def closed_until(self, url: str) -> datetime | None:
        """Return until when the host of an address wants to be left alone; `None` when it may be asked."""
        throttle = self.crawler.get_downloader_middleware(ThrottleMiddleware)
        return None if throttle is None else throttle.closed_until(url)

    def share_slot(self, url: str, slot: str) -> None:
        """Ask the host of an address in a platform's slot from now on."""
        throttle = self.crawler.get_downloader_middleware(ThrottleMiddleware)
        if throttle is not None:
            throttle.share(urlsplit(url).hostname or "", slot)

    def slow_down(self, url: str, seconds: float | None, *, pace: float) -> None:
        """Leave at least `seconds` between requests to a host, or `pace` times the usual where that is `None`."""
        throttle = self.crawler.get_downloader_middleware(ThrottleMiddleware)
        usual = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        wanted = usual * pace if seconds is None else seconds
        if throttle is not None and wanted > usual:
            throttle.slow_down(throttle.slot(url), wanted)


def is_closing(crawler: Crawler) -> bool:
    """Tell whether the engine has begun to close; Scrapy 2.19 raises `AlreadyCalledError` for a request made then."""
    slot = crawler.engine._slot  # Scrapy 2.19 has no public name for it
    return slot is not None and slot.closing is not None


def _only_ok(fetched: FetchedPage) -> Page:
    page = fetched.page
    if page.status != HTTPStatus.OK:
        raise UnreadableError(page.url, f"answered with status {page.status}", status=page.status)
    return page


def _page(response: Response) -> Page:
    headers = {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    return Page(response.url, response.body, datetime.now(UTC), headers, response.status)


def _aliases(response: Response) -> tuple[str, ...]:
    meta = response.request.meta if response.request is not None else {}
    if not set(meta.get("redirect_reasons", ())) <= _PERMANENT:
        return ()
    chain = (canonical(url) for url in meta.get("redirect_urls", ()))
    return tuple(dict.fromkeys(url for url in chain if url is not None))
