"""How whole the archive of a site is: what is there by month, what is missing, and how its visits went."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from archive.records.models import format_time, parse_time
from archive.store.database import Database
from archive.store.sites import SiteCrawl, Sites, SiteState

#: A silence is a gap when it is this many times the site's usual pause, and at least so many months.
GAP_TIMES = 4
GAP_MONTHS = 4

#: Reasons of failure told for a site, the most frequent.
MOST_REASONS = 10

#: What a crawl notes of an address that it may not ask for: no failure, and no post that is missing by our fault.
FORBIDDEN = "robots.txt forbids it"

#: Characters of a month, `2015-03`, and of a day.
_MONTH = 7
_DAY = 10


@dataclass(frozen=True, slots=True)
class Month:
    """What is dated in one month."""

    #: `2015-03`.
    month: str
    posts: int = 0
    comments: int = 0


@dataclass(slots=True, kw_only=True)
class SiteCoverage:
    """What is archived of a site, and what is known to be missing."""

    site: str
    posts: int = 0
    #: Without those that the site removed and of which only the place is kept.
    comments: int = 0
    #: Comments that the site states, of the posts where it states a number, and those found under these posts, with
    #: removed ones, as a site may count them.
    stated: int = 0
    found: int = 0
    undated: int = 0
    unsigned: int = 0
    #: Posts by status: `whole`, `preview`…
    statuses: dict[str, int] = field(default_factory=dict)
    #: Oldest first; months with nothing are left out.
    months: tuple[Month, ...] = ()
    #: Addresses known, those visited at least once, those due now, those whose last visit failed, and those whose
    #: thread could not be read to the end.
    pages: int = 0
    visited: int = 0
    due: int = 0
    failing: int = 0
    short: int = 0
    #: Addresses that the site's robots.txt closes.
    forbidden: int = 0
    last_visit: datetime | None = None
    #: When a crawl would ask the site for news, or a page of it again.
    next_due: datetime | None = None
    #: Why visits failed, and how many pages each, the most frequent first.
    reasons: tuple[tuple[str, int], ...] = ()
    #: What came of it in the last crawl; `None` where no crawl told.
    crawl: SiteCrawl | None = None
    #: What crawls learned.
    learned: SiteState = field(default_factory=SiteState)

    @property
    def gaps(self) -> tuple[tuple[str, str, int], ...]:
        """Silences longer than the site's habit: the months with posts before and after, and the months between."""
        return gaps([month.month for month in self.months if month.posts])

    @property
    def concerns(self) -> tuple[str, ...]:
        """What keeps the site from being whole, in words, the gravest first; empty when nothing is known to be."""
        unread = self.pages - self.visited
        failure, list_failure = self.learned.failure, self.learned.list_failure
        since = self.learned.failing_since and format_time(self.learned.failing_since)[:_DAY]
        checks = (
            (failure, f"its last visit failed: {failure}, for the first time on {since}"),
            *((True, concern) for concern in self.learned.concerns),
            (list_failure, f"its posts could not be listed: {list_failure}"),
            (self.failing, f"{_counted(self.failing, 'page')} failed"),
            (unread > 0, f"{_counted(unread, 'page')} not read yet"),
            (self.short, f"{_counted(self.short, 'thread')} not read to the end"),
            (not self.posts and not self.pages, "nothing of it is archived"),
            (self.stated > self.found, f"{_counted(self.stated - self.found, 'stated comment')} not found"),
        )
        return tuple(words for holds, words in checks if holds)

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        times = {name: format_time(value) if value else None
                 for name, value in (("last_visit", self.last_visit), ("next_due", self.next_due))}  # fmt: skip
        gaps = [{"after": after, "before": before, "months": between} for after, before, between in self.gaps]
        crawl = self.crawl.to_json() if self.crawl else None
        learned = {name: value for name, value in self.learned.stored.items() if name != "crawl"}
        derived = {"gaps": gaps, "concerns": list(self.concerns), "crawl": crawl, "learned": learned}
        return asdict(self) | times | derived


