"""A page of results as the template shows it: every link is an address, computed here."""

from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from flask import url_for

from archive.results import Facet, Hit, Query, Results
from webui.params import MAX_PAGE, SORTS, Pairs, pairs
from webui.showing import comment_anchor
from webui.timeline import Timeline, timeline, years

#: Values of a facet shown at once; more are found by narrowing.
FACET_VALUES_SHOWN = 12
#: Page links on each side of the present one.
PAGES_AROUND = 2

#: Facets whose values are shown otherwise.
_CHARTED = "year"


@dataclass(frozen=True, slots=True)
class Link:
    """A link with a count; `chosen` is true where following it would change nothing."""

    value: str
    address: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is held, and the address without it."""

    name: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetLinks:
    """A facet's values as links that narrow the results; a chosen one lets go."""

    name: str
    links: tuple[Link, ...]
    #: Number of values not shown.
    hidden: int


class ResultPage:
    """What the template needs to know of `Results`."""

    def __init__(self, results: Results) -> None:
        """Show one page of results."""
        self.results = results
        self.query = results.query

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """The filters held."""
        return tuple(Chip(name, self._shown(name, value), search_address(without(self.query, name, value)))
                     for name, value in self.query.filters)  # fmt: skip

    @cached_property
    def sorts(self) -> tuple[Link, ...]:
        """The orders to choose from; relevance only where there are words."""
        orders = SORTS if self.query.text else SORTS[1:]
        return tuple(
            Link(sort, search_address(replace(self.query, sort=sort)), chosen=sort == self.query.sort)
            for sort in orders
        )

    @cached_property
    def facets(self) -> tuple[FacetLinks, ...]:
        """The facets that would narrow the results, or already do."""
        found = (self._facet(facet) for facet in self.results.facets)
        return tuple(
            facet for facet in found if any(link.chosen or link.count != self.results.total for link in facet.links)
        )

    @cached_property
    def timeline(self) -> Timeline | None:
        """Hits a year, oldest first; `None` when there are no two years."""
        counts = next((facet.counts for facet in self.results.facets if facet.name == _CHARTED), ())
        chosen = {value for name, value in self.query.filters if name == _CHARTED}
        found = {int(year): count for year, count in counts if year.isdigit()}
        return timeline(years(found, chosen=chosen, address=self._in_year))

    @cached_property
    def last_page(self) -> int:
        """Number of the last page that can be opened."""
        return max(1, min(-(-self.results.listed // self.query.per_page), MAX_PAGE))

    @cached_property
    def previous(self) -> str | None:
        """Address of the page before."""
        page = min(self.query.page - 1, self.last_page)
        return search_address(self.query, page=page) if page >= 1 else None

    @cached_property
    def next(self) -> str | None:
        """Address of the page after."""
        return search_address(self.query, page=self.query.page + 1) if self.query.page < self.last_page else None

    @cached_property
    def pages(self) -> tuple[Link, ...]:
        """The pages around this one."""
        first = max(1, min(self.query.page, self.last_page) - PAGES_AROUND)
        last = min(self.last_page, first + 2 * PAGES_AROUND)
        numbers = range(max(1, last - 2 * PAGES_AROUND), last + 1)
        return tuple(
            Link(str(number), search_address(self.query, page=number), chosen=number == self.query.page)
            for number in numbers
        )

    @property
    def first(self) -> int:
        """Number of the first hit on this page, from 1."""
        return (self.query.page - 1) * self.query.per_page + 1

    @property
    def feed_address(self) -> str:
        """Address of these results as a feed."""
        return _address(url_for("feeds.atom"), pairs(replace(self.query, sort="newest")))

    @property
    def export_address(self) -> str:
        """Address of all these results as JSON lines."""
        return _address(url_for("feeds.export"), pairs(self.query))

    @property
    def without_filters(self) -> str | None:
        """Address of the same words without filters; `None` when none is held."""
        return search_address(replace(self.query, filters=())) if self.query.filters and self.query.text else None

    def narrowed_address(self, name: str, value: str) -> str:
        """Return the address of these results with one filter more."""
        return search_address(narrowed(self.query, name, value))

    @property
    def meant(self) -> str | None:
        """Address of the query as it was perhaps meant; `None` without a suggestion."""
        suggestion = self.results.suggestion
        return search_address(replace(self.query, text=suggestion, page=1)) if suggestion else None

    def thread_address(self, hit: Hit) -> str:
        """Return the address of all hits in the thread of one."""
        return self.narrowed_address("thread", hit.post_id)

    def hit_address(self, hit: Hit) -> str:
        """Return the address of a hit's text on our pages, from where one comes back to these results."""
        return text_address(hit, self.query)

    def _shown(self, name: str, value: str) -> str:
        """Return a filter's value as readers know it: a thread by its post's title."""
        if name != "thread":
            return value
        return next((hit.title for hit in self.results.hits if hit.title), value)

    def _in_year(self, year: int) -> str:
        return self.narrowed_address(_CHARTED, str(year))

    def _facet(self, facet: Facet) -> FacetLinks:
        chosen = {value for name, value in self.query.filters if name == facet.name}
        counts = facet.counts[:FACET_VALUES_SHOWN]
        links = tuple(
            Link(
                value,
                search_address(
                    without(self.query, facet.name, value)
                    if value in chosen
                    else narrowed(self.query, facet.name, value)
                ),
                count,
                value in chosen,
            )
            for value, count in counts
            if value
        )
        return FacetLinks(facet.name, links, len(facet.counts) - len(counts))


def search_address(query: Query, *, page: int = 1) -> str:
    """Return the address of a page of results."""
    return _address(url_for("search.results"), _arguments(query, page))


def text_address(hit: Hit, query: Query) -> str:
    """Return the address of a hit on our pages: a post, or a comment in its thread."""
    path = url_for("posts.post", post_id=hit.post_id)
    arguments = _arguments(query, query.page)
    if hit.kind == "post":
        return _address(path, arguments)
    anchor = comment_anchor(hit.id)
    return f"{_address(path, arguments | {'comment': [anchor]})}#{anchor}"


def narrowed(query: Query, name: str, value: str) -> Query:
    """Return the search with one filter more; another value of the same facet is let go."""
    others = tuple(each for each in query.filters if each[0] != name)
    return replace(query, filters=(*others, (name, value)), page=1)


def without(query: Query, name: str, value: str) -> Query:
    """Return the search with one filter less."""
    return replace(query, filters=tuple(each for each in query.filters if each != (name, value)), page=1)


def _arguments(query: Query, page: int) -> Pairs:
    return pairs(query) | ({"page": [str(page)]} if page > 1 else {})


def _address(path: str, arguments: Pairs) -> str:
    """Return an address with arguments; a page has dozens, and `url_for` is slow at these."""
    return f"{path}?{urlencode(arguments, doseq=True)}" if arguments else path
