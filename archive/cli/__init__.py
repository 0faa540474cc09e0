"""`sales-archive`: the command line of an archive, one file a command.

Exit status: 0 done; 1 a check found something wrong, or what was asked for is not there; 2 it could not be done,
with the reason on stderr; 130 interrupted; 141 the reader of our output went away.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

from archive.cli import (
    check,
    demo,
    export,
    forget,
    index,
    load,
    reextract,
    search,
    serve,
    show,
    sites,
    status,
    verify,
)
from archive.errors import ArchiveError, NotFoundError

NOT_THERE = 1
FAILED = 2
INTERRUPTED = 128 + signal.SIGINT
PIPE_CLOSED = 128 + signal.SIGPIPE


class Command(Protocol):
    """What the module of a command holds; the command is called as the module."""

    #: One line for the list of commands.
    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments."""
        ...

    def run(self, options: argparse.Namespace) -> int:
        """Do it; return the exit status."""
        ...


#: In the order `--help` lists them.
COMMANDS: dict[str, Command] = {
    "demo": demo,
    "serve": serve,
    "search": search,
    "show": show,
    "status": status,
    "sites": sites,
    "export": export,
    "verify": verify,
    "load": load,
    "check": check,
    "index": index,
    "reextract": reextract,
    "forget": forget,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status, having told any foreseeable failure in one line on stderr."""
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal of another encoding shows "?", and all the rest
    try:
        status_ = COMMANDS[options.command].run(options)
        sys.stdout.flush()
    except (ArchiveError, OSError, KeyboardInterrupt) as error:
        return _fail(error)
    return status_


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sales-archive", description="Search, read, export and keep an archive of startup sales writing."
    )
    parser.add_argument(
        "--archive",
        dest="directory",
        metavar="DIR",
        type=Path,
        default=Path(os.environ.get("SALES_ARCHIVE") or "archive-data"),
        help="the archive's directory (default: $SALES_ARCHIVE, else ./archive-data)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        command.arguments(commands.add_parser(name, help=command.HELP, description=command.HELP))
    return parser


def _fail(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        _drop_output()
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _drop_output()
        return PIPE_CLOSED
    if isinstance(error, OSError):
        _drop_output()
    sys.stderr.write(f"sales-archive: {error}\n")
    return NOT_THERE if isinstance(error, NotFoundError) else FAILED


def _drop_output() -> None:
    """Let nothing buffered be written at exit: it would fail again, with a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
