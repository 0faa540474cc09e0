"""Progress of long operations: a bar if standard error is a terminal, occasional lines if it is a file."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from archive.search.engine import Progress

#: Seconds before the first line in a file, and between lines.
LINE_SECONDS = 10.0
#: Columns below which there is no room for a bar.
NARROW = 60


@contextmanager
def progress(label: str, unit: str) -> Iterator["Progress"]:
    """Show the work done, the rate and the time left until the block ends.

    `label` names the operation ("Indexing"), `unit` what is counted ("texts"). The bar appears with the first call of
    the function that is yielded. An operation shorter than ten seconds writes nothing to a file; a dumb terminal
    counts as a file.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _lines(label, unit)
        return
    with ExitStack() as stack:
        yield _bar(label, unit, stack)


def _bar(label: str, unit: str, stack: ExitStack) -> "Progress":
    """Return a function that draws the bar; a narrow terminal gets the figures alone, and the rate if it fits."""
    started = time.monotonic()
    columns = shutil.get_terminal_size().columns
    narrow = columns < NARROW
    position = 0

    def rate(_: object) -> str | None:
        text = f"{position / max(time.monotonic() - started, 0.001):,.0f} {unit}/s"
        others = f"{label} {bar.length}/{bar.length} " + ("" if bar.finished else "00:00:00 ")
        return None if narrow and len(others + text) > columns else text

    bar = click.progressbar(
        length=1,
        label=label,
        show_pos=True,
        item_show_func=rate,
        bar_template="%(label)s %(info)s" if narrow else "%(label)s  [%(bar)s]  %(info)s",
        info_sep=" " if narrow else "  ",
        width=0,
        file=sys.stderr,
    )

    def show(done: int, total: int) -> None:
        nonlocal position
        step, position = done - position, done
        bar.length = max(total, done, 1)
        if not bar.entered:
            stack.enter_context(bar)
        bar.update(step)

    return show


def _lines(label: str, unit: str) -> "Progress":
    started = last = time.monotonic()

    def write(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_SECONDS:
            return
        last = now
        rate = done / (now - started)
        left = timedelta(seconds=round((total - done) / rate)) if rate else "unknown time"
        sys.stderr.write(f"{label}: {done:,} of {total:,} {unit}, {rate:,.0f} a second, {left} left\n")
        sys.stderr.flush()

    return write
