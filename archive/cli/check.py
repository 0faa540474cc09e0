"""`sales-archive check`: find what is wrong with an archive."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line

if TYPE_CHECKING:
    from archive.cli import archives
else:
    archives = lazy("archive.cli.archives")


@click.command()
@click.pass_obj
def command(directory: Path) -> int:
    """Check the files of the archive.

    Prints one problem a line and exits with status 1 when something is wrong.
    """
    with archives.existing(directory) as archive:
        problems = archive.check()
    for problem in problems:
        line(problem)
    if not problems:
        line(f"{directory} is sound")
    return 1 if problems else 0
