"""`sales-archive load`: import a dataset into an archive."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line
from archive.cli.progress import progress
from archive.errors import DatasetError

if TYPE_CHECKING:
    from archive import archive as facade
    from archive.export import loading
else:
    facade = lazy("archive.archive")
    loading = lazy("archive.export.loading")


@click.command(short_help="Import the posts of a dataset.")
@click.argument("source", type=click.Path(path_type=Path, allow_dash=True), metavar="DIR|FILE")
@click.pass_obj
def command(directory: Path, source: Path) -> int:
    """Import the posts of a dataset that `sales-archive export --backup` wrote.

    Takes the directory of a dataset, a file of its rows, or - for standard input. Creates the archive if there is
    none.
    """
    if str(source) != "-" and not source.exists():
        raise DatasetError(f"{source} does not exist; name the directory of a dataset or a file of its rows")
    if loading.is_lossy(source):
        sys.stderr.write(
            f"sales-archive: {source} has pseudonyms or masked contacts, which cannot be reversed; "
            "only `export --backup` restores the original archive\n"
        )
    with facade.Archive(directory) as archive, progress("Loading", "posts") as show:
        loaded = loading.load(archive, source, progress=show)
    counts = (f"{number} {name}" for name, number in asdict(loaded).items() if number)
    line("posts: " + (", ".join(counts) or "none"))
    return 0