def coverage(database: Database) -> dict[str, SiteCoverage]:
    """Return every site that has posts or known pages, or was crawled, by name."""
    sites: dict[str, SiteCoverage] = {}
    _add_texts(database, sites)
    _add_pages(database, sites)
    for site, state in Sites(database).states().items():
        if site not in sites and (state.crawl is None or state.crawl.ending == "moved"):
            continue
        held = sites.setdefault(site, SiteCoverage(site=site))
        held.learned, held.crawl = state, state.crawl
        times = [held.next_due, *(schedule.due for schedule in state.schedules.values())]
        held.next_due = min((moment for moment in times if moment is not None), default=None)
    return dict(sorted(sites.items()))


def coverage_state(database: Database) -> tuple[object, ...]:
    """Return what is another whenever `coverage` may be: cheap to ask, where that reads every record."""
    row = database.connection.execute(
        "SELECT (SELECT max(seq) FROM revisions), count(*), count(visited), max(visited), sum(failures),"
        " (SELECT group_concat(state) FROM sites) FROM pages"
    ).fetchone()
    return tuple(row)


def gaps(months: Iterable[str]) -> tuple[tuple[str, str, int], ...]:
    """Return the silences between months (`2015-03`, ascending) that are much longer than the others."""
    ordered = list(months)
    pauses = [(before, after, _number(after) - _number(before)) for before, after in pairwise(ordered)]
    if not pauses:
        return ()
    longest = max(GAP_MONTHS, GAP_TIMES * median(pause for _, _, pause in pauses))
    return tuple((before, after, pause - 1) for before, after, pause in pauses if pause - 1 >= longest)


def _add_texts(database: Database, sites: dict[str, SiteCoverage]) -> None:
    months: dict[tuple[str, str], list[int]] = {}
    posts = database.connection.execute(
        "SELECT site, dated, status, count(*), sum(dated IS NULL), sum(signed = 0) FROM posts GROUP BY 1, 2, 3"
    )
    for site, date, status, count, undated, unsigned in posts:
        held = sites.setdefault(site, SiteCoverage(site=site))
        held.posts += count
        held.undated += undated
        held.unsigned += unsigned
        held.statuses[status] = held.statuses.get(status, 0) + count
        months.setdefault((site, date or ""), [0, 0])[0] += count
    comments = database.connection.execute(
        "SELECT p.site, c.dated, count(*) FROM posts p JOIN comments c ON c.post_id = p.id WHERE NOT c.deleted"
        " GROUP BY 1, 2"
    )
    for site, date, count in comments:
        sites[site].comments += count
        months.setdefault((site, date or ""), [0, 0])[1] += count
    for (site, month), (in_posts, in_comments) in sorted(months.items()):
        if len(month) == _MONTH:
            sites[site].months = (*sites[site].months, Month(month, in_posts, in_comments))
    stated = database.connection.execute(
        "SELECT site, sum(stated), sum(found) FROM (SELECT p.site, p.stated, count(c.id) AS found FROM posts p"
        " LEFT JOIN comments c ON c.post_id = p.id WHERE p.stated IS NOT NULL GROUP BY p.id) GROUP BY site"
    )
    for site, said, found in stated:
        sites[site].stated, sites[site].found = said, found


def _add_pages(database: Database, sites: dict[str, SiteCoverage]) -> None:
    now = format_time(datetime.now(UTC))
    pages = database.connection.execute(
        "SELECT site, count(*), count(visited), sum(due <= ?1), sum(failures > 0 AND reason IS NOT ?2),"
        " sum(thread_whole = 0), sum(reason IS ?2), max(visited), min(due) FROM pages GROUP BY site",
        (now, FORBIDDEN),
    )
    for site, count, visited, due, failing, short, forbidden, last, next_ in pages:
        held = sites.setdefault(site, SiteCoverage(site=site))
        held.pages, held.visited, held.due, held.failing, held.short = count, visited, due, failing, short or 0
        held.forbidden = forbidden
        held.last_visit = parse_time(last) if last else None
        held.next_due = parse_time(next_) if next_ else None
    reasons = database.connection.execute(
        "SELECT site, coalesce(reason, 'HTTP status ' || status, 'nothing answered') AS why, count(*) AS n FROM pages"
        " WHERE failures > 0 AND reason IS NOT ? GROUP BY site, why ORDER BY n DESC, why",
        (FORBIDDEN,),
    )
    for site, why, count in reasons:
        if len(sites[site].reasons) < MOST_REASONS:
            sites[site].reasons = (*sites[site].reasons, (why, count))


