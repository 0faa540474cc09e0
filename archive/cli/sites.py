"""`sales-archive sites`: the sites of the archive, one a line."""

import argparse

from archive.cli.opening import existing
from archive.cli.output import json_value, table

HELP = "list the sites of the archive: platform, posts, comments, addresses known and due"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    with existing(options.directory) as archive:
        counts = archive.store.counts()
        known = archive.visits.sites()
        pages = archive.visits.pages_by_site()
    rows = [
        {
            "site": site,
            "platform": known.get(site, {}).get("platform"),
            "posts": counts.get(site, (0, 0))[0],
            "comments": counts.get(site, (0, 0))[1],
            "pages": pages.get(site, (0, 0))[0],
            "due": pages.get(site, (0, 0))[1],
        }
        for site in sorted(counts.keys() | known.keys() | pages.keys())
    ]
    if options.json:
        json_value(rows)
    else:
        headings = ("site", "platform", "posts", "comments", "pages", "due")
        table(headings, [tuple(row[name] if row[name] is not None else "" for name in headings) for row in rows])
    return 0
