"""Template values of lists of hits and of a page of results."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.search.results import Facet, Hit, Query, Results
from webui.formatting import ShownDate, facet_title, facet_values, shown_date, sort_title
from webui.holdings import site_names
from webui.links import Addresses
from webui.params import MAX_PAGE, SORTS
from webui.timeline import Timeline, months, timeline, years

#: Most values shown of a facet.
FACET_VALUES_SHOWN = 12
#: Page links on each side of the current one.
PAGES_AROUND = 2


@dataclass(frozen=True, slots=True)
class HitItem:
    """A hit in a list."""

    hit: Hit
    #: URL of its text in the web UI.
    address: str
    #: URL of all hits in its thread.
    thread_address: str
    #: The site's name.
    site: str
    #: `None` if it is undated.
    date: ShownDate | None
    #: Fields that the query's words match, in words; empty if that is the text alone.
    places: str
    #: Copies of the same text.
    also: tuple["HitItem", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A link with a count; `chosen` is true for the current choice."""

    value: str
    address: str
    count: int | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the URL of the results without it."""

    #: Name of the facet with a colon; empty if the value says it all.
    title: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetLinks:
    """A facet's values as links that narrow the results; the link of a chosen value removes its filter."""

    name: str
    title: str
    links: tuple[Link, ...]
    #: Number of values not shown.
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """The pages around the current one; `previous` and `next` are URLs, `None` if there is no such page."""

    last: int
    previous: str | None
    next: str | None
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """What the template shows of `Results`."""

    results: Results
    query: Query
    hits: tuple[HitItem, ...]
    #: Number of the first hit on this page, from 1.
    first: int
    #: The active filters.
    chips: tuple[Chip, ...]
    #: The sort orders; relevance only if the query has words.
    sorts: tuple[Link, ...]
    #: The facets that narrow the results, or could.
    facets: tuple[FacetLinks, ...]
    timeline: Timeline | None
    #: Number of hits that are not in the timeline because their date is too vague or unknown.
    unplaced: int
    #: Suggested words that narrow the search: common in the best hits, rare elsewhere. `None` if they were not
    #: requested.
    words: tuple[Link, ...] | None
    #: URL of this page with `words`.
    words_address: str
    pager: Pager
    #: URL of these results as a feed.
    feed_address: str
    #: URL of all these results as JSON lines.
    export_address: str
    #: URL of the same words without filters; `None` if there are no words or no filters.
    without_filters: str | None
    #: URL of the suggested query; `None` without a suggestion.
    meant: str | None


def result_page(results: Results, terms: Sequence[str] | None = None) -> ResultPage:
    """Return one page of results with suggested words; `terms` is `None` if they were not requested."""
    query, addresses = results.query, Addresses(results.query)
    chart = hits_over_time(results, addresses)
    facets = [_facet_links(facet, query, addresses) for facet in results.facets]
    bare = replace(query, filters=()) if query.filters and query.text else None
    meant = replace(query, text=results.suggestion) if results.suggestion else None
    return ResultPage(
        results=results,
        query=query,
        hits=hit_items(results.hits, addresses),
        first=first_number(query),
        chips=_chips(results, addresses),
        sorts=_sorts(query, addresses),
        facets=tuple(
            facet for facet in facets if any(link.chosen or link.count != results.total for link in facet.links)
        ),
        timeline=chart,
        unplaced=unplaced(results, chart),
        words=None if terms is None else _words(query, terms),
        words_address=addresses.words(),
        pager=_pager(results, addresses),
        feed_address=addresses.feed(),
        export_address=addresses.export(),
        without_filters=Addresses(bare).searched() if bare else None,
        meant=Addresses(meant).searched() if meant else None,
    )


def hit_items(hits: Sequence[Hit], addresses: Addresses | None = None) -> tuple[HitItem, ...]:
    """Return hits as items of a list; their URLs lead back to the query of `addresses`, if it is given."""
    if not hits:
        return ()
    addresses = addresses or Addresses()
    texts = addresses.texts(hits)
    threads = addresses.narrowed("thread", (hit.post_id for hit in hits))
    names = site_names()
    return tuple(
        HitItem(
            hit=hit,
            address=address,
            thread_address=threads[hit.post_id],
            site=names.get(hit.site, hit.site),
            date=shown_date(hit.published, hit.published_precision),
            places=_places(hit),
            also=hit_items(hit.also, addresses),
        )
        for hit, address in zip(hits, texts, strict=True)
    )


