"""`sales-archive demo`: crawl a little web of invented blogs on this machine, and serve the archive of it."""

import argparse
import os
import sys

HELP = "crawl a little web of invented blogs on this machine and open the result"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments, which `crawler.demo` understands."""
    parser.add_argument("--no-serve", action="store_true", help="stop after the report")
    parser.add_argument("--port", type=int, help="port of the web UI")
    parser.add_argument("--directory", dest="demo_directory", metavar="DIR", help="where the demo's archive goes")


def run(options: argparse.Namespace) -> int:
    """Become the demo's process, so that signals and the exit status are its own."""
    command = [sys.executable, "-P", "-m", "crawler.demo"]
    if options.no_serve:
        command.append("--no-serve")
    if options.port is not None:
        command += ["--port", str(options.port)]
    if options.demo_directory is not None:
        command += ["--directory", options.demo_directory]
    os.execv(sys.executable, command)  # noqa: S606 (no shell, a fixed program)
