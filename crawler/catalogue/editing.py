"""Changes to the catalogue of sites to crawl, as `sales-archive sites add` and its like make them.

One's own sites are in `sites.toml` in the archive directory, a file for people: lines are added at its end, nothing
that was written there is moved or lost.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from archive.files.lock import locked
from crawler.catalogue.sites import CATALOGUE, CatalogueError, find_site, load_sites, site_at
from crawler.pages.urls import canonical

#: What ends the address of a feed, so that the rest is the blog's.
_FEED = re.compile(
    r"(?:/(?:feed|feeds|rss|atom|index)(?:\.(?:xml|rss|atom|rdf))?|/(?:feeds/posts/default|blog/rss\.xml|\w*\.(?:xml|rss|atom)))/?$",
    re.IGNORECASE,
)


def add(own: Path, url: str, name: str | None = None) -> bool:
    """Add a site to one's own catalogue; False when it is in one already. Raise `CatalogueError`."""
    new = site_at(url)
    with _alone(own):
        if any(site.url == new.url for site in load_sites(CATALOGUE, own)):
            return False
        _append(own, _table(new.url, name=name))
    return True


def disable(own: Path, url: str) -> bool:
    """Leave a site of a catalogue out from now on; False when it is left out already. Raise `CatalogueError`."""
    with _alone(own):
        sites = load_sites(CATALOGUE, own)
        known = find_site(sites, url)
        if known not in sites:
            raise CatalogueError(f"{known.url} is not in a catalogue; `sales-archive sites list` lists them")
        if known.disabled:
            return False
        text = own.read_text(encoding="utf-8") if own.exists() else ""
        end = next((end for end, url in _url_lines(text) if canonical(url) == known.url), None)
        if end is None:
            _write(own, text + _table(known.url, name=known.name, disabled=True))
        else:
            _write(own, f"{text[:end]}\ndisabled = true{text[end:]}")
    return True


def import_opml(own: Path, path: Path) -> tuple[int, int, list[str]]:
    """Add the blogs of a feed reader's list, all at once; return how many, how many were known, and what is no blog.

    Raise `CatalogueError` for what is not OPML. Source: http://opml.org/spec2.opml.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(path.read_bytes(), parser)
    except etree.XMLSyntaxError as error:
        raise CatalogueError(f"{path} is not OPML: {error}") from error
    with _alone(own):
        return _import(own, root)


def _import(own: Path, root: etree._Element) -> tuple[int, int, list[str]]:
    known = {site.url for site in load_sites(CATALOGUE, own)}
    tables, repeated, strange = [], 0, []
    for outline in root.iter("outline"):
        url = outline.get("htmlUrl") or _FEED.sub("/", outline.get("xmlUrl") or "")
        if not url:
            continue
        try:
            address = site_at(url).url
        except CatalogueError:
            strange.append(url)
            continue
        if address in known:
            repeated += 1
        else:
            known.add(address)
            tables.append(_table(address, name=outline.get("title") or outline.get("text")))
    if tables:
        _append(own, "".join(tables))
    return len(tables), repeated, strange


@contextmanager
def _alone(own: Path) -> Iterator[None]:
    """Wait until nobody else changes the catalogue: who reads it meanwhile would write without the other's change."""
    own.parent.mkdir(parents=True, exist_ok=True)
    with locked(own.parent):  # not the file, which another takes the place of
        yield


def _append(own: Path, tables: str) -> None:
    _write(own, (own.read_text(encoding="utf-8") if own.exists() else "") + tables)


def _write(own: Path, text: str) -> None:
    """Put a new text in the place of one's own catalogue, in one step, if it can be read."""
    target = own.resolve()
    new = target.with_name(target.name + ".new")
    new.write_text(text, encoding="utf-8")
    try:
        load_sites(new)
    except CatalogueError as error:
        new.unlink()
        raise CatalogueError(f"{own} is left as it was: changing it would make {error}; change it by hand") from error
    new.replace(target)


def _table(url: str, *, name: str | None = None, disabled: bool = False) -> str:
    lines = ["", "[[site]]", f"url = {_quoted(url)}"]
    if name:
        lines.append(f"name = {_quoted(name)}")
    if disabled:
        lines.append("disabled = true")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a TOML text on one line."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", "", plain) + '"'


def _url_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the end of each line that holds the address of a site, and the address."""
    for line in re.finditer(r"""^url\s*=\s*["']([^"'\n]+)["'][^\n]*""", text, re.MULTILINE):
        yield line.end(), line[1]
