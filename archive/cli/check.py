"""`sales-archive check`: find what is wrong with an archive."""

import argparse

from archive.cli.archives import existing
from archive.cli.output import line

HELP = "check the archive's files; exit status 1 when something is wrong"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take no arguments of its own."""


def run(options: argparse.Namespace) -> int:
    """Print what is wrong, one finding a line."""
    with existing(options.directory) as archive:
        findings = archive.check()
    for finding in findings:
        line(finding)
    if not findings:
        line(f"{options.directory} is sound")
    return 1 if findings else 0
