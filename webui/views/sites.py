"""What is archived of each site, and whether it is whole."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template

from archive.errors import NotFoundError
from archive.search.results import Query
from archive.store.coverage import SiteCoverage
from archive.store.jobs import Job
from archive.store.sites import SiteCrawl
from webui.formatting import counted
from webui.holdings import archive, covered
from webui.timeline import Point, Timeline, months, timeline, years

blueprint = Blueprint("sites", __name__)

#: Posts and names shown of a site.
LATEST = 8
#: Crawls told of.
CRAWLS = 8
#: How a site's last crawl ended, in a word.
ENDINGS = {
    "begun": "Not ended: running, or killed",
    "finished": "Finished",
    "budget": "Budget spent",
    "postponed": "Put off",
    "refused": "Refused",
    "stopped": "Stopped",
    "failed": "Failed",
    "moved": "Moved",
}
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
    crawls = [_crawl(job) for job in archive().jobs.latest(CRAWLS)]
    brought = {each.site: _brought(each.crawl) for each in sites if each.crawl is not None}
    return render_template("sites.html", sites=sites, charts=charts, crawls=crawls, brought=brought, endings=ENDINGS)


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
        brought=_brought(found.crawl) if found.crawl is not None else "",
        endings=ENDINGS,
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


def _brought(crawl: SiteCrawl) -> str:
    """Return what a crawl brought of a site, in words; what there was none of is left out."""
    counts = (
        (crawl.posts_new, "new"),
        (crawl.posts_changed, "changed"),
        (crawl.posts_unchanged, "unchanged"),
        (crawl.posts_failed, "failed"),
        (crawl.threads_short, "with a short thread"),
    )
    of_posts = ", ".join(f"{count:,} {words}" for count, words in counts if count)
    posts = f"posts: {of_posts}" if of_posts else ""
    said = counted(crawl.comments_new, "new comment") if crawl.comments_new else ""
    return "; ".join(part for part in (posts, said) if part) or "nothing was due" * (crawl.ending == "finished")


def _crawl(job: Job) -> Crawl:
    report = job.report or {}
    counts = report.get("counts", {})
    if job.ended is None:
        outcome = "not ended: running, or killed"
    elif report.get("healthy", True):
        outcome = "well"
    else:
        outcome = "; ".join(map(str, report.get("reasons") or ())) or "failed, for no reason given"
    return Crawl(
        spider=job.spider,
        started=job.started,
        outcome=outcome,
        posts=counts.get("archive/posts_new", 0),
        comments=counts.get("archive/comments_new", 0),
    )
