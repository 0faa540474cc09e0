"""Shell completion: fields of the query language, and the sites of the archive."""

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from archive.archive import Archive
from archive.errors import ArchiveError
from archive.search.query.parser import FIELDS


def query_words(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the last word of a query: a field, or a site after `site:`."""
    del param
    field, colon, prefix = incomplete.partition(":")
    if not colon:
        return [CompletionItem(f"{name}:") for name in FIELDS if name.startswith(field)]
    return [CompletionItem(f"site:{name}") for name in _sites(ctx, prefix)] if field == "site" else []


def site_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the name of a site."""
    del param
    return [CompletionItem(name) for name in _sites(ctx, incomplete)]


def _sites(ctx: click.Context, prefix: str) -> list[str]:
    """Return the sites that begin with `prefix`; none if there is no archive, as completion must not create one."""
    directory = Path(ctx.find_root().params.get("directory") or ".")
    if not (directory / "records.db").is_file():
        return []
    try:
        with Archive(directory) as archive:
            return sorted(name for name in archive.store.counts() if name.startswith(prefix))
    except ArchiveError:
        return []
