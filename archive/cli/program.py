"""The program `sales-archive`: its command group, exit statuses and error handling.

Each package contributes its commands as entry points of the group `sales_archive.commands`, and a command is loaded
when it is called. So the archive's command line imports neither the crawler nor the web UI.
"""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from archive.errors import ArchiveError, NotFoundError

DONE = 0
NOT_FOUND = 1
FAILED = 2
INTERRUPTED = 128 + signal.SIGINT
PIPE_CLOSED = 128 + signal.SIGPIPE

ENTRY_POINTS = "sales_archive.commands"

#: The order in which `--help` lists the commands; others follow by name.
ORDER = (
    "demo", "crawl", "serve", "search", "show", "status", "sites", "export", "verify", "load", "check", "index",
    "reextract", "forget",
)  # fmt: skip


class CommandGroup(click.Group):
    """A group of the commands that the installed packages contribute."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of `--help`."""
        del ctx
        known = _entry_points()
        return [name for name in ORDER if name in known] + sorted(known.keys() - set(ORDER))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; return `None` if no package contributes one of this name."""
        del ctx
        entry_point = _entry_points().get(cmd_name)
        if entry_point is None:
            return None
        command = entry_point.load()
        if not isinstance(command, click.Command):
            raise TypeError(f"the entry point {entry_point.value} is not a click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command in the arguments; for an unknown one, raise `UsageError` with the closest match."""
        self.commands = dict.fromkeys(self.list_commands(ctx), click.Command(None))  # for click's suggestion
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and return its exit status; handle Ctrl-C and a closed pipe before click does."""
        try:
            status = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            _drop_output()
            return INTERRUPTED
        except BrokenPipeError:
            _drop_output()
            return PIPE_CLOSED
        return status


@click.command(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--archive",
    "directory",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: os.environ.get("SALES_ARCHIVE") or "archive-data",
    help="Directory of the archive (default: $SALES_ARCHIVE, else ./archive-data).",
)
@click.version_option(package_name="sales-archive")
@click.pass_context
def group(ctx: click.Context, directory: Path) -> None:
    """Crawl, search, read and export an archive of startup sales writing.

    Exit status: 0 success; 1 not found, or a check found problems; 2 failure, with the reason on standard error;
    130 interrupted; 141 output pipe closed. A crawl has its own statuses, see docs/crawling.md.
    """
    ctx.obj = directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; write an expected failure as one line to standard error."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # "?" for characters that the terminal's encoding lacks
    try:
        status = group.main(arguments, prog_name="sales-archive", standalone_mode=False, terminal_width=_help_width())
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except (ArchiveError, OSError) as error:
        return _fail(error)
    return status if isinstance(status, int) else DONE


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in entry_points(group=ENTRY_POINTS)}


def _fail(error: Exception) -> int:
    if not isinstance(error, ArchiveError):
        _drop_output()
    sys.stderr.write(f"sales-archive: {_reason(error)}\n")
    return NOT_FOUND if isinstance(error, NotFoundError) else FAILED


def _help_width() -> int:
    """Return the width of help texts: click's own is never below 50, which a narrow terminal wraps again."""
    return max(min(shutil.get_terminal_size().columns, 80) - 2, 20)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _drop_output() -> None:
    """Discard buffered output: writing it at exit would fail again, with a traceback."""
    with suppress(OSError):  # standard output has no file descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
