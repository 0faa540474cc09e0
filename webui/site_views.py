"""What is archived of each site, and whether it is whole."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from archive.coverage import SiteCoverage
from archive.errors import NotFoundError
from archive.records import parse_time
from archive.results import Query
from webui.opening import archive, covered
from webui.timeline import Point, Timeline, months, timeline, years

blueprint = Blueprint("sites", __name__)

#: Posts and names shown of a site.
LATEST = 8
#: Crawls told of.
CRAWLS = 8
#: Bars in the chart of a table's row.
MOST_BARS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """A crawl, how it went, and what it brought."""

    spider: str
    started: datetime
    #: `well`, or what was not.
    outcome: str
    posts: int
    comments: int


@blueprint.get("/sites")
def overview() -> str:
    """List the sites, those with most posts first."""
    sites = sorted(covered().values(), key=lambda each: (-each.posts, each.site))
    charts = {each.site: (_row_chart(each, of_comments=False), _row_chart(each, of_comments=True)) for each in sites}
    crawls = [_crawl(job) for job in archive().visits.jobs(CRAWLS)]
    return render_template("sites.html", sites=sites, charts=charts, crawls=crawls)


@blueprint.get("/sites/<site>")
def site(site: str) -> str:
    """Show what is archived of one site."""
    found = covered().get(site)
    if found is None:
        raise NotFoundError(f"nothing of “{site[:100]}” is archived")
    latest = archive().search(Query(filters=(("site", site), ("kind", "post")), sort="newest", per_page=LATEST))
    return render_template(
        "site.html",
        site=found,
        posts=timeline(_months(found, of_comments=False)),
        comments=timeline(_months(found, of_comments=True)),
        latest=latest.hits,
        authors=next((facet.counts for facet in latest.facets if facet.name == "author"), ())[:LATEST],
    )


def _row_chart(found: SiteCoverage, *, of_comments: bool) -> Timeline | None:
    """Return a chart of a table's row: texts a month, or a year where there are too many months to see."""
    points = _months(found, of_comments=of_comments)
    if len(points) <= MOST_BARS:
        return timeline(points)
    counts: Counter[int] = Counter()
    for point in points:
        counts[int(point.label[:4])] += point.count
    return timeline(years(counts))


def _months(found: SiteCoverage, *, of_comments: bool) -> tuple[Point, ...]:
    """Return posts or comments a month, both from the first month that has either to the last; nothing for none."""
    counts = {each.month: each.comments if of_comments else each.posts for each in found.months}
    return months(counts) if any(counts.values()) else ()


def _crawl(job: Mapping[str, Any]) -> Crawl:
    report = job["report"] or {}
    counts = report.get("counts", {})
    if not job["ended"]:
        outcome = "not ended: running, or killed"
    elif report.get("healthy", True):
        outcome = "well"
    else:
        outcome = "; ".join(map(str, report.get("reasons") or ())) or "failed, for no reason given"
    return Crawl(
        spider=job["spider"],
        started=parse_time(job["started"]),
        outcome=outcome,
        posts=counts.get("archive/posts_new", 0),
        comments=counts.get("archive/comments_new", 0),
    )
