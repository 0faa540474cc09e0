"""What is archived of each site, and whether it is whole."""

from collections import Counter

from flask import Blueprint, render_template

from archive.coverage import SiteCoverage
from archive.errors import NotFoundError
from archive.results import Query
from webui.opening import archive, covered
from webui.timeline import Timeline, months, timeline, years

blueprint = Blueprint("sites", __name__)

#: Posts and names shown of a site.
LATEST = 8
#: Bars in the chart of a table's row.
MOST_BARS = 48


@blueprint.get("/sites")
def overview() -> str:
    """List the sites, those with most posts first."""
    sites = sorted(covered().values(), key=lambda each: (-each.posts, each.site))
    charts = {each.site: _row_chart(each) for each in sites}
    return render_template("sites.html", sites=sites, charts=charts)


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
        posts=timeline(months({each.month: each.posts for each in found.months if each.posts})),
        comments=timeline(months({each.month: each.comments for each in found.months if each.comments})),
        latest=latest.hits,
        authors=next((facet.counts for facet in latest.facets if facet.name == "author"), ())[:LATEST],
    )


def _row_chart(found: SiteCoverage) -> Timeline | None:
    """Return the chart of a table's row: posts a month, or a year where there are too many months to see."""
    points = months({each.month: each.posts for each in found.months if each.posts})
    if len(points) <= MOST_BARS:
        return timeline(points)
    counts: Counter[int] = Counter()
    for point in points:
        counts[int(point.label[:4])] += point.count
    return timeline(years(counts))
