"""`python -m crawler.catalogue`: the catalogue from the command line; `sales-archive sites add` and its like call it.

One's own sites are in `sites.toml` in the archive directory, a file for people: lines are added at its end, nothing
that was written there is moved or lost.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from crawler.sites import CATALOGUE, CatalogueError, Site, catalogue, find, site
from crawler.urls import canonical

OWN = "sites.toml"

#: What ends the address of a feed, so that the rest is the blog's.
_FEED = re.compile(
    r"(?:/(?:feed|feeds|rss|atom|index)(?:\.(?:xml|rss|atom|rdf))?|/(?:feeds/posts/default|blog/rss\.xml|\w*\.(?:xml|rss|atom)))/?$",
    re.IGNORECASE,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0, or 2 with the reason on standard error."""
    options = _parser().parse_args(arguments)
    own = Path(options.archive) / OWN
    try:
        for line in _COMMANDS[options.command](own, options):
            sys.stdout.write(f"{line}\n")
    except (CatalogueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def add(own: Path, url: str, name: str | None = None) -> bool:
    """Add a site to one's own catalogue; False when it is in one already. Raise `CatalogueError`."""
    new = site(url)
    if any(each.url == new.url for each in catalogue(CATALOGUE, own)):
        return False
    _append(own, new.url, name=name)
    return True


def disable(own: Path, url: str) -> bool:
    """Leave a site of a catalogue out from now on; False when it is left out already. Raise `CatalogueError`."""
    sites = catalogue(CATALOGUE, own)
    known = find(sites, url)
    if known not in sites:
        raise CatalogueError(f"{known.url} is in no catalogue; `sales-archive sites catalogue` lists them")
    if known.disabled:
        return False
    text = own.read_text(encoding="utf-8") if own.exists() else ""
    line = next((each for each in _url_lines(text) if canonical(each[1]) == known.url), None)
    if line is None:
        _append(own, known.url, name=known.name, disabled=True)
    else:
        own.write_text(text.replace(line[0], f"{line[0]}\ndisabled = true", 1), encoding="utf-8")
    catalogue(own)  # what was written is read again before we say that it is done
    return True


def import_opml(own: Path, path: Path) -> tuple[int, int]:
    """Add the blogs of a feed reader's list; return how many were added and how many were known.

    Raise `CatalogueError` for what is no OPML. Source: http://opml.org/spec2.opml.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise CatalogueError(f"{path} is no OPML: {error}") from error
    added = known = 0
    for outline in root.iter("outline"):
        url = outline.get("htmlUrl") or _FEED.sub("/", outline.get("xmlUrl") or "")
        if not url:
            continue
        if add(own, url, outline.get("title") or outline.get("text")):
            added += 1
        else:
            known += 1
    return added, known


def _append(own: Path, url: str, *, name: str | None = None, disabled: bool = False) -> None:
    lines = ["", "[[site]]", f'url = "{url}"']
    if name:
        lines.append(f"name = {_quoted(name)}")
    if disabled:
        lines.append("disabled = true")
    own.parent.mkdir(parents=True, exist_ok=True)
    with own.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    """Return a TOML text on one line."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", "", plain) + '"'


def _url_lines(text: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"""^url\s*=\s*["']([^"'\n]+)["'][^\n]*""", text, re.MULTILINE):
        yield found[0], found[1]


def _run_list(own: Path, options: argparse.Namespace) -> Iterator[str]:
    del options
    for each in sorted(catalogue(CATALOGUE, own), key=lambda each: (each.name or each.url).lower()):
        yield f"{each.url}\t{each.name or ''}\t{', '.join(each.topics)}{_mark(each)}"


def _mark(each: Site) -> str:
    return "\tdisabled" if each.disabled else ""


def _run_add(own: Path, options: argparse.Namespace) -> Iterator[str]:
    added = add(own, options.url, options.name)
    yield f"{options.url} {'added to ' + str(own) if added else 'is in the catalogue already'}"


def _run_disable(own: Path, options: argparse.Namespace) -> Iterator[str]:
    done = disable(own, options.url)
    yield f"{options.url} {'is left out from now on' if done else 'was left out already'}"


def _run_import(own: Path, options: argparse.Namespace) -> Iterator[str]:
    added, known = import_opml(own, Path(options.file))
    yield f"{added} added to {own}, {known} known already"


_COMMANDS = {
    "list": _run_list,
    "catalogue": _run_list,
    "add": _run_add,
    "disable": _run_disable,
    "import": _run_import,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sales-archive sites", description="The catalogue of blogs to crawl.")
    parser.add_argument("--archive", default=os.environ.get("SALES_ARCHIVE", "archive-data"), metavar="DIR")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", aliases=["catalogue"], help="list the sites to crawl, one a line")
    adding = commands.add_parser("add", help="crawl a blog from now on")
    adding.add_argument("url")
    adding.add_argument("--name")
    commands.add_parser("disable", help="leave a blog out from now on").add_argument("url")
    commands.add_parser("import", help="crawl the blogs of a feed reader's OPML file").add_argument("file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
