"""`sales-archive status`: what is archived, what is short, what fails, and how the last crawls went."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy
from archive.cli.output import json_value, line, table

if TYPE_CHECKING:
    from archive.cli import archives
else:
    archives = lazy("archive.cli.archives")

#: Lines shown of a list that has no end; `--json` has them all.
_SHOWN = 20


@click.command(short_help="Tell what is archived, what is missing and what failed.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(directory: Path, *, as_json: bool) -> int:
    """Tell what is archived, which threads are short, which pages fail, and how the last crawls went."""
    with archives.existing(directory) as archive:
        status = archive.status()
    if as_json:
        json_value(status)
    else:
        _print(status)
    return 0


def _print(status: dict[str, Any]) -> None:
    line(f"{status['archive']}: {status['posts']} posts, {status['comments']} comments")
    behind = status["seq"] - status["indexed_seq"]
    if behind > 0:
        line(
            f"the search index is {behind} changes behind; the next search, or `sales-archive index`, brings them in"
        )
    line()
    table(
        ("site", "posts", "comments", "last crawl"),
        [(site["site"], site["posts"], site["comments"], _last_crawl(site)) for site in status["sites"]],
    )
    _print_list("sites that need a look", [each for site in status["sites"] for each in _concerns(site)])
    _print_list(
        "threads shorter than their site states, or not read to the end",
        [
            f"{each['url']}: {each['found']} of {_known(each['stated'])}"
            + (f" ({each['reason']})" if each["reason"] else "")
            for each in status["short_threads"]
        ],
    )
    _print_list(
        "pages that failed",
        [
            f"{each['url']}: {each['reason'] or each['status']}, {each['failures']} times"
            for each in status["failing"]
        ],
    )
    _print_list("latest crawls", [_job(job) for job in status["jobs"]])


def _last_crawl(site: dict[str, Any]) -> str:
    crawl = site.get("crawl")
    if crawl is None:
        return "none told"
    if crawl["ending"] == "begun":
        return f"begun {crawl['began']}, not ended: running or killed"
    posts = ", ".join(f"{crawl[f'posts_{name}']} {name}" for name in ("new", "changed", "unchanged", "failed"))
    why = f" ({crawl['reason']})" if crawl["reason"] else ""
    return f"{crawl['ending']} {crawl['ended']}{why}: {posts}"


def _concerns(site: dict[str, Any]) -> list[str]:
    """Return what the last crawl found wrong with a site, in words."""
    found = [str(each) for each in site.get("concerns") or ()]
    if site.get("failure"):
        found.insert(0, f"{site['failure']}, since {str(site['failing_since'])[:10]}")
    return [f"{site['site']}: {each}" for each in found]


def _print_list(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    line()
    line(f"{heading} ({len(lines)}):")
    for each in lines[:_SHOWN]:
        line(f"  {each}")
    if len(lines) > _SHOWN:
        line(f"  … and {len(lines) - _SHOWN} more; all of them with --json")


def _known(number: int | None) -> str:
    return "an unknown number" if number is None else str(number)


def _job(job: dict[str, Any]) -> str:
    began = f"{job['spider']} {job['started']}"
    report = job["report"]
    if not job["ended"] or report is None:
        return f"{began}: not ended: running or killed"
    counts = report.get("counts", {})
    brought = ", ".join(
        f"{counts.get(f'archive/{name}', 0)} {words}"
        for name, words in (
            ("posts_new", "new posts"),
            ("posts_changed", "changed"),
            ("comments_new", "new comments"),
        )
    )
    asked = f"{report.get('requests', 0)} requests, ended {job['ended']}"
    if report.get("healthy", True):
        return f"{began}: well; {brought}; {asked}"
    reasons = "; ".join(str(each) for each in report.get("reasons", ())) or "no reason given"
    return f"{began}: NOT WELL, exit status {report.get('exit_status')}: {reasons}; {brought}; {asked}"
