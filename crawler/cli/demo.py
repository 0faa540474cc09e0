"""`sales-archive demo`: crawl a little web of invented blogs on this machine, and serve the archive of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy

if TYPE_CHECKING:
    from crawler.demo import run
else:
    run = lazy("crawler.demo.run")


@click.command(short_help="See it work on a little web of invented blogs.")
@click.option("--no-serve", is_flag=True, help="Stop after the report.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    metavar="PORT",
    help="Port of the web UI; the next free one where it is taken.",
)
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the archive in this directory (default: a temporary one).",
)
def command(*, no_serve: bool, port: int, directory: Path | None) -> int:
    """Crawl a little web of invented blogs on this machine and open the result.

    Exits with status 1 when a crawl failed or something is missing from the archive.
    """
    return run.demonstrate(directory, port=port, serve=not no_serve)
