"""What every blog of the little web has: its writing, its templates, and an answer for each address."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.demo.writing import Writing, load

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"
XML = "application/xml; charset=UTF-8"
PLAIN = "text/plain; charset=utf-8"

_templates = Environment(
    loader=PackageLoader("crawler.demo", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, before validators are added."""

    body: str
    content_type: str = HTML
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Give an `ETag` by the body, and `Last-Modified` where a time is known: what static servers and feeds do.
    static: bool = False
    modified: datetime | None = None


Route = Callable[[Mapping[str, str]], Answer]


class Blog:
    """One site of the little web, at one port."""

    #: Name of its text file and its templates.
    name: str
    #: What it stands for, in a few words.
    kind: str
    #: Paths that its robots.txt shuts.
    disallowed: tuple[str, ...] = ()

    def __init__(self, base: str) -> None:
        """Publish the blog's writing below `base`, an address without a slash at its end."""
        self.base = base
        self.writing: Writing = load(self.name)
        self._routes = {"/robots.txt": self._robots} | self.routes()

    def routes(self) -> dict[str, Route]:
        """Return what answers each path; a path is looked up without its query."""
        raise NotImplementedError

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Return what the blog says at a path, 404 where it has nothing."""
        route = self._routes.get(path)
        return route(query) if route else self.missing()

    def missing(self) -> Answer:
        """Return the page for an address where nothing is."""
        return Answer(self.render("missing.html"), status=HTTPStatus.NOT_FOUND)

    def render(self, template: str, **values: Any) -> str:
        """Return a template filled in; `blog` and its `writing` are always at hand."""
        return _templates.get_template(template).render(blog=self, writing=self.writing, **values)

    def page(self, template: str, **values: Any) -> Answer:
        """Return a page of the blog's own template folder."""
        return Answer(self.render(f"{self.name}/{template}", **values))

    def sitemap(self, entries: list[tuple[str, datetime | None]]) -> Answer:
        """Return a sitemap of paths with their last changes."""
        return Answer(self.render("sitemap.xml", entries=entries), XML)

    def _robots(self, query: Mapping[str, str]) -> Answer:
        del query
        return Answer(self.render("robots.txt"), PLAIN)


def as_json(value: Any, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Answer:
    """Return a JSON answer."""
    return Answer(json.dumps(value, ensure_ascii=False), JSON, status, headers or {})
