"""A page of results as the template shows it: every link is an address, computed here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from archive.search.results import Facet, Hit, Results
from webui.formatting import facet_value
from webui.links import Addresses, address, path_to
from webui.params import MAX_PAGE, SORTS, pairs
from webui.timeline import Timeline, months, timeline, years

#: Values of a facet shown at once; more are found by narrowing.
FACET_VALUES_SHOWN = 12
#: Page links on each side of the present one.
PAGES_AROUND = 2


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

    def __init__(self, results: Results, terms: Sequence[str] | None = None) -> None:
        """Show one page of results, and words that would narrow them, `None` where they were not asked for."""
        self.results = results
        self.query = results.query
        self.words_asked = terms is not None
        self._terms = terms or ()
        self._addresses = Addresses(results.query)

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """The filters held."""
        return tuple(
            Chip(name, self._shown(name, value), self._addresses.without(name, value))
            for name, value in self.query.filters
        )

    @cached_property
    def sorts(self) -> tuple[Link, ...]:
        """The orders to choose from; relevance only where there are words."""
        orders = SORTS if self.query.text else SORTS[1:]
        return tuple(
            Link(sort, self._addresses.searched(sort=sort), chosen=sort == self.query.sort) for sort in orders
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
        """Hits a year, or a month where all are of one year, oldest first; `None` when there are no two of these."""
        found = {int(year): count for year, count in self._counts("year")}
        if len(found) != 1:
            return timeline(years(found, address=self._in_year))
        (year,) = found
        counts = {f"{year}-01": 0, f"{year}-12": 0} | dict(self.results.months)
        return timeline(months(counts, address=self._in_month)) if len(self.results.months) > 1 else None

    @cached_property
    def unplaced(self) -> int:
        """Number of hits that stand nowhere in the timeline, as their date is not known so far."""
        placed = sum(bar.point.count for bar in self.timeline.bars) if self.timeline else self.results.total
        return self.results.total - placed

    @cached_property
    def words(self) -> tuple[Link, ...]:
        """Words that stand in many of the best hits and in few other texts: with one more, the results are fewer."""
        text = self.query.text
        return tuple(
            Link(term, Addresses(replace(self.query, text=f"{text} +{term}".strip(), page=1)).searched())
            for term in self._terms
        )

    @property
    def words_address(self) -> str:
        """Address of this page with `words`."""
        return address(path_to("search.results"), pairs(self.query) | {"words": ["1"]}) + "#words"

    @cached_property
    def last_page(self) -> int:
        """Number of the last page that can be opened."""
        return max(1, min(-(-self.results.listed // self.query.per_page), MAX_PAGE))

    @cached_property
    def previous(self) -> str | None:
        """Address of the page before."""
        page = min(self.query.page - 1, self.last_page)
        return self._addresses.searched(page=page) if page >= 1 else None

    @cached_property
    def next(self) -> str | None:
        """Address of the page after."""
        return self._addresses.searched(page=self.query.page + 1) if self.query.page < self.last_page else None

    @cached_property
    def pages(self) -> tuple[Link, ...]:
        """The pages around this one."""
        first = max(1, min(self.query.page, self.last_page) - PAGES_AROUND)
        last = min(self.last_page, first + 2 * PAGES_AROUND)
        numbers = range(max(1, last - 2 * PAGES_AROUND), last + 1)
        return tuple(
            Link(str(number), self._addresses.searched(page=number), chosen=number == self.query.page)
            for number in numbers
        )

    @property
    def first(self) -> int:
        """Number of the first hit on this page, from 1."""
        return (self.query.page - 1) * self.query.per_page + 1

    @cached_property
    def feed_address(self) -> str:
        """Address of these results as a feed."""
        return address(path_to("feeds.atom"), pairs(replace(self.query, sort="newest")))

    @property
    def export_address(self) -> str:
        """Address of all these results as JSON lines."""
        return address(path_to("feeds.export"), pairs(self.query))

    @property
    def without_filters(self) -> str | None:
        """Address of the same words without filters; `None` when none is held."""
        if not self.query.filters or not self.query.text:
            return None
        return Addresses(replace(self.query, filters=())).searched()

    @property
    def meant(self) -> str | None:
        """Address of the query as it was perhaps meant; `None` without a suggestion."""
        suggestion = self.results.suggestion
        return Addresses(replace(self.query, text=suggestion)).searched() if suggestion else None

    def narrowed_address(self, name: str, value: str) -> str:
        """Return the address of these results with one filter more."""
        return self._addresses.narrowed(name, value)

    def thread_address(self, hit: Hit) -> str:
        """Return the address of all hits in the thread of one."""
        return self._addresses.narrowed("thread", hit.post_id)

    def hit_address(self, hit: Hit) -> str:
        """Return the address of a hit's text on our pages, from where one comes back to these results."""
        return self._addresses.text(hit)

    def _shown(self, name: str, value: str) -> str:
        """Return a filter's value as readers know it: a thread by its post's title."""
        if name != "thread":
            return facet_value(value, name)
        return next((hit.title for hit in self.results.hits if hit.title), value)

    def _in_year(self, year: int) -> str:
        return self._addresses.narrowed("year", str(year))

    def _in_month(self, month: str) -> str:
        return self._addresses.narrowed("month", month)

    def _counts(self, name: str) -> tuple[tuple[str, int], ...]:
        return next((facet.counts for facet in self.results.facets if facet.name == name), ())

    def _facet(self, facet: Facet) -> FacetLinks:
        chosen = {value for name, value in self.query.filters if name == facet.name}
        lead = self._addresses
        counts = facet.counts[:FACET_VALUES_SHOWN]
        links = tuple(
            Link(
                facet_value(value, facet.name),
                lead.without(facet.name, value) if value in chosen else lead.narrowed(facet.name, value),
                count,
                value in chosen,
            )
            for value, count in counts
            if value
        )
        return FacetLinks(facet.name, links, len(facet.counts) - len(counts))
