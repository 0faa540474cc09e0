"""`sales-archive reextract`: read the kept responses again with the readers of this version."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import line
from archive.cli.progress import progress

if TYPE_CHECKING:
    from crawler.reextract import run
else:
    run = lazy("crawler.reextract.run")


class ShardType(click.ParamType[tuple[int, int]]):
    """Part I of N, as I/N."""

    name = "shard"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return I and N."""
        if isinstance(value, tuple):
            return value
        number, _, count = value.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"{value!r} is not a shard like 2/8", param, ctx)
        return int(number), int(count)


@click.command(short_help="Read the kept responses again with today's readers.")
@click.option("--shard", type=ShardType(), default=(1, 1), metavar="I/N", help="Only part I of N, for many machines.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Processes that read pages (default: one for each processor).",
)
@click.pass_obj
def command(directory: Path, *, shard: tuple[int, int], workers: int | None) -> int:
    """Read the kept responses again, and archive what changed.

    Asks no site. Exits with status 1 when a page could not be read.
    """
    with progress("Reading again", "pages") as show:
        counts = run.reextract(directory, shard=shard, workers=workers or os.cpu_count() or 1, progress=show)
    kinds = ("read", "changed", "unchanged", "new", "denied", "no longer a post", "failed", "not kept")
    line(", ".join(f"{counts[kind]} {kind}" for kind in kinds if counts[kind] or kind == "read"))
    return 1 if counts["failed"] else 0
