"""Use one download slot for each operator, and hold the whole slot when a server asks us to wait.

Scrapy retries a 429 within the second, and only the request that met it (measured); the server meant all of them.
Source: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 (Retry-After).
"""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.middlewares.failures import PostponedRequest

#: Operators that serve many blogs from the same machines: one slot each.
SHARED_SLOTS = (
    "substack.com",
    "wordpress.com",
    "blogspot.com",
    "ghost.io",
    "medium.com",
    "beehiiv.com",
    "tumblr.com",
)

#: Wait for this long at most; a site that wants more is left alone for the rest of the crawl.
MAX_WAIT = 120.0
#: Seconds for which later crawls leave it alone, too; whoever asks for a year does not mean us.
LONGEST_CLOSED = 7 * 24 * 3600.0
#: Where a server says it is too much but not for how long; doubled each time in a row.
UNSTATED_WAIT = 10.0

_ASK_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
#: What the operators of many blogs also answer to one who asks too fast; on a host of its own it means "not you".
_FORBIDDEN = HTTPStatus.FORBIDDEN

logger = logging.getLogger(__name__)


class ThrottleMiddleware:
    """Assign each request to its download slot, and slow slots down."""

    def __init__(self, crawler: Crawler) -> None:
        """Work on the slots of a crawl's downloader."""
        self._crawler = crawler
        self._slots: dict[str, str] = {}
        self._closed: dict[str, str] = {}
        self._closed_until: dict[str, datetime] = {}
        self._in_a_row: dict[str, int] = {}
        self._unstated: float = crawler.settings.getfloat("RETRY_AFTER_UNSTATED", UNSTATED_WAIT)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware, as Scrapy does."""
        middleware = cls(crawler)
        # Not `process_response`: by then the slot has sent its next request.
        crawler.signals.connect(middleware.receive, signal=signals.response_downloaded)
        return middleware

    def share(self, host: str, slot: str) -> None:
        """Ask a host in another's slot: a blog's own domain on a platform's machines."""
        self._slots[host] = slot

    def slot(self, url: str) -> str:
        """Return the slot in which an address is asked for."""
        host = urlsplit(url).hostname or ""
        if host in self._slots:
            return self._slots[host]
        return operator(host) or host.removeprefix("www.")

    def slow_down(self, slot: str, seconds: float) -> None:
        """Leave at least `seconds` between the requests of a slot from now on."""
        # Slots that idle for a minute are dropped and made anew from these settings.
        settings = self._crawler.engine.downloader.per_slot_settings
        known = settings.get(slot, {})
        before = float(known.get("delay", self._crawler.settings.getfloat("DOWNLOAD_DELAY")))
        # A stated delay is a minimum: no jitter below it.
        settings[slot] = known | {"delay": max(before, seconds), "jitter": 0.0}
        live = self._crawler.engine.downloader.slots.get(slot)
        if live is not None and live.delay < seconds:
            live.delay, live.jitter = seconds, 0.0

    def closed_until(self, url: str) -> datetime | None:
        """Return until when the slot of an address wants to be left alone; `None` when it may be asked."""
        return self._closed_until.get(self.slot(url))

    def process_request(self, request: Request) -> None:
        """Put a request, also a redirected one, into the slot of its host; refuse it where the slot is closed."""
        slot = self.slot(request.url)
        request.meta["download_slot"] = slot
        if slot in self._closed:
            raise PostponedRequest(request.url, self._closed[slot])

    def receive(self, request: Request, response: Response) -> None:
        """Hold the slot when the server asks to come back later."""
        slot = str(request.meta["download_slot"])
        too_fast = response.status == HTTPStatus.TOO_MANY_REQUESTS or (
            response.status == _FORBIDDEN and slot in SHARED_SLOTS
        )
        if not too_fast and response.status not in _ASK_LATER:
            self._in_a_row.pop(slot, None)
            return
        self._in_a_row[slot] = self._in_a_row.get(slot, 0) + 1
        wait = _retry_after(response)
        if wait is None and too_fast:
            wait = self._unstated * 2 ** (min(self._in_a_row[slot], 8) - 1)
        if wait is None:
            return  # 503 alone is a fault like any other
        self._crawler.stats.inc_value("politeness/held")
        if wait > MAX_WAIT:
            self._closed[slot] = f"{slot} asks to come back in {wait:.0f} s; left alone for the rest of this crawl"
            self._closed_until[slot] = datetime.now(UTC) + timedelta(seconds=min(wait, LONGEST_CLOSED))
            logger.warning("%s", self._closed[slot])
        else:
            logger.info("%s answered %d: waiting %.1f s before its next request", slot, response.status, wait)
            self._hold(slot, wait)

    def _hold(self, slot: str, seconds: float) -> None:
        live = self._crawler.engine.downloader.slots.get(slot)
        if live is not None:
            # The slot counts its delay from its last request: move that into the future. Slower from then on.
            self.slow_down(slot, min(max(2 * live.delay, 0.1), MAX_WAIT))
            live.lastseen = max(live.lastseen, monotonic() + seconds - live.delay)


def operator(host: str) -> str | None:
    """Return whose blog a host is, where one asks many at one pace; `None` where it is its own."""
    return next((slot for slot in SHARED_SLOTS if host == slot or host.endswith(f".{slot}")), None)


def _retry_after(response: Response) -> float | None:
    """Return the seconds a server asks us to wait; `None` where it does not say."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
