"""Addresses of searches and of texts on our pages.

A page of results holds some eighty links that differ in one argument. Each part of them is made once: `url_for` and
`urlencode` for every link took as long as the search.
"""

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote_plus, urlencode

from flask import Flask, request, url_for

from archive.search.results import Hit, Query, Sort
from webui.formatting import comment_anchor
from webui.params import Pairs, pairs, usual_sort


class Addresses:
    """Addresses made of one query."""

    def __init__(self, query: Query) -> None:
        """Lead to searches near `query`, and to texts from which one comes back to it."""
        self._query = query
        arguments = pairs(query)
        self._sort = _encoded(arguments.pop("sort", ()), "sort")
        self._words = _encoded(arguments.pop("q", ()), "q")
        self._filters = {name: _encoded(values, name) for name, values in arguments.items()}

    def searched(self, *, page: int = 1, sort: Sort | None = None) -> str:
        """Return the address of another page, or of another order's first."""
        order = self._sort if sort is None else [] if sort == usual_sort(self._query.text) else [f"sort={sort}"]
        numbered = [f"page={page}"] if page > 1 else []
        return self._search([*self._words, *self._held(), *order, *numbered])

    def narrowed(self, name: str, value: str) -> str:
        """Return the address of the results with one filter more; another value of the same is let go."""
        before, after = self._narrowing(name)
        return f"{before}{quote_plus(value)}{after}"

    def without(self, name: str, value: str) -> str:
        """Return the address of the results with one filter less."""
        gone = f"{name}={quote_plus(value)}"
        return self._search([*self._words, *(each for each in self._held() if each != gone), *self._sort])

    def text(self, hit: Hit) -> str:
        """Return the address of a hit: a post, or a comment in its thread."""
        address = f"{self._posts}{hit.post_id}"
        if hit.kind == "post":
            return f"{address}{self._back}"
        anchor = comment_anchor(hit.id)
        return f"{address}{self._back or '?'}{'&' if self._back else ''}comment={anchor}#{anchor}"

    @cached_property
    def _path(self) -> str:
        return path_to("search.results")

    @cached_property
    def _posts(self) -> str:
        return path_to("posts.post", post_id="-").removesuffix("-")

    @cached_property
    def _back(self) -> str:
        """What leads from a text back to this page of the results."""
        return self.searched(page=self._query.page)[len(self._path) :]

    @cached_property
    def _narrowings(self) -> dict[str, tuple[str, str]]:
        return {}

    def _narrowing(self, name: str) -> tuple[str, str]:
        """Return what stands before and after the value of one filter more."""
        if name not in self._narrowings:
            before = [*self._words, *self._held(besides=name), f"{name}="]
            self._narrowings[name] = (self._search(before), "".join(f"&{part}" for part in self._sort))
        return self._narrowings[name]

    def _held(self, besides: str = "") -> Iterable[str]:
        return (part for name, parts in self._filters.items() if name != besides for part in parts)

    def _search(self, parts: list[str]) -> str:
        return f"{self._path}?{'&'.join(parts)}" if parts else self._path


def path_to(endpoint: str, **values: str) -> str:
    """Return the path of a page that every page leads to; it depends on the prefix alone, and is remembered."""
    return _path_below(request.script_root, endpoint, tuple(values.items()))


def address(path: str, arguments: Pairs) -> str:
    """Return a path with arguments."""
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path


def _encoded(values: Iterable[str], name: str) -> list[str]:
    return [f"{name}={quote_plus(value)}" for value in values]


@lru_cache(maxsize=256)
def _path_below(root: str, endpoint: str, values: tuple[tuple[str, str], ...]) -> str:  # noqa: ARG001 (what it is remembered by)
    arguments: Pairs = dict(values)
    return url_for(endpoint, **arguments)


#: A year, the longest that caches are asked for.
KEPT_SECONDS = 365 * 24 * 3600

_TAG_LENGTH = 12


def versioned(app: Flask) -> Callable[[str], str]:
    """Return the function by which templates name a static file."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=64)
    def tag(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:_TAG_LENGTH]

    def address(name: str) -> str:
        return path_to("static", filename=name, v=tag(name))

    return address
