"""How platforms and comment systems reach the web: three verbs, so that they need neither Scrapy nor a network.

The spider's own `Fetch` sends every request through Scrapy's scheduler slots and middlewares, so robots.txt,
delays, limits and the address guard hold for it; tests hand in one that reads saved answers.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, Protocol, TypeVar

from crawler.pages.page import Page

P = ParamSpec("P")
R = TypeVar("R")


class UnreadableError(Exception):
    """Say why an address gave nothing to read: refused, missing, too large, timed out, not of the form expected."""

    def __init__(self, url: str, reason: str, *, status: int | None = None) -> None:
        """`status` is the HTTP status, `None` when nothing answered."""
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason
        self.status = status


class RefusedError(UnreadableError):
    """Say that an address was not asked for: robots.txt, a reservation or the guard of addresses forbids it."""


class PostponedError(RefusedError):
    """Say that an address was not asked for this time: a budget is used up, or a host is down or busy."""


class Fetch(Protocol):
    """What a platform may do beyond reading the page in hand."""

    #: False where only kept responses are read, and a question costs nothing.
    live: bool
    #: What a platform or comment system learned for all of the site, until the crawl of it ends.
    learned: dict[str, Any]

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        """Return the answer of status 200; raise `UnreadableError`. `accept` is a media type to ask for."""
        ...

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        """Return the JSON value at `url` and its page (for the headers); raise `UnreadableError`, also for HTML.

        `question` is a JSON value to be posted, for APIs that answer no other way.
        """
        ...

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a pure function of picklable arguments in a worker process; raise `UnreadableError` past its time."""
        ...
