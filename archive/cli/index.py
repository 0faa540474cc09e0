"""`sales-archive index`: update or rebuild the search index."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import counted, line
from archive.cli.progress import progress
from archive.errors import ArchiveBusyError

if TYPE_CHECKING:
    from archive import forgetting
    from archive.archive import Archive
    from archive.cli import archives
else:
    archives = lazy("archive.cli.archives")
    forgetting = lazy("archive.forgetting")


@click.command(short_help="Bring the search index up to date.")
@click.option("--rebuild", is_flag=True, help="Rebuild it from the records.")
@click.pass_obj
def command(directory: Path, *, rebuild: bool) -> int:
    """Bring the search index up to date."""
    with archives.existing(directory) as archive:
        _finish_forgetting(archive)
        with progress("Indexing", "texts") as show:
            report = archive.engine.sync(progress=show, rebuild=rebuild)
    rebuilt = f", index rebuilt ({report.rebuilt})" if report.rebuilt else ""
    line(
        f"{counted(report.written, 'text')} indexed, {report.deleted} deleted{rebuilt}; "
        f"the search index is at change {report.seq}"
    )
    return 0


def _finish_forgetting(archive: "Archive") -> None:
    """Finish an interrupted `forget`, unless a crawl holds the files; the next run retries, `check` reports it."""
    try:
        forgetting.finish_forgetting(archive)
    except ArchiveBusyError as error:
        sys.stderr.write(f"sales-archive: could not finish an earlier `forget`: {error}\n")
