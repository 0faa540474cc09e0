"""`sales-archive index`: bring the search index up to the records, or build it anew."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line
from archive.cli.progress import progress
from archive.errors import ArchiveBusyError

if TYPE_CHECKING:
    from archive import forgetting
    from archive.archive import Archive
    from archive.cli import archives
else:
    archives = lazy("archive.cli.archives")
    forgetting = lazy("archive.forgetting")


@click.command()
@click.option("--rebuild", is_flag=True, help="Build it anew, from the records alone.")
@click.pass_obj
def command(directory: Path, *, rebuild: bool) -> int:
    """Bring the search index up to date."""
    with archives.existing(directory) as archive:
        _finish_forgetting(archive)
        with progress("Indexing", "texts") as show:
            report = archive.engine.sync(progress=show, rebuild=rebuild)
    built = f", built anew ({report.rebuilt})" if report.rebuilt else ""
    line(
        f"{report.written} texts written, {report.deleted} deleted{built}; the search index is at change {report.seq}"
    )
    return 0


def _finish_forgetting(archive: "Archive") -> None:
    """Finish what was cut short, unless a crawl holds the files: the next time will do, and `check` reminds."""
    try:
        forgetting.finish_forgetting(archive)
    except ArchiveBusyError as error:
        sys.stderr.write(f"sales-archive: could not finish forgetting: {error}\n")
