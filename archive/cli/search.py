"""`sales-archive search`: print a page of results."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from click.shell_completion import CompletionItem

from archive.cli.lazy import lazy
from archive.cli.output import counted, json_value, line, marked_line
from archive.search.results import FILTERS, MOST_PER_PAGE, Hit, Query, Results, Sort

if TYPE_CHECKING:
    from archive.cli import archives, completion
else:
    archives = lazy("archive.cli.archives")
    completion = lazy("archive.cli.completion")

_LANGUAGE = """\
\b
The query language; docs/search.md has more:
  cold email               both words; if few texts have both, then also
                           texts with one
  "cold email"             this exact phrase
  cold -spam               exclude a word, a "phrase" or a (group)
  cold OR (warm AND call)  operators, in capitals
  pric*  pricng~           a prefix, a similar spelling
  title:pricing  tag:saas  posts with this word in the title, with this tag
  author:lee  said:"ann lee"  posts and comments by an author
  by:lee  commenter:lee    posts by an author, comments by an author
  site:example.com  platform:ghost  lang:de  kind:comment  in:ADDRESS
  has:comments  has:author-reply  has:date
  before:2015  after:March 2015  after:3 months ago  year:2014-2016
  year:Q1 2015
  words:>500  words:100-200  texts of this length
"""

#: Prefix of a query word that begins with a dash, so that click does not parse it as an option.
_DASHED = "\0"


class QueryCommand(click.Command):
    """A command whose arguments may begin with a dash: `pricing -discount`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Treat a word with a single dash as part of the query; an unknown `--option` is still an error."""
        marked = [_DASHED + word if re.match(r"-[^-]", word) and word not in {"-h"} else word for word in args]
        return super().parse_args(ctx, marked)


class FilterType(click.ParamType[tuple[str, str]]):
    """NAME=VALUE, with a name from `FILTERS`."""

    name = "NAME=VALUE"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and value."""
        if isinstance(value, tuple):
            return value
        name, _, filter_value = value.partition("=")
        if name not in FILTERS or not filter_value:
            self.fail(f"{value!r} is not NAME=VALUE; NAME is one of {', '.join(FILTERS)}", param, ctx)
        return name, filter_value


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return completion.query_words(ctx, param, incomplete)


@click.command(cls=QueryCommand, epilog=_LANGUAGE, short_help="Search posts and comments.")
@click.argument("query", nargs=-1, shell_complete=_complete)
@click.option(
    "--filter",
    "filters",
    multiple=True,
    type=FilterType(),
    metavar="NAME=VALUE",
    help=f"Only hits with this {', '.join(FILTERS[:-1])} or {FILTERS[-1]}; repeatable.",
)
@click.option(
    "--sort", type=click.Choice(get_args(Sort)), default="relevance", show_default=True, help="Order of the hits."
)
@click.option("--page", type=click.IntRange(min=1), default=1, metavar="N", help="Page of results, from 1.")
@click.option(
    "--per-page",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="N",
    help=f"Hits per page, at most {MOST_PER_PAGE}.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the page as JSON; see docs/search.md.")
@click.pass_obj
def command(directory: Path, /, query: tuple[str, ...], **options: Any) -> int:
    """Search posts and comments.

    QUERY uses the query language below. Quote it if it has characters that are special to the shell.
    """
    page_query = Query(
        text=" ".join(word.removeprefix(_DASHED) for word in query),
        filters=options["filters"],
        sort=options["sort"],
        page=options["page"],
        per_page=min(options["per_page"], MOST_PER_PAGE),
    )
    with archives.indexed(directory) as archive:
        results = archive.search(page_query)
    if options["as_json"]:
        json_value(results.to_json())
    else:
        _print(results)
    return 0


def _print(results: Results) -> None:
    query = results.query
    if results.message:
        line(results.message)
    if results.suggestion:
        line(f"Did you mean: {results.suggestion}")
    number = ("at least " if results.cut else "") + counted(results.total, "result")
    pages = -(-results.total // query.per_page)
    line(number + (f", page {query.page} of {pages}" if pages > 1 else ""))
    for hit in results.hits:
        _print_hit(hit)


def _print_hit(hit: Hit) -> None:
    byline = [hit.kind if hit.kind == "comment" else None, f"by {hit.author}" if hit.author else None]
    when = hit.published.date().isoformat() if hit.published else None
    line()
    line(hit.title or hit.url)
    line("  " + ", ".join(part for part in (*byline, hit.site, when) if part))
    line(f"  {hit.url}")
    if hit.snippet:
        marked_line(hit.snippet, indent="    ")
