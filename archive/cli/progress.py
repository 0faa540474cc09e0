"""Progress of long commands: a bar where standard error is a terminal, a line now and then where it is a file."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archive.search.engine import Progress

#: Seconds between two lines in a file, and after which the first stands there.
LINE_SECONDS = 10.0


@contextmanager
def progress(label: str, unit: str) -> Iterator["Progress"]:
    """Show what is done, the rate and the time left, while the block lasts.

    `label` says what is being done ("Indexing"), `unit` what is counted ("texts"). Work that ends within ten seconds
    writes nothing into a file; a dumb terminal counts as a file.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _lines(label, unit)
        return
    started = time.monotonic()
    done_before = 0

    def rate(_: object) -> str:
        return f"{done_before / max(time.monotonic() - started, 0.001):,.0f} {unit}/s"

    with click.progressbar(
        length=1, label=label, show_pos=True, item_show_func=rate, width=0, file=sys.stderr
    ) as bar:

        def show(done: int, total: int) -> None:
            nonlocal done_before
            bar.length = max(total, done, 1)
            bar.update(done - done_before)
            done_before = done

        yield show


def _lines(label: str, unit: str) -> "Progress":
    started = told = time.monotonic()

    def write(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told < LINE_SECONDS:
            return
        told = now
        rate = done / (now - started)
        left = timedelta(seconds=round((total - done) / rate)) if rate else "unknown time"
        sys.stderr.write(f"{label}: {done:,} of {total:,} {unit}, {rate:,.0f} a second, {left} left\n")
        sys.stderr.flush()

    return write
