"""`sales-archive reextract`: read the kept raw responses again with today's readers."""

import argparse
import os
import sys

HELP = "read the kept raw responses again, and archive what changed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, which `crawler.reextract` understands."""
    parser.add_argument("--shard", metavar="I/N", help="only part I of N, for many machines")
    parser.add_argument("--workers", metavar="N", help="processes; one for each processor by default")


def run(options: argparse.Namespace) -> int:
    """Become the reader's process: the archive itself knows nothing of pages."""
    command = [sys.executable, "-P", "-m", "crawler.reextract", "--archive", str(options.directory)]
    for name in ("shard", "workers"):
        value = getattr(options, name)
        if value is not None:
            command += [f"--{name}", value]
    os.execv(sys.executable, command)  # noqa: S606 (no shell, a fixed program)
