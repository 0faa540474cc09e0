"""`sales-archive load`: make or fill an archive from a dataset."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from archive.archive import Archive
from archive.cli.output import line
from archive.errors import DatasetError
from archive.export.loading import is_lossy, load

HELP = "archive what a dataset holds, as `sales-archive export --backup` writes it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("source", type=Path, metavar="DIR|FILE", help="a dataset, a file of its rows, or - for stdin")


def run(options: argparse.Namespace) -> int:
    """Load, making the archive where there is none."""
    if str(options.source) != "-" and not options.source.exists():
        raise DatasetError(f"{options.source} is not there")
    if is_lossy(options.source):
        sys.stderr.write(
            f"sales-archive: {options.source} has pseudonyms or masked contacts, which cannot be undone; "
            "only `export --backup` is an equal archive\n"
        )
    with Archive(options.directory) as archive:
        loaded = load(archive, options.source)
    told = (f"{number} {name}" for name, number in asdict(loaded).items() if number)
    line("posts: " + (", ".join(told) or "none"))
    return 0
