"""The outcome of each site in one crawl: how its visit ended, and what it brought."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler

from archive.records.models import Visit
from archive.store.coverage import FORBIDDEN
from archive.store.frontier import succeeded
from archive.store.posts import Change
from archive.store.sites import Ending, SiteCrawl
from crawler.pages.fetch import PostponedError, RefusedError, UnreadableError

#: Several blogs may be one site: the gravest ending counts.
_GRAVITY: tuple[Ending, ...] = ("begun", "finished", "budget", "postponed", "refused", "stopped", "failed")

#: Characters kept of a reason.
_REASON = 500


@dataclass(frozen=True, slots=True)
class SiteEnding:
    """How a site visit ended, and why if it did not finish."""

    ending: Ending = "finished"
    reason: str | None = None

    @classmethod
    def of_error(cls, error: UnreadableError) -> "SiteEnding":
        """Return how a site visit ended in which the site could not be fetched."""
        if isinstance(error, PostponedError):
            return cls("postponed", error.reason)
        return cls("refused" if isinstance(error, RefusedError) else "failed", error.reason)


class Outcomes:
    """The outcomes of the sites of one crawl so far."""

    def __init__(self, spider: str) -> None:
        """Begin with no site."""
        self._spider = spider
        self._sites: dict[str, SiteCrawl] = {}
        self._moved: dict[str, str] = {}

    def begin(self, site: str) -> SiteCrawl:
        """Note that a site visit begins now; return what is known of it."""
        if site not in self._sites:
            self._sites[site] = SiteCrawl(spider=self._spider, ending="begun", began=datetime.now(UTC))
        return self._sites[site]

    def end(self, site: str, ending: SiteEnding, *, now_at: str | None = None) -> None:
        """Note how a site visit ended; `now_at` is the key under which its posts are kept, if that is another."""
        if now_at is not None and now_at != site:
            self._moved[site] = now_at
            site = now_at
        known = self.begin(site)
        if _GRAVITY.index(ending.ending) >= _GRAVITY.index(known.ending):
            reason = ending.reason[:_REASON] if ending.reason else None
            self._sites[site] = replace(known, ending=ending.ending, reason=reason, ended=datetime.now(UTC))

    def count(self, visit: Visit, change: Change | None) -> None:
        """Count what a visit brought."""
        known = self.begin(visit.site)
        counter = _counter(visit, change)
        values = {counter: getattr(known, counter) + 1} if counter is not None else {}
        if visit.post is not None and not visit.thread_whole:
            values["threads_short"] = known.threads_short + 1
        if change is not None:
            values["comments_new"] = known.comments_new + change.comments_new
            values["comments_changed"] = known.comments_changed + change.comments_changed
            values["comments_removed"] = known.comments_removed + change.comments_removed
        self._sites[visit.site] = replace(known, **values)

    def at_end(self, finish_reason: str) -> dict[str, SiteCrawl]:
        """Return the outcome of each site for a crawl that ends now, also of those whose visit had not ended."""
        sites = {site: _ended(crawl, finish_reason) for site, crawl in self._sites.items() if site not in self._moved}
        return sites | {old: sites[new].under(new) for old, new in self._moved.items() if new in sites}


def outcomes_of(crawler: Crawler) -> Outcomes:
    """Return the outcomes of a crawl, shared by its spider, pipeline and extensions."""
    outcomes = _outcomes.get(crawler)
    if outcomes is None:
        outcomes = _outcomes[crawler] = Outcomes(crawler.spidercls.name)
    return outcomes


_outcomes: WeakKeyDictionary[Crawler, Outcomes] = WeakKeyDictionary()


def _counter(visit: Visit, change: Change | None) -> str | None:
    """Return the field of `SiteCrawl` that counts a visit; `None` for a post that must not be archived."""
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
    if crawl.ending == "begun":  # a spider that visits no sites
        silent = crawl.posts_failed and not read
        return replace(
            crawl, ending="failed" if silent else "finished", reason="nothing was answered" if silent else None
        )
    return crawl
