"""What came of each site in one crawl: how its turn ended, and what it brought."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from archive.records.models import Visit
from archive.store.coverage import FORBIDDEN
from archive.store.frontier import succeeded
from archive.store.jobs import Ending, SiteCrawl
from archive.store.posts import Change
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError

#: Several blogs may be one site: the gravest ending is told.
_GRAVITY: tuple[Ending, ...] = ("begun", "finished", "budget", "postponed", "refused", "stopped", "failed")

#: Characters kept of a reason.
_REASON = 500


@dataclass(frozen=True, slots=True)
class SiteEnding:
    """How a site's turn ended, and why where it is not `finished`."""

    ending: Ending = "finished"
    reason: str | None = None

    @classmethod
    def of_error(cls, error: UnreadableError) -> "SiteEnding":
        """Return how a turn ended in which the site could not be had."""
        if isinstance(error, PostponedError):
            return cls("postponed", error.reason)
        return cls("refused" if isinstance(error, RefusedError) else "failed", error.reason)


class Outcomes:
    """What has come of the sites of one crawl so far."""

    def __init__(self, spider: str) -> None:
        """Begin with no site."""
        self._spider = spider
        self._sites: dict[str, SiteCrawl] = {}
        self._moved: dict[str, str] = {}

    def begin(self, site: str) -> SiteCrawl:
        """Note that a site's turn begins now; return what is known of it."""
        if site not in self._sites:
            self._sites[site] = SiteCrawl(spider=self._spider, ending="begun", began=datetime.now(UTC))
        return self._sites[site]

    def end(self, site: str, end: SiteEnding, *, now_at: str | None = None) -> None:
        """Note how a site's turn ended; `now_at` is the name under which its posts are kept, where it is another."""
        if now_at is not None and now_at != site:
            self._moved[site] = now_at
            site = now_at
        known = self.begin(site)
        if _GRAVITY.index(end.ending) >= _GRAVITY.index(known.ending):
            reason = end.reason[:_REASON] if end.reason else None
            self._sites[site] = replace(known, ending=end.ending, reason=reason, ended=datetime.now(UTC))

    def count(self, visit: Visit, change: Change | None) -> None:
        """Count what a visit brought."""
        known = self.begin(visit.site)
        name = _counted_as(visit, change)
        values = {name: getattr(known, name) + 1} if name is not None else {}
        if visit.post is not None and not visit.thread_whole:
            values["threads_short"] = known.threads_short + 1
        if change is not None:
            values["comments_new"] = known.comments_new + change.comments_new
            values["comments_changed"] = known.comments_changed + change.comments_changed
            values["comments_removed"] = known.comments_removed + change.comments_removed
        self._sites[visit.site] = replace(known, **values)

    def at_end(self, finish_reason: str) -> dict[str, SiteCrawl]:
        """Return what came of each site, those still at their turn among them, for a crawl that ends now."""
        found = {site: _ended(crawl, finish_reason) for site, crawl in self._sites.items() if site not in self._moved}
        return found | {old: found[new].under(new) for old, new in self._moved.items() if new in found}


def outcomes_of(crawler: Crawler) -> Outcomes:
    """Return the outcomes of a crawl, shared by its spider, pipeline and extensions."""
    found = _outcomes.get(crawler)
    if found is None:
        found = _outcomes[crawler] = Outcomes(crawler.spidercls.name)
    return found


_outcomes: WeakKeyDictionary[Crawler, Outcomes] = WeakKeyDictionary()


def _counted_as(visit: Visit, change: Change | None) -> str | None:
    if visit.post is not None and change is not None:
        return None if change.post == "denied" else f"posts_{change.post}"
    if change is not None or visit.reason is None:
        return "posts_unchanged"
    if visit.reason == FORBIDDEN:
        return "refused"
    return "without_post" if succeeded(visit) else "posts_failed"


def _ended(crawl: SiteCrawl, finish_reason: str) -> SiteCrawl:
    """Return the outcome with the ending that its counts and the crawl's own end give it."""
    crawl = replace(crawl, ended=crawl.ended or datetime.now(UTC))
    read = crawl.posts_new + crawl.posts_changed + crawl.posts_unchanged + crawl.without_post
    if crawl.ending == "begun" and finish_reason != "finished":
        why = "by a signal" if finish_reason == "shutdown" else f"({finish_reason})"
        return replace(crawl, ending="stopped", reason=f"stopped before its end {why}")
    if crawl.refused and not read and not crawl.posts_failed:
        return replace(crawl, ending="refused", reason=f"robots.txt forbids what was due: {crawl.refused} addresses")
    if crawl.ending == "begun":  # a spider without turns
        silent = crawl.posts_failed and not read
        return replace(
            crawl, ending="failed" if silent else "finished", reason="nothing was answered" if silent else None
        )
    return crawl
