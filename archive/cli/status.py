"""`sales-archive status`: report what is archived, incomplete or failing, and the latest crawls."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import counted, json_value, line, table
from archive.records.models import format_time

if TYPE_CHECKING:
    from archive.archive import ArchiveStatus, SiteStatus
    from archive.cli import archives
    from archive.store.jobs import Job
    from archive.store.sites import SiteCrawl
else:
    archives = lazy("archive.cli.archives")

#: Most lines shown of a long list; `--json` has them all.
_SHOWN = 20


@click.command(short_help="Show what is archived, what is missing and what failed.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(directory: Path, *, as_json: bool) -> int:
    """Show what is archived, incomplete threads, failing pages and the latest crawls."""
    with archives.existing(directory) as archive:
        status = archive.status()
    if as_json:
        json_value(status.to_json())
    else:
        _print(status)
    return 0


def _print(status: "ArchiveStatus") -> None:
    line(f"{status.archive}: {counted(status.posts, 'post')}, {counted(status.comments, 'comment')}")
    if status.seq > status.indexed_seq:
        behind = counted(status.seq - status.indexed_seq, "change")
        line(f"the search index is {behind} behind; the next search or `sales-archive index` updates it")
    line()
    table(
        ("site", "posts", "comments", "last crawl"),
        [(site.site, site.posts, site.comments, _last_crawl(site.state.crawl)) for site in status.sites],
    )
    _print_list("sites that need attention", [concern for site in status.sites for concern in _concerns(site)])
    _print_list(
        "threads with fewer comments than their site reports, or not read to the end",
        [
            f"{thread.url}: {thread.found} of {_known(thread.stated)}"
            + (f" ({thread.reason})" if thread.reason else "")
            for thread in status.short_threads
        ],
    )
    _print_list(
        "pages that failed",
        [f"{page.url}: {page.reason or page.status} (failures: {page.failures})" for page in status.failing],
    )
    _print_list("latest crawls", [_job(job) for job in status.jobs])


def _last_crawl(crawl: "SiteCrawl | None") -> str:
    if crawl is None:
        return "not recorded"
    if crawl.ending == "begun":
        return f"started {format_time(crawl.began)}, not finished: running or killed"
    counts = {
        "new": crawl.posts_new,
        "changed": crawl.posts_changed,
        "unchanged": crawl.posts_unchanged,
        "failed": crawl.posts_failed,
    }
    posts = ", ".join(f"{number} {name}" for name, number in counts.items())
    reason = f" ({crawl.reason})" if crawl.reason else ""
    ended = format_time(crawl.ended) if crawl.ended else None
    return f"{crawl.ending} {ended}{reason}: {posts}"


def _concerns(site: "SiteStatus") -> list[str]:
    """Return the problems that the last crawl reported for a site."""
    concerns = list(site.state.concerns)
    if site.state.failure:
        since = site.state.failing_since and format_time(site.state.failing_since)[:10]
        concerns.insert(0, f"{site.state.failure}, since {since}")
    return [f"{site.site}: {concern}" for concern in concerns]


def _print_list(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    line()
    line(f"{heading} ({len(lines)}):")
    for text in lines[:_SHOWN]:
        line(f"  {text}")
    if len(lines) > _SHOWN:
        line(f"  … and {len(lines) - _SHOWN} more; use --json to list all")


def _known(number: int | None) -> str:
    return "an unknown number" if number is None else str(number)


def _job(job: "Job") -> str:
    started = f"{job.spider} {format_time(job.started)}"
    if job.ended is None or job.report is None:
        return f"{started}: not finished: running or killed"
    counts = job.report.get("counts", {})
    new = ", ".join(
        f"{counts.get(f'archive/{name}', 0)} {words}"
        for name, words in (
            ("posts_new", "new posts"),
            ("posts_changed", "changed"),
            ("comments_new", "new comments"),
        )
    )
    requests = f"{job.report.get('requests', 0)} requests, ended {format_time(job.ended)}"
    if job.report.get("healthy", True):
        return f"{started}: OK; {new}; {requests}"
    reasons = "; ".join(str(reason) for reason in job.report.get("reasons", ())) or "no reason given"
    return f"{started}: UNHEALTHY, exit status {job.report.get('exit_status')}: {reasons}; {new}; {requests}"
