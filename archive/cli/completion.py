"""Shell completion: fields of the query language, and the sites of the archive."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.search.query.parser import FIELDS


def query_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return fields, and after `site:` the sites, that continue the last word of a query."""
    del param
    field, colon, begun = incomplete.partition(":")
    if not colon:
        return [CompletionItem(f"{name}:") for name in FIELDS if name.startswith(field)]
    return [CompletionItem(f"site:{name}") for name in _sites(ctx, begun)] if field == "site" else []


def site_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sites of the archive that begin like this."""
    del param
    return [CompletionItem(name) for name in _sites(ctx, incomplete)]


def _sites(ctx: click.Context, begun: str) -> list[str]:
    """Return names of sites; none where there is no archive, as completion must not make one or fail."""
    directory = Path(ctx.find_root().params.get("directory") or ".")
    if not (directory / "records.db").is_file():
        return []
    try:
        with Archive(directory) as archive:
            return sorted(name for name in archive.store.counts() if name.startswith(begun))
    except ArchiveError:
        return []
