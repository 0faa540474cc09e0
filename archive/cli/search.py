"""`sales-archive search`: the first page of what matches, or any other."""

import argparse
from typing import get_args

from archive.cli.archives import count, indexed
from archive.cli.output import json_value, line, marked_line
from archive.search.results import FILTERS, MOST_PER_PAGE, Hit, Query, Results, Sort

HELP = "search posts and comments"

_LANGUAGE = """\
the query language; docs/search.md has more:
  cold email               both words; when few texts have both, then also those with one
  "cold email"             the words behind each other
  cold -spam               without a word, a "phrase" or a (group); also: cold NOT spam
  cold OR (warm AND call)  one of several, and both; operators in capitals
  pric*  pricng~           words that begin so, words written nearly so
  title:pricing  tag:saas  posts with a word in the title, among the tags
  author:lee  said:"ann lee"  posts and comments by an author
  by:lee  commenter:lee    posts by an author, comments by one
  site:example.com  platform:ghost  lang:de  kind:comment  in:ADDRESS
  has:comments  has:author-reply  has:date
  before:2015  after:March 2015  after:3 months ago  year:2014-2016  year:Q1 2015
  words:>500  words:100-200  texts of a length
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _LANGUAGE
    parser.add_argument("query", nargs="*", help="words in the query language below")
    parser.add_argument(
        "--filter",
        action="append",
        default=[],
        type=_filter,
        metavar="NAME=VALUE",
        help=f"keep only hits with this {', '.join(FILTERS[:-1])} or {FILTERS[-1]}; repeatable",
    )
    parser.add_argument("--sort", choices=get_args(Sort), default="relevance")
    parser.add_argument("--page", type=count, default=1, metavar="N", help="from 1")
    parser.add_argument("--per-page", type=count, default=10, metavar="N", help=f"at most {MOST_PER_PAGE}")
    parser.add_argument(
        "--json", action="store_true", help="print the result page as JSON, as docs/search.md describes"
    )


def run(options: argparse.Namespace) -> int:
    """Print one page of results."""
    query = Query(
        text=" ".join(options.query),
        filters=tuple(options.filter),
        sort=options.sort,
        page=options.page,
        per_page=min(options.per_page, MOST_PER_PAGE),
    )
    with indexed(options.directory) as archive:
        results = archive.search(query)
    if options.json:
        json_value(results.to_json())
    else:
        _print(results)
    return 0


def _filter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if name not in FILTERS or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE with a name of {', '.join(FILTERS)}")
    return name, value


def _print(results: Results) -> None:
    query = results.query
    if results.message:
        line(results.message)
    if results.suggestion:
        line(f"Did you mean: {results.suggestion}")
    found = f"at least {results.total}" if results.cut else str(results.total)
    pages = -(-results.total // query.per_page)
    line(f"{found} found" + (f", page {query.page} of {pages}" if pages > 1 else ""))
    for hit in results.hits:
        _print_hit(hit)


def _print_hit(hit: Hit) -> None:
    said = [hit.kind if hit.kind == "comment" else None, f"by {hit.author}" if hit.author else None]
    when = hit.published.date().isoformat() if hit.published else None
    line()
    line(hit.title or hit.url)
    line("  " + ", ".join(part for part in (*said, hit.site, when) if part))
    line(f"  {hit.url}")
    if hit.snippet:
        marked_line(hit.snippet, indent="    ")
