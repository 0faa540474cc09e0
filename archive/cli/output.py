"""Output of the commands: lines, tables and JSON, in which no archived text can steer the terminal."""

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

#: Control characters and those that turn the direction of text: an archived text must not move the cursor,
#: retitle the window, or show an address backwards.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return `text` with what could steer a terminal replaced by U+FFFD."""
    return _STEERING.sub("\ufffd", text)


def line(text: str = "") -> None:
    """Write one line of ours, its archived parts made `visible`."""
    sys.stdout.write(f"{visible(text)}\n")


def marked_line(runs: Iterable[tuple[str, bool]], *, indent: str = "") -> None:
    """Write runs of text as one line, those marked in bold where stdout is a terminal that wants it so."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    parts = [(visible(re.sub(r"\s+", " ", text)), marked and wanted) for text, marked in runs]
    sys.stdout.write(indent + "".join(f"\x1b[1m{text}\x1b[0m" if strong else text for text, strong in parts) + "\n")


def json_value(value: Any) -> None:
    """Write a value as JSON, in ASCII, so that every terminal and locale passes it on unchanged."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write rows in columns; numbers stand to the right."""
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    numbers = [all(isinstance(row[at], int) for row in rows) for at in range(len(headings))]
    for row in (headings, *cells):
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        sys.stdout.write("  ".join(padded).rstrip() + "\n")
