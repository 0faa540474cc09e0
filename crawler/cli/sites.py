"""`sales-archive sites`: the sites of the archive, and changes to the catalogue of sites to crawl."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy
from archive.cli.output import json_value, line, table

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.cli import archives
    from crawler.catalogue import editing, sites
else:
    archives = lazy("archive.cli.archives")
    editing = lazy("crawler.catalogue.editing")
    sites = lazy("crawler.catalogue.sites")

#: The catalogue of one's own, in the archive's directory.
OWN = "sites.toml"

_COLUMNS = ("site", "platform", "posts", "comments", "pages", "due")


@click.group(invoke_without_command=True, short_help="List the sites of the archive, or edit the catalogue.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> int:
    """List the sites of the archive, or change the catalogue of sites to crawl."""
    if ctx.invoked_subcommand is None:
        with archives.existing(ctx.obj) as archive:
            rows = _rows(archive)
        if as_json:
            json_value(rows)
        else:
            table(_COLUMNS, [tuple("" if row[name] is None else row[name] for name in _COLUMNS) for row in rows])
    return 0


@command.command("list", short_help="List the sites of the catalogue.")
@click.pass_obj
def list_sites(directory: Path) -> int:
    """List the sites of the catalogue: address, name, topics, and whether it is disabled."""
    catalogue = sites.load_sites(sites.CATALOGUE, directory / OWN)
    for site in sorted(catalogue, key=lambda site: (site.name or site.url).lower()):
        disabled = "\tdisabled" if site.disabled else ""
        line(f"{site.url}\t{site.name or ''}\t{', '.join(site.topics)}{disabled}")
    return 0


@command.command(short_help="Add a blog to the catalogue.")
@click.argument("url", metavar="URL")
@click.option("--name", metavar="NAME", help="Name of the blog.")
@click.pass_obj
def add(directory: Path, url: str, name: str | None) -> int:
    """Add the blog at URL to the catalogue, to be crawled from now on."""
    own = directory / OWN
    added = editing.add(own, url, name)
    line(f"{url} {f'added to {own}' if added else 'is in the catalogue already'}")
    return 0


@command.command(short_help="Leave a blog out of crawls.")
@click.argument("url", metavar="URL")
@click.pass_obj
def disable(directory: Path, url: str) -> int:
    """Leave the blog at URL out of crawls from now on."""
    done = editing.disable(directory / OWN, url)
    line(f"{url} {'is left out from now on' if done else 'was left out already'}")
    return 0


@command.command("import", short_help="Add the blogs of an OPML file to the catalogue.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.opml")
@click.pass_obj
def import_opml(directory: Path, file: Path) -> int:
    """Add the blogs of a feed reader's OPML file to the catalogue.

    Reports invalid addresses and continues.
    """
    own = directory / OWN
    added, known, invalid = editing.import_opml(own, file)
    line(f"{added} added to {own}, {known} known already")
    for url in invalid:
        line(f"left out, not the address of a blog: {url[:200]!r}")
    return 0


def _rows(archive: "Archive") -> list[dict[str, Any]]:
    counts = archive.store.counts()
    states = archive.sites.states()
    pages = archive.frontier.pages_by_site()
    return [
        {
            "site": site,
            "platform": states[site].platform if site in states else None,
            "posts": counts.get(site, (0, 0))[0],
            "comments": counts.get(site, (0, 0))[1],
            "pages": pages.get(site, (0, 0))[0],
            "due": pages.get(site, (0, 0))[1],
        }
        for site in sorted(counts.keys() | states.keys() | pages.keys())
    ]
