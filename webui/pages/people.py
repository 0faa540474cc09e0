"""Template values of a person's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.records.models import Comment, Post
from archive.search.results import Hit, Results
from webui.formatting import counted, facet_values
from webui.holdings import archive
from webui.links import Addresses
from webui.pages.results import HitItem, Link, first_number, hit_items, hits_over_time, last_page, unplaced
from webui.timeline import Timeline


@dataclass(frozen=True, slots=True)
class PersonText:
    """A text by the person, and whom it replies to."""

    item: HitItem
    #: Author of the text that a comment replies to; `None` for a post, and if it is not known.
    answered: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One page of the texts under a name, with counts of all of them."""

    name: str
    total: int
    #: Counts of posts and comments, in words, linked to them.
    kinds: tuple[Link, ...]
    sites: tuple[Link, ...]
    timeline: Timeline | None
    #: Number of texts that are not in the timeline.
    unplaced: int
    texts: tuple[PersonText, ...]
    #: Number of the first text on this page, from 1.
    first: int
    number: int
    last: int


def person_page(name: str, results: Results) -> PersonPage:
    """Return one page of the texts under a name; `results` must have at least one hit."""
    addresses = Addresses(results.query)
    chart = hits_over_time(results, addresses)
    counts = {facet.name: dict(facet.counts) for facet in results.facets}
    kinds, sites = counts.get("kind", {}), counts.get("site", {})
    of_kind, of_site = addresses.narrowed("kind", kinds), addresses.narrowed("site", sites)
    items = hit_items(results.hits, addresses)
    answered = _answered(results.hits)
    return PersonPage(
        name=name,
        total=results.total,
        kinds=tuple(Link(counted(count, kind), of_kind[kind], count) for kind, count in kinds.items()),
        sites=tuple(
            Link(site_name, of_site[site], count)
            for (site, count), site_name in zip(sites.items(), facet_values("site", sites), strict=True)
        ),
        timeline=chart,
        unplaced=unplaced(results, chart),
        texts=tuple(PersonText(item, author) for item, author in zip(items, answered, strict=True)),
        first=first_number(results.query),
        number=results.query.page,
        last=last_page(results),
    )


def _answered(hits: Sequence[Hit]) -> list[str | None]:
    """Return whom each hit replies to: the author of the parent comment, or of the post."""
    threads = {hit.post_id: archive().store.post(hit.post_id) for hit in hits if hit.kind == "comment"}
    return [_answered_author(hit, threads.get(hit.post_id)) for hit in hits]


def _answered_author(hit: Hit, post: Post | None) -> str | None:
    if hit.kind == "post" or post is None:
        return None
    comments: dict[str, Comment] = {comment.id: comment for comment in post.comments}
    comment = comments.get(hit.id)
    parent = comments.get(comment.parent_id or "") if comment else None
    return parent.author if parent else post.author
