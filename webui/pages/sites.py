"""Template values of the sites pages: charts, outcomes and counts of crawls."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from archive.store.coverage import SiteCoverage
from archive.store.jobs import Job
from archive.store.sites import SiteCrawl
from webui.formatting import counted
from webui.timeline import Point, Timeline, months, timeline, years

#: Outcome of a site's last crawl, in words.
ENDINGS = {
    "begun": "Running or killed",
    "finished": "Finished",
    "budget": "Budget used up",
    "postponed": "Postponed",
    "refused": "Refused",
    "stopped": "Stopped",
    "failed": "Failed",
    "moved": "Moved",
}
#: Most bars in the chart of a table row.
MOST_BARS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRow:
    """A crawl, its outcome, and the number of new posts and comments."""

    spider: str
    started: datetime
    #: "OK", or what went wrong.
    outcome: str
    healthy: bool
    posts: int
    comments: int


def month_points(site: SiteCoverage, *, of_comments: bool) -> tuple[Point, ...]:
    """Return posts or comments per month, from the first month with either to the last; empty if there are none."""
    counts = {month.month: month.comments if of_comments else month.posts for month in site.months}
    return months(counts) if any(counts.values()) else ()


def row_chart(site: SiteCoverage, *, of_comments: bool) -> Timeline | None:
    """Return the chart of a table row: texts per month, or per year if there are too many months."""
    points = month_points(site, of_comments=of_comments)
    if len(points) <= MOST_BARS:
        return timeline(points)
    counts: Counter[str] = Counter()
    for point in points:
        counts[point.label[:4]] += point.count
    return timeline(years(counts))


def brought_words(crawl: SiteCrawl) -> str:
    """Return what a crawl found on a site, in words; zero counts are left out."""
    counts = (
        (crawl.posts_new, "new"),
        (crawl.posts_changed, "changed"),
        (crawl.posts_unchanged, "unchanged"),
        (crawl.posts_failed, "failed"),
        (crawl.threads_short, "with missing comments"),
    )
    post_counts = ", ".join(f"{count:,} {words}" for count, words in counts if count)
    posts = f"posts: {post_counts}" if post_counts else ""
    comments = counted(crawl.comments_new, "new comment") if crawl.comments_new else ""
    return "; ".join(part for part in (posts, comments) if part) or "nothing was due" * (crawl.ending == "finished")


def crawl_row(job: Job) -> CrawlRow:
    """Return a job as a row of the table of crawls."""
    report = job.report or {}
    counts = report.get("counts", {})
    healthy = job.ended is not None and report.get("healthy", True)
    if healthy:
        outcome = "OK"
    elif job.ended is None:
        outcome = "Running or killed"
    else:
        outcome = "; ".join(map(str, report.get("reasons") or ())) or "Failed, no reason given"
    return CrawlRow(
        spider=job.spider,
        started=job.started,
        outcome=outcome,
        healthy=healthy,
        posts=counts.get("archive/posts_new", 0),
        comments=counts.get("archive/comments_new", 0),
    )
