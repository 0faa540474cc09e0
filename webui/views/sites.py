"""The list of sites: what is archived of each, and whether it is complete."""

from flask import Blueprint, render_template

from archive.errors import NotFoundError
from archive.search.results import Query
from webui.holdings import archive, site_coverage
from webui.pages.results import hit_items
from webui.pages.sites import ENDINGS, brought_words, crawl_row, month_points, row_chart
from webui.timeline import timeline

blueprint = Blueprint("sites", __name__)

#: Posts and names shown of a site.
LATEST = 8
#: Crawls told of.
CRAWLS = 8


@blueprint.get("/sites")
def overview() -> str:
    """List the sites, those with most posts first."""
    sites = sorted(site_coverage().values(), key=lambda site: (-site.posts, site.site))
    charts = {site.site: (row_chart(site, of_comments=False), row_chart(site, of_comments=True)) for site in sites}
    crawls = [crawl_row(job) for job in archive().jobs.latest(CRAWLS)]
    brought = {site.site: brought_words(site.crawl) for site in sites if site.crawl is not None}
    return render_template("sites.html", sites=sites, charts=charts, crawls=crawls, brought=brought, endings=ENDINGS)


@blueprint.get("/sites/<site>")
def site(site: str) -> str:
    """Show what is archived of one site."""
    covered = site_coverage().get(site)
    if covered is None:
        raise NotFoundError(f"nothing of “{site[:100]}” is archived")
    latest = archive().search(Query(filters=(("site", site), ("kind", "post")), sort="newest", per_page=LATEST))
    return render_template(
        "site.html",
        site=covered,
        brought=brought_words(covered.crawl) if covered.crawl is not None else "",
        endings=ENDINGS,
        posts=timeline(month_points(covered, of_comments=False)),
        comments=timeline(month_points(covered, of_comments=True)),
        latest=hit_items(latest.hits),
        authors=next((facet.counts for facet in latest.facets if facet.name == "author"), ())[:LATEST],
    )