def hits_over_time(results: Results, addresses: Addresses) -> Timeline | None:
    """Return a chart of hits per year, or per month if all are of one year; `None` for fewer than two bars."""
    counts = dict(next((facet.counts for facet in results.facets if facet.name == "year"), ()))
    if len(counts) != 1:
        return timeline(years(counts, addresses.narrowed("year", counts)))
    if len(results.months) <= 1:
        return None
    (year,) = counts
    of_months = {f"{year}-01": 0, f"{year}-12": 0} | dict(results.months)
    return timeline(months(of_months, addresses.narrowed("month", of_months)))


def unplaced(results: Results, chart: Timeline | None) -> int:
    """Return the number of hits that are not in a chart because their date is too vague or unknown."""
    return results.total - sum(bar.point.count for bar in chart.bars) if chart else 0


def first_number(query: Query) -> int:
    """Return the number of the first hit of a page, from 1."""
    return (query.page - 1) * query.per_page + 1


def last_page(results: Results) -> int:
    """Return the number of the last page that can be opened."""
    return max(1, min(-(-results.listed // results.query.per_page), MAX_PAGE))


def _places(hit: Hit) -> str:
    """Return the fields that the query's words match, in words; empty if that is the text alone."""
    if hit.matched == ("text",):
        return ""
    tags = f"{'tag' if len(hit.tags) == 1 else 'tags'} {', '.join(hit.tags)}"
    return ", ".join(tags if place == "tags" else place for place in hit.matched)


def _chips(results: Results, addresses: Addresses) -> tuple[Chip, ...]:
    """Return the active filters, such as "Site: Ledger" or "Has comments"; a thread by its post's title."""
    chips = []
    for name, value in results.query.filters:
        (shown,) = facet_values(name, [value])
        if name == "thread":
            shown = next((hit.title for hit in results.hits if hit.title), value)
        title = "" if name == "has" else f"{facet_title(name)}:"
        chips.append(Chip(title, shown, addresses.without(name, [value])[value]))
    return tuple(chips)


def _sorts(query: Query, addresses: Addresses) -> tuple[Link, ...]:
    orders = SORTS if query.text else SORTS[1:]
    titles = [sort_title(sort) for sort in orders]
    return tuple(
        Link(title, addresses.searched(sort=sort), chosen=sort == query.sort)
        for sort, title in zip(orders, titles, strict=True)
    )


def _facet_links(facet: Facet, query: Query, addresses: Addresses) -> FacetLinks:
    chosen = {value for name, value in query.filters if name == facet.name}
    shown = facet.counts[:FACET_VALUES_SHOWN]
    counts = {value: count for value, count in shown if value}
    targets = addresses.narrowed(facet.name, counts) | (addresses.without(facet.name, chosen) if chosen else {})
    links = tuple(
        Link(words, targets[value], count, value in chosen)
        for (value, count), words in zip(counts.items(), facet_values(facet.name, counts), strict=True)
    )
    return FacetLinks(facet.name, facet_title(facet.name), links, len(facet.counts) - len(shown))


def _words(query: Query, terms: Sequence[str]) -> tuple[Link, ...]:
    queries = [replace(query, text=f"{query.text} +{term}".strip(), page=1) for term in terms]
    return tuple(Link(term, Addresses(query).searched()) for term, query in zip(terms, queries, strict=True))


def _pager(results: Results, addresses: Addresses) -> Pager:
    page, last = results.query.page, last_page(results)
    before = min(page - 1, last)
    first_link = max(1, min(page, last) - PAGES_AROUND)
    last_link = min(last, first_link + 2 * PAGES_AROUND)
    numbers = range(max(1, last_link - 2 * PAGES_AROUND), last_link + 1)
    return Pager(
        last=last,
        previous=addresses.searched(page=before) if before >= 1 else None,
        next=addresses.searched(page=page + 1) if page < last else None,
        links=tuple(Link(str(number), addresses.searched(page=number), chosen=number == page) for number in numbers),
    )
