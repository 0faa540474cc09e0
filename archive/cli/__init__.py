"""`sales-archive`: the command line, one file a command."""

from archive.cli.program import main

__all__ = ["main"]
