"""`sales-archive verify`: check a dataset against its manifest."""

import argparse
from pathlib import Path

from archive.cli.output import line
from archive.export.verifying import verify

HELP = "check a dataset's files against its manifest; exit status 1 when something is wrong"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("dataset", type=Path, metavar="DIR")


def run(options: argparse.Namespace) -> int:
    """Print what is wrong, one finding a line."""
    findings = verify(options.dataset)
    for finding in findings:
        line(finding)
    if not findings:
        line(f"{options.dataset} is as its manifest says")
    return 1 if findings else 0
