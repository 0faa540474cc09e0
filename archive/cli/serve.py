"""`sales-archive serve`: the web UI over an archive."""

import argparse
import os
import sys

from archive.cli.archives import existing

HELP = "serve the archive in a browser"

#: Options that are the web UI's own, see docs/web.md.
_PASSED_ON = {
    "--password-file": ("FILE", "ask for the password on its first line"),
    "--allow-host": ("NAME", "a name under which browsers ask for the archive; repeatable"),
    "--prefix": ("/PATH", "path below which it is served"),
    "--trusted-proxy": ("ADDRESS", "address of the proxy whose X-Forwarded-For, -Host and -Proto are believed"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
    for name, (metavar, words) in _PASSED_ON.items():
        parser.add_argument(name, metavar=metavar, action="append", default=[], help=words)


def run(options: argparse.Namespace) -> int:
    """Become the web UI's process, so that signals and the exit status are its own."""
    existing(options.directory).close()
    command = [sys.executable, "-P", "-m", "webui", "--archive", str(options.directory)]
    command += ["--host", options.host, "--port", str(options.port)]
    for name in _PASSED_ON:
        for value in getattr(options, name.removeprefix("--").replace("-", "_")):
            command.append(f"{name}={value}")
    os.execv(sys.executable, command)  # noqa: S606 (no shell, a fixed program)
