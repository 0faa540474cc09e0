"""`sales-archive index`: bring the search index up to the records, or make it anew."""

import argparse
import sys

from archive.archive import Archive
from archive.cli.archives import existing
from archive.cli.output import line
from archive.errors import ArchiveBusyError
from archive.forgetting import finish_forgetting

HELP = "bring the search index up to the records"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--rebuild", action="store_true", help="make it anew, from the records alone")


def run(options: argparse.Namespace) -> int:
    """Index, telling how far it is where stderr is a terminal."""
    progress = _tell if sys.stderr.isatty() else None
    with existing(options.directory) as archive:
        _finish_forgetting(archive)
        report = archive.engine.sync(progress=progress, rebuild=options.rebuild)
    made = f", built anew ({report.rebuilt})" if report.rebuilt else ""
    line(
        f"{report.written} texts written, {report.deleted} deleted{made}; the search index is at change {report.seq}"
    )
    return 0


def _finish_forgetting(archive: Archive) -> None:
    """Finish what was cut short, unless a crawl holds the files: the next time will do, and `check` reminds."""
    try:
        finish_forgetting(archive)
    except ArchiveBusyError as error:
        sys.stderr.write(f"sales-archive: what was to be forgotten is not yet: {error}\n")


def _tell(done: int, total: int) -> None:
    sys.stderr.write(f"\rindexed {done} of {total} changes")
    if done >= total:
        sys.stderr.write("\n")
