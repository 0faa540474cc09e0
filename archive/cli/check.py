"""`sales-archive check`: check an archive for damage."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line

if TYPE_CHECKING:
    from archive.cli import archives
else:
    archives = lazy("archive.cli.archives")


@click.command(short_help="Check the archive for damage.")
@click.pass_obj
def command(directory: Path) -> int:
    """Check the archive for damage.

    Prints one problem per line and exits with status 1 if there are any.
    """
    with archives.existing(directory) as archive:
        problems = archive.check()
    for problem in problems:
        line(problem)
    if not problems:
        line(f"no problems found in {directory}")
    return 1 if problems else 0
