"""`sales-archive serve`: the web UI over an archive."""

import argparse
import os
import sys

from archive.cli.opening import existing

HELP = "serve the archive in a browser"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Become the web UI's process, so that signals and the exit status are its own."""
    existing(options.directory).close()
    command = [sys.executable, "-P", "-m", "webui", "--archive", str(options.directory)]
    command += ["--host", options.host, "--port", str(options.port)]
    os.execv(sys.executable, command)  # noqa: S606 (no shell, a fixed program)
