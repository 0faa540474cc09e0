"""`sales-archive verify`: check a dataset against its manifest."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line
from archive.cli.progress import progress

if TYPE_CHECKING:
    from archive.export import verifying
else:
    verifying = lazy("archive.export.verifying")


@click.command(short_help="Check a dataset against its manifest.")
@click.argument("dataset", type=click.Path(path_type=Path), metavar="DIR")
def command(dataset: Path) -> int:
    """Check a dataset against its manifest.

    Prints one problem per line and exits with status 1 if there are any.
    """
    with progress("Verifying", "files") as show:
        problems = verifying.verify(dataset, progress=show)
    for problem in problems:
        line(problem)
    if not problems:
        line(f"{dataset} matches its manifest")
    return 1 if problems else 0
