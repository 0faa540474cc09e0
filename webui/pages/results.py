"""Lists of hits, and a page of results, as templates show them: all that is looked up or computed for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.search.results import Facet, Hit, Query, Results
from webui.formatting import ShownDate, facet_title, facet_values, shown_date, sort_title
from webui.holdings import site_names
from webui.links import Addresses
from webui.params import MAX_PAGE, SORTS
from webui.timeline import Timeline, months, timeline, years

#: Values of a facet shown at once; more are found by narrowing.
FACET_VALUES_SHOWN = 12
#: Page links on each side of the present one.
PAGES_AROUND = 2


@dataclass(frozen=True, slots=True)
class HitItem:
    """A hit as an item of a list."""

    hit: Hit
    #: Address of its text on our pages.
    address: str
    #: Address of all hits in its thread.
    thread_address: str
    #: The site's name.
    site: str
    #: `None` where it is undated.
    date: ShownDate | None
    #: Where the query's words stand in it, in words; empty where that goes without saying.
    places: str
    #: Texts that say the same.
    also: tuple["HitItem", ...]


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

    title: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetLinks:
    """A facet's values as links that narrow the results; a chosen one lets go."""

    name: str
    title: str
    links: tuple[Link, ...]
    #: Number of values not shown.
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """The pages around this one; `previous` and `next` are addresses, `None` where there is no such page."""

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
    #: The filters held.
    chips: tuple[Chip, ...]
    #: The orders to choose from; relevance only where there are words.
    sorts: tuple[Link, ...]
    #: The facets that would narrow the results, or already do.
    facets: tuple[FacetLinks, ...]
    timeline: Timeline | None
    #: Number of hits that stand nowhere in the timeline, as their date is not known so far.
    unplaced: int
    #: Words that stand in many of the best hits and in few other texts: with one more, the results are fewer. `None`
    #: where they were not asked for.
    words: tuple[Link, ...] | None
    #: Address of this page with `words`.
    words_address: str
    pager: Pager
    #: Address of these results as a feed.
    feed_address: str
    #: Address of all these results as JSON lines.
    export_address: str
    #: Address of the same words without filters; `None` when none is held.
    without_filters: str | None
    #: Address of the query as it was perhaps meant; `None` without a suggestion.
    meant: str | None


def result_page(results: Results, terms: Sequence[str] | None = None) -> ResultPage:
    """Show one page of results, and words that would narrow them, `None` where they were not asked for."""
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
    """Return hits as items of a list, from which one comes back to the query of `addresses`, if there was one."""
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
    """Return hits a year, or a month where all are of one year, oldest first; `None` for fewer than two of these."""
    counts = dict(next((facet.counts for facet in results.facets if facet.name == "year"), ()))
    if len(counts) != 1:
        return timeline(years(counts, addresses.narrowed("year", counts)))
    if len(results.months) <= 1:
        return None
    (year,) = counts
    of_months = {f"{year}-01": 0, f"{year}-12": 0} | dict(results.months)
    return timeline(months(of_months, addresses.narrowed("month", of_months)))


def unplaced(results: Results, chart: Timeline | None) -> int:
    """Return the number of hits that stand nowhere in a chart, as their date is not known so far."""
    return results.total - sum(bar.point.count for bar in chart.bars) if chart else 0


def first_number(query: Query) -> int:
    """Return the number of the first hit of a page, from 1."""
    return (query.page - 1) * query.per_page + 1


def last_page(results: Results) -> int:
    """Return the number of the last page that can be opened."""
    return max(1, min(-(-results.listed // results.query.per_page), MAX_PAGE))


def _places(hit: Hit) -> str:
    """Return in words where the query's words stand in a text; empty where they stand in the text alone."""
    if hit.matched == ("text",):
        return ""
    tags = f"{'tag' if len(hit.tags) == 1 else 'tags'} {', '.join(hit.tags)}"
    return ", ".join(tags if place == "tags" else place for place in hit.matched)


def _chips(results: Results, addresses: Addresses) -> tuple[Chip, ...]:
    """Return the filters held, each value as readers know it: a thread by its post's title."""
    chips = []
    for name, value in results.query.filters:
        (shown,) = facet_values(name, [value])
        if name == "thread":
            shown = next((hit.title for hit in results.hits if hit.title), value)
        chips.append(Chip(facet_title(name), shown, addresses.without(name, [value])[value]))
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
