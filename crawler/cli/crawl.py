"""`sales-archive crawl`: the same crawl as `scrapy crawl blog`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy

if TYPE_CHECKING:
    from crawler.cli import scrapy_program
else:
    scrapy_program = lazy("crawler.cli.scrapy_program")


@click.command(short_help="Crawl a blog, or every blog that is due.")
@click.argument("site", required=False, metavar="[URL]")
@click.option("--since", metavar="DATE", help="Only posts of this day or later, or without a date.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N posts of the site's list.")
@click.option("--refresh", type=click.Choice(["all"]), help="Request every known address again, due or not.")
@click.option("--spider", default="blog", show_default=True, metavar="NAME", help="Spider; `scrapy list` shows all.")
@click.option("-a", "arguments", multiple=True, metavar="NAME=VALUE", help="Argument of the spider; repeatable.")
@click.option("-s", "settings", multiple=True, metavar="NAME=VALUE", help="Setting of Scrapy; repeatable.")
@click.pass_obj
def command(directory: Path, /, site: str | None, **options: Any) -> int:
    """Crawl the blog at URL, or every blog of the catalogue that is due.

    Exits with the statuses of `scrapy crawl`, which docs/crawling.md lists.
    """
    line = ["crawl", options["spider"], "-s", f"ARCHIVE_DIR={directory}"]
    stated = {"site": site} | {name: options[name] for name in ("since", "limit", "refresh")}
    for name, value in stated.items():
        line += ["-a", f"{name}={value}"] if value is not None else []
    for flag, name in (("-a", "arguments"), ("-s", "settings")):
        line += [part for value in options[name] for part in (flag, value)]
    return scrapy_program.run_scrapy(line)