def _number(month: str) -> int:
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


#: What was changed longer ago says nothing of how pages are read now.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TextLengths:
    """Characters of the texts of posts, the first archived last."""

    latest: tuple[int, ...]
    earlier: tuple[int, ...]


class RecentRecords:
    """The latest records of one site."""

    def __init__(self, database: Database, site: str) -> None:
        """Use an open database."""
        self._ask = database.connection.execute
        self._site = site

    def textless(self, limit: int) -> list[bool]:
        """Tell of the posts written last, of those archived whole, which say nothing beyond their title."""
        rows = self._ask(
            "SELECT json_extract(record, '$.text') IN ('', json_extract(record, '$.title')) IS TRUE"
            " FROM (SELECT seq FROM posts WHERE site = ? ORDER BY seq DESC LIMIT ?) JOIN revisions USING (seq)"
            " WHERE json_extract(record, '$.status') = 'whole'",
            (self._site, limit),
        )
        return [bool(textless) for (textless,) in rows]

    def changes(self, limit: int) -> list[tuple[int, int]]:
        """Return the characters before and after of the posts changed last, of those changed lately."""
        rows = self._ask(
            "SELECT length(json_extract(b.record, '$.text')), length(json_extract(a.record, '$.text'))"
            " FROM posts p JOIN revisions a USING (seq)"
            " JOIN revisions b ON b.seq = (SELECT max(seq) FROM revisions WHERE id = p.id AND seq < p.seq)"
            " WHERE p.site = ? AND a.saved >= ? AND json_extract(a.record, '$.status') = 'whole'"
            " AND json_extract(b.record, '$.status') = 'whole' ORDER BY p.seq DESC LIMIT ?",
            (self._site, format_time(datetime.now(UTC) - LATELY), limit),
        )
        return list(rows)

    def threads(self, limit: int) -> list[tuple[int, int]]:
        """Return the stated and the archived size of the threads visited last, of those that a stranger can read."""
        rows = self._ask(
            "SELECT p.stated, (SELECT count(*) FROM comments c JOIN revisions r USING (seq) WHERE c.post_id = p.id"
            " AND json_extract(r.record, '$.system') = json_extract(q.record, '$.comment_system'))"
            " FROM posts p JOIN revisions q USING (seq) JOIN pages g ON g.post_id = p.id"
            " WHERE p.site = ? AND p.stated > 0 AND (coalesce(g.thread_whole, 1) <> 0 OR g.failures > 0)"
            " GROUP BY p.id ORDER BY max(g.visited) DESC LIMIT ?",
            (self._site, limit),
        )
        return list(rows)

    def lengths(self, latest: int, earlier: int) -> TextLengths:
        """Return the characters of the posts archived first at last, so many, and of those archived before them."""
        rows = self._ask(
            "SELECT length(json_extract(record, '$.text')) FROM (SELECT seq, (SELECT min(seq) FROM revisions r"
            " WHERE r.id = p.id) AS began FROM posts p WHERE site = ? ORDER BY began DESC LIMIT ?)"
            " JOIN revisions USING (seq) WHERE json_extract(record, '$.status') = 'whole' ORDER BY began DESC",
            (self._site, latest + earlier),
        )
        lengths = [length for (length,) in rows]
        return TextLengths(tuple(lengths[:latest]), tuple(lengths[latest:]))
