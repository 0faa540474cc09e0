"""URLs of pages, searches and texts.

A page of results has about eighty links that differ in one argument. Their common parts are built once: calling
`url_for` and `urlencode` for every link took as long as the search.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote_plus, urlencode

from flask import current_app, request, url_for

from archive.search.results import Hit, Query, Sort
from webui.formatting import comment_anchor
from webui.params import url_values, usual_sort

#: A year, the longest `max-age` in use.
KEPT_SECONDS = 365 * 24 * 3600

_TAG_LENGTH = 12

#: All texts, newest first: the default query.
EVERYTHING = Query(sort="newest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Paths without arguments, below the prefix of a request."""

    home: str
    search: str
    #: Ends with a slash; an id follows.
    posts: str
    sites: str
    help: str
    feed: str
    export: str
    suggest: str
    sites_json: str
    openapi: str
    opensearch: str
    style: str
    icon: str
    script: str


def paths() -> Paths:
    """Return the paths for the current request; they depend only on its prefix."""
    return _paths_below(request.script_root)


class Addresses:
    """URLs derived from one query."""

    def __init__(self, query: Query = EVERYTHING) -> None:
        """Build URLs of variations of `query`, and of texts that link back to it."""
        self._paths = paths()
        self._page = query.page
        self._usual_sort = usual_sort(query.text)
        arguments = url_values(query)
        self._sort = _encoded("sort", arguments.pop("sort", ()))
        self._words = _encoded("q", arguments.pop("q", ()))
        self._filters = {name: _encoded(name, values) for name, values in arguments.items()}

    def searched(self, *, page: int = 1, sort: Sort | None = None) -> str:
        """Return the URL of a page of the results; with `sort`, in another order."""
        order = self._sort if sort is None else self._sorted(sort)
        numbered = [f"page={page}"] if page > 1 else []
        return _with_arguments(self._paths.search, [*self._words, *self._held(), *order, *numbered])

    def narrowed(self, name: str, values: Iterable[str]) -> dict[str, str]:
        """Return the URLs of the results with a filter `name`, by its value; it replaces filters of the same name."""
        held = [part for part in self._held() if not part.startswith(f"{name}=")]
        before = _with_arguments(self._paths.search, [*self._words, *held, f"{name}="])
        after = "".join(f"&{part}" for part in self._sort)
        return {value: f"{before}{quote_plus(value)}{after}" for value in values}

    def without(self, name: str, values: Iterable[str]) -> dict[str, str]:
        """Return the URLs of the results without one filter, by its value."""
        parts = {value: f"{name}={quote_plus(value)}" for value in values}
        return {
            value: _with_arguments(
                self._paths.search, [*self._words, *(held for held in self._held() if held != part), *self._sort]
            )
            for value, part in parts.items()
        }

    def words(self) -> str:
        """Return the URL of the first page with suggested words."""
        return _with_arguments(self._paths.search, [*self._words, *self._held(), *self._sort, "words=1"]) + "#words"

    def feed(self) -> str:
        """Return the URL of the results as a feed."""
        return _with_arguments(self._paths.feed, [*self._words, *self._held(), *self._sorted("newest")])

    def export(self) -> str:
        """Return the URL of all results as JSON lines."""
        return _with_arguments(self._paths.export, [*self._words, *self._held(), *self._sort])

    def texts(self, hits: Iterable[Hit]) -> list[str]:
        """Return the URLs of hits: posts, or comments in their threads."""
        return [self._text(hit) for hit in hits]

    def _text(self, hit: Hit) -> str:
        address = f"{self._paths.posts}{hit.post_id}{self._back}"
        if hit.kind == "post":
            return address
        anchor = comment_anchor(hit.id)
        return f"{address}{'&' if self._back else '?'}comment={anchor}#{anchor}"

    @cached_property
    def _back(self) -> str:
        """Arguments that lead from a text back to this page of results."""
        return self.searched(page=self._page).removeprefix(self._paths.search)

    def _held(self) -> list[str]:
        return [part for parts in self._filters.values() for part in parts]

    def _sorted(self, sort: Sort) -> list[str]:
        return [] if sort == self._usual_sort else [f"sort={sort}"]


def address(path: str, arguments: Mapping[str, object]) -> str:
    """Return a path with its arguments as a query string."""
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path


def _encoded(name: str, values: Iterable[str]) -> list[str]:
    return [f"{name}={quote_plus(value)}" for value in values]


def _with_arguments(path: str, encoded: list[str]) -> str:
    return f"{path}?{'&'.join(encoded)}" if encoded else path


@lru_cache(maxsize=16)
def _paths_below(root: str) -> Paths:  # noqa: ARG001 (the cache's key)
    return Paths(
        home=url_for("search.home"),
        search=url_for("search.results"),
        posts=url_for("posts.post", post_id="-").removesuffix("-"),
        sites=url_for("sites.overview"),
        help=url_for("search.guide"),
        feed=url_for("feeds.atom"),
        export=url_for("feeds.export"),
        suggest=url_for("api.suggest"),
        sites_json=url_for("api.sites"),
        openapi=url_for("api.openapi"),
        opensearch=url_for("feeds.opensearch"),
        style=_static("style.css"),
        icon=_static("icon.svg"),
        script=_static("comfort.js"),
    )


def _static(name: str) -> str:
    """Return the path of a static file, tagged with its hash so that caches can keep it."""
    tag = sha256((Path(current_app.static_folder or "") / name).read_bytes()).hexdigest()[:_TAG_LENGTH]
    return url_for("static", filename=name, v=tag)
