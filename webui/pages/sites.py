"""Sites, what is archived of each, and their crawls, as the templates show them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from archive.store.coverage import SiteCoverage
from archive.store.jobs import Job
from archive.store.sites import SiteCrawl
from webui.formatting import counted
from webui.timeline import Point, Timeline, months, timeline, years

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
class CrawlRow:
    """A crawl, how it went, and what it brought."""

    spider: str
    started: datetime
    #: `well`, or what was not.
    outcome: str
    posts: int
    comments: int


def month_points(site: SiteCoverage, *, of_comments: bool) -> tuple[Point, ...]:
    """Return posts or comments a month, both from the first month that has either to the last; nothing for none."""
    counts = {month.month: month.comments if of_comments else month.posts for month in site.months}
    return months(counts) if any(counts.values()) else ()


def row_chart(site: SiteCoverage, *, of_comments: bool) -> Timeline | None:
    """Return a chart of a table's row: texts a month, or a year where there are too many months to see."""
    points = month_points(site, of_comments=of_comments)
    if len(points) <= MOST_BARS:
        return timeline(points)
    counts: Counter[str] = Counter()
    for point in points:
        counts[point.label[:4]] += point.count
    return timeline(years(counts))


def brought_words(crawl: SiteCrawl) -> str:
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
    comments = counted(crawl.comments_new, "new comment") if crawl.comments_new else ""
    return "; ".join(part for part in (posts, comments) if part) or "nothing was due" * (crawl.ending == "finished")


def crawl_row(job: Job) -> CrawlRow:
    """Return a job of the archive as a row of the table of crawls."""
    report = job.report or {}
    counts = report.get("counts", {})
    if job.ended is None:
        outcome = "not ended: running, or killed"
    elif report.get("healthy", True):
        outcome = "well"
    else:
        outcome = "; ".join(map(str, report.get("reasons") or ())) or "failed, for no reason given"
    return CrawlRow(
        spider=job.spider,
        started=job.started,
        outcome=outcome,
        posts=counts.get("archive/posts_new", 0),
        comments=counts.get("archive/comments_new", 0),
    )
