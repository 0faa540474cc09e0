"""A `Fetch` without a network: a function answers every address, and each request is remembered."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from crawler.pages.fetch import UnreadableError
from crawler.pages.page import Page

P = ParamSpec("P")
R = TypeVar("R")
FETCHED = datetime(2026, 8, 1, tzinfo=UTC)


class Answers:
    """Answers by a function of the address: a text or bytes for a page, any other value as JSON, `None` for 404."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self._answer = answer
        self.asked: list[str] = []
        self.questions: list[Any] = []
        self.live = True
        self.learned: dict[str, Any] = {}

    async def page(self, url: str, *, accept: str | None = None) -> Page:
        self.asked.append(url)
        value = self._answer(url)
        if value is None:
            raise UnreadableError(url, "answered with status 404", status=404)
        if isinstance(value, Page):
            return value
        body = value if isinstance(value, str) else json.dumps(value)
        return Page(url, body.encode(), FETCHED, {"content-type": "text/html; charset=utf-8"})

    async def json(self, url: str, *, question: Any = None) -> tuple[Any, Page]:
        self.questions.append(question)
        page = await self.page(url)
        try:
            return json.loads(page.body), page
        except ValueError as error:
            raise UnreadableError(url, "no JSON") from error

    async def work(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)
