"""`sales-archive sites`: the sites of the archive, one a line; and changes to the catalogue of sites to crawl."""

import argparse
import os
import sys

from archive.cli.archives import existing
from archive.cli.output import json_value, table
from archive.store.sites import SiteState

HELP = "list the sites of the archive, or change the catalogue: add URL, disable URL, import OPML, list"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("--name", help="with `add`: what the blog is called")
    parser.add_argument(
        "change",
        nargs="*",
        metavar="CHANGE",
        help="`add URL`, `disable URL`, `import FILE.opml`, or `list` to list the sites to crawl",
    )


def run(options: argparse.Namespace) -> int:
    """Print the list, or become the crawler's process that changes the catalogue."""
    if options.change:
        command = [sys.executable, "-P", "-m", "crawler.catalogue", "--archive", str(options.directory)]
        command += [*options.change, *(["--name", options.name] if options.name else [])]
        os.execv(sys.executable, command)  # noqa: S606 (no shell, a fixed program)
    with existing(options.directory) as archive:
        counts = archive.store.counts()
        states = archive.sites.states()
        pages = archive.frontier.pages_by_site()
    rows = [
        {
            "site": site,
            "platform": states.get(site, SiteState()).platform,
            "posts": counts.get(site, (0, 0))[0],
            "comments": counts.get(site, (0, 0))[1],
            "pages": pages.get(site, (0, 0))[0],
            "due": pages.get(site, (0, 0))[1],
        }
        for site in sorted(counts.keys() | states.keys() | pages.keys())
    ]
    if options.json:
        json_value(rows)
    else:
        headings = ("site", "platform", "posts", "comments", "pages", "due")
        table(headings, [tuple(row[name] if row[name] is not None else "" for name in headings) for row in rows])
    return 0
