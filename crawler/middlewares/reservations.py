"""Ask each host for its reservations of text and data mining, and state them on each of its answers.

What `/.well-known/tdmrep.json` reserves is stated as the header of the same name, which readers obey; a header or
`meta` of the page's own is more specific and counts before it, as the protocol has it. A host is asked once a month,
before anything else but its robots.txt and feeds, and never for a visit that only looks for news.
"""

import asyncio
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from archive.errors import ArchiveError
from archive.store.policies import Policy
from crawler.middlewares.failures import DOWNLOAD_FAILURES
from crawler.middlewares.robotstxt import ASKS_ROBOTS
from crawler.open_archive import archive_of
from crawler.pages.reservations import MAX_BYTES, PATH, Reservations

#: Reservations change seldom.
KEPT_FOR = timedelta(days=30)
#: Where nothing answered, or the server had a fault, what was known before holds, and it is asked again tomorrow.
FAILED_FOR = timedelta(days=1)
#: In a request's `meta`: take what is known, and do not ask.
KNOWN_ONLY = "known_reservations_only"

_NAME = "tdm-reservation"
#: In a request's `meta`: it asks for the reservations themselves.
_ASKS = "asks_reservations"

logger = logging.getLogger(__name__)


class TdmReservationMiddleware:
    """Know what each host of a crawl reserves."""

    def __init__(self, crawler: Crawler) -> None:
        """Ask as the crawl does, and keep what is answered in its archive."""
        self._crawler = crawler
        self._archive = archive_of(crawler)
        self._asked: dict[str, asyncio.Task[Reservations]] = {}
        self._known: dict[str, Reservations] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy does."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """See that the reservations of the host are known before its answer comes."""
        if request.meta.get(ASKS_ROBOTS) or request.meta.get(_ASKS):
            return  # also where it is redirected: it would wait for itself
        origin = _origin(request.url)
        if request.meta.get(KNOWN_ONLY):
            if origin not in self._known:
                self._known[origin] = _read(await asyncio.to_thread(self._archive.policies.kept, origin + PATH))
            return
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._look_up(origin + PATH))
        self._known[origin] = await asyncio.shield(self._asked[origin])

    def process_response(self, request: Request, response: Response) -> Response:
        """State what the host reserves of this address, where the answer itself says nothing."""
        if _NAME in response.headers or not self.of(request.url).reserve(request.url):
            return response
        self._crawler.stats.inc_value("rights/reserved_by_host")
        return response.replace(headers={**response.headers, _NAME: b"1"})

    def of(self, url: str) -> Reservations:
        """Return the reservations of the host of an address that was asked for in this crawl."""
        return self._known.get(_origin(url), Reservations())

    async def _look_up(self, url: str) -> Reservations:
        before = await asyncio.to_thread(self._archive.policies.kept, url, within=KEPT_FOR)
        if before is not None and (before.status is not None or await self._failed_today(url)):
            return _read(before)
        status, body = await self._ask(url)
        if status is None:
            known = await asyncio.to_thread(self._archive.policies.kept, url)
            body = known.body if known is not None else b""
        try:
            await asyncio.to_thread(self._archive.policies.keep, url, status, body)
        except ArchiveError as error:
            logger.info("Could not store the reservations of %s: %s", url, error)
        return Reservations.of(body)

    async def _failed_today(self, url: str) -> bool:
        return await asyncio.to_thread(self._archive.policies.kept, url, within=FAILED_FOR) is not None

    async def _ask(self, url: str) -> tuple[int | None, bytes]:
        """Return status and body; a status of `None` where there was no answer worth the name."""
        request = Request(url, meta={_ASKS: True, "max_retry_times": 0}, dont_filter=True)
        try:
            response = await self._crawler.engine.download_async(request)
        except DOWNLOAD_FAILURES as error:
            logger.debug("No reservations from %s: %s", url, error)
            return None, b""
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return None, b""
        fits = response.status == HTTPStatus.OK and len(response.body) <= MAX_BYTES
        return response.status, response.body if fits else b""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(kept: Policy | None) -> Reservations:
    return Reservations() if kept is None else Reservations.of(kept.body)
