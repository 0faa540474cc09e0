"""`sales-archive`: the command line, one file per command."""

from archive.cli.program import main

__all__ = ["main"]
