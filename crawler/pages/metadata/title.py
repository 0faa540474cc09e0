"""A post's title: the page's heading where the other titles agree with it, else those without the site's name."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.pages.metadata.markup import Places
from crawler.pages.metadata.structured import Structured, strings
from crawler.pages.text import one_line, text_of

#: A longer heading is a text set in large type.
MAX_TITLE = 300
#: What stands between a post's title and the name of its site.
_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:›‹/~]+\s+|\s*[|»«›‹]\s*|:\s+")
_TITLE_CLASSES = re.compile(
    r"(?:entry|post|article|blog|single|page|wp-block-post|gh-article|p|headline|story)[-_]?(?:title|name|headline|heading)"
    r"(?:[-_]?\w{1,8})?|headline|entry-header|post-header",
)


def read_title(tree: HtmlElement, structured: Structured, places: Places) -> str | None:
    """Return the post's title; `None` when the page has none."""
    named = [*structured.site_names(), *(_text(node) or "" for node in places.headings if _leads_home(node))]
    sites = {_plain(each) for each in named}
    page_title = _first(_text(node) for node in tree.iter("title"))
    stated = [
        *strings(structured.post().get("headline")),
        *(each for name in ("og:title", "twitter:title", "dc.title") for each in structured.metas.get(name, ())),
        *([page_title] if page_title else []),
    ]
    heading = _heading(places, stated, sites)
    if heading:
        return heading
    bare = [without_site(each, sites, stated) for each in stated]
    return _first(each for each in bare if each.lower() not in sites) or _first(bare)


def without_site(title: str, sites: set[str], others: list[str]) -> str:
    """Return a title without the site's name before or after it, told by its name or by a title that lacks it."""
    for each in others:
        if each != title and len(each) >= len("A post") and _is_part(each, title):
            return each
    parts = _SEPARATOR.split(title)
    separators = [found.group() for found in _SEPARATOR.finditer(title)]
    while len(parts) > 1 and _plain(parts[-1]) in sites:
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _plain(parts[0]) in sites:
        parts.pop(0)
        separators.pop(0)
    joined = [part + separator for part, separator in zip(parts, [*separators, ""], strict=False)]
    return "".join(joined).strip()


def _is_part(short: str, title: str) -> bool:
    """Tell whether a title is another and a site's name beside it."""
    if title.startswith(short):
        return bool(_SEPARATOR.match(title[len(short) :]))
    return title.endswith(short) and bool(_SEPARATOR.search(title[: -len(short)]))


def _heading(places: Places, stated: list[str], sites: set[str]) -> str | None:
    """Return the heading that some stated title holds; else the one whose class says that it is the title."""
    headings = [(node, text) for node in places.headings if (text := _text(node)) and len(text) <= MAX_TITLE]
    wanted = [_plain(each) for each in stated]
    for level in ("h1", "h2"):
        agreeing = [
            text
            for node, text in headings
            if node.tag == level and _plain(text) not in sites and _agrees(text, wanted)
        ]
        if agreeing:
            return max(agreeing, key=len)
    lone = [(node, text) for node, text in headings if node.tag == "h1" and _plain(text) not in sites]
    if len(lone) == 1 and not stated:
        return lone[0][1]
    marked = [text for node, text in lone if _is_marked(node)]
    return marked[0] if len(marked) == 1 else None


def _agrees(heading: str, stated: list[str]) -> bool:
    plain = _plain(heading)
    return bool(plain) and any(plain in each and (len(plain) * 3 >= len(each) or plain == each) for each in stated)


def _leads_home(node: HtmlElement) -> bool:
    """Tell whether a heading is a link to the front page: old themes set the site's name so."""
    links = node.findall(".//a[@href]")
    if len(links) != 1 or _text(links[0]) != _text(node):
        return False
    try:
        parts = urlsplit(links[0].get("href", ""))
    except ValueError:
        return False
    return parts.path == "/" or (bool(parts.netloc) and not parts.path and not parts.query)


def _is_marked(node: HtmlElement) -> bool:
    marks = (node.get("class") or "").lower().split()
    return any(_TITLE_CLASSES.fullmatch(each) for each in marks) or node.get("itemprop") in {"headline", "name"}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _text(node: HtmlElement) -> str | None:
    return one_line(text_of(node))


def _first(texts: Iterable[str | None]) -> str | None:
    return next((each for each in texts if each), None)
