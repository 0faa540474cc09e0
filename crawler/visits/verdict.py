"""The verdict on a crawl, from its statistics: whether it is healthy, why not, and the exit status that says so.

Scrapy itself exits with 0 for nearly every failure: a site that is down, readers that raise, a full disk.
docs/crawling.md holds the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit statuses of `scrapy crawl`."""

    OK = 0
    #: Scrapy's own: the crawl could not start.
    NOT_STARTED = 1
    #: Scrapy's own: the command line makes no sense.
    USAGE = 2
    #: No site answered.
    SILENT = 3
    #: A reader or the spider raised: a bug of ours.
    ERRORS = 4
    #: The archive, its raw responses or its search index could not be opened or written.
    ARCHIVE = 5
    #: Stopped by a signal or an extension before its end.
    STOPPED = 6
    #: Some sites did not answer, or their lists broke off; the others were crawled.
    INCOMPLETE = 7
    #: What came looks wrong: posts without text, texts that shrank, threads that are short.
    UNHEALTHY = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to say of a crawl."""

    status: Exit
    #: In words; empty when all is well.
    reasons: tuple[str, ...] = ()


def verdict(stats: Mapping[str, Any], finish_reason: str | None) -> Verdict:
    """Return the verdict on a crawl that ended for `finish_reason`; `None` where it never began or was broken off."""
    faults = _faults(stats, finish_reason)
    status = min((status for status, _ in faults), key=_gravity, default=Exit.OK)
    return Verdict(status, tuple(reason for _, reason in faults))


#: The worst first.
_GRAVITY = (
    Exit.ARCHIVE,
    Exit.ERRORS,
    Exit.NOT_STARTED,
    Exit.STOPPED,
    Exit.SILENT,
    Exit.UNHEALTHY,
    Exit.INCOMPLETE,
    Exit.OK,
)


def _gravity(status: Exit) -> int:
    return _GRAVITY.index(status)


def _faults(stats: Mapping[str, Any], finish_reason: str | None) -> list[tuple[Exit, str]]:
    follows = _FOLLOWS if stats.get("archive/errors") else frozenset()
    faults = [
        (status, words.format(stats[name]))
        for name, status, words in _COUNTED
        if stats.get(name) and name not in follows
    ]
    if finish_reason is None and "start_time" in stats:
        faults.append((Exit.STOPPED, "ended at once, by a second signal, with requests still waiting for answers"))
    elif finish_reason is None:
        faults.append((Exit.NOT_STARTED, "the crawl did not start; see the log"))
    elif finish_reason not in {"finished", "archive_unwritable"}:
        faults.append((Exit.STOPPED, f"stopped before its end ({finish_reason})"))
    if budget := stats.get("crawl/budget_used_up"):
        faults.append((Exit.STOPPED, f"the budget of {budget} requests for one crawl is used up; the rest stays due"))
    failures = {name.removeprefix(_FAILURE): why for name, why in stats.items() if name.startswith(_FAILURE)}
    silent = Exit.INCOMPLETE if stats.get("crawl/sites_answered", 0) else Exit.SILENT
    faults += [(silent, f"{site}: {why}") for site, why in sorted(failures.items())]
    faults += [
        (Exit.UNHEALTHY, f"{name.removeprefix(_CONCERNS)}: {why}")
        for name, concerns in sorted(stats.items())
        if name.startswith(_CONCERNS)
        for why in concerns
    ]
    if stats.get("crawl/sites_failed", 0) > len(failures):
        faults.append((silent, "a site could not be read; see the log"))
    if broken := stats.get("crawl/lists_broken_off", 0):
        faults.append((Exit.INCOMPLETE, f"{broken} lists of posts broke off"))
    return faults


#: Statistics that count faults, with the exit status and the words for each.
_COUNTED = (
    ("archive/errors", Exit.ARCHIVE, "the archive could not be written {} times; see the log"),
    ("warc/errors", Exit.ARCHIVE, "raw responses could not be kept; see the log"),
    ("index/errors", Exit.ARCHIVE, "the search index is behind; run `sales-archive index`"),
    ("spider_exceptions/count", Exit.ERRORS, "{} errors in reading; see the log"),
)
#: Errors that follow where the disk takes no records: reported once.
_FOLLOWS = frozenset({"warc/errors", "index/errors"})
_FAILURE = "crawl/site_failure/"
_CONCERNS = "crawl/site_concerns/"
