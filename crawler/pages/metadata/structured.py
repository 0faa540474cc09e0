"""What a page says to machines about itself: JSON-LD, `meta` tags, `link` tags.

Sources: https://schema.org/Article, https://ogp.me/, https://www.w3.org/TR/json-ld11/.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from crawler.pages.page import Page
from crawler.pages.text import one_line

#: Characters of one script; real ones hold less, apart from pages that put their whole text there.
MAX_SCRIPT = 1_000_000
#: Nodes of one page's graph; beyond it the page is no post.
MAX_NODES = 500

_TEXT_TYPES = re.compile(
    r"(?:Advertiser|Analysis|AskPublic|Background|News|Opinion|Report(?:age)?|Review|Satirical|Scholarly|Social|Tech)?"
    r"(?:Article|News|Report)|(?:Social|Blog|LiveBlog|DiscussionForum|SocialMedia)Posting|Report|Essay",
)
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "AboutPage", "FAQPage", "QAPage"})
_SITE_TYPES = frozenset({"WebSite", "Organization", "Blog"})
_LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "Blog", "ItemList", "ProfilePage"})
_META_NAMES = ("property", "name", "itemprop", "http-equiv")
_CONTROL = re.compile(r"[\x00-\x1f]+")
_COMMENT_MARKS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)


@dataclass(frozen=True)
class StructuredData:
    """Everything stated for machines on one page."""

    #: Objects of all JSON-LD scripts, in order, graphs opened.
    nodes: tuple[dict[str, Any], ...]
    #: By name or property in lower case, the contents in order.
    metas: dict[str, tuple[str, ...]]
    #: By relation in lower case, the addresses as written.
    links: dict[str, tuple[str, ...]]

    def meta(self, *names: str) -> str | None:
        """Return the first content that is not empty, in the order of `names`."""
        return next((value for name in names for value in self.metas.get(name, ()) if value), None)

    @cached_property
    def post(self) -> dict[str, Any]:
        """The object that describes the page's text; empty where none does."""
        return next((node for node in self.nodes if _is_text(node)), {})

    @cached_property
    def page(self) -> dict[str, Any]:
        """The object that describes the page; empty where none does."""
        return next((node for node in self.nodes if types(node) & _PAGE_TYPES), {})

    def is_listing(self) -> bool:
        """Tell whether the page calls itself a list of texts, and describes none as its own."""
        return any(types(node) & _LIST_TYPES for node in self.nodes) and not self.post

    def names(self, value: Any) -> tuple[str, ...]:
        """Return the names of persons or things: texts, objects with a `name`, or references into the graph."""
        found = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                known = item if "name" in item else self._by_id(item.get("@id"))
                found += strings(known.get("name"))
            else:
                found += strings(item)
        return tuple(dict.fromkeys(found))

    def site_names(self) -> list[str]:
        """Return what the page calls its site."""
        named = [name for node in self.nodes if types(node) & _SITE_TYPES for name in strings(node.get("name"))]
        return [*named, *self.metas.get("og:site_name", ()), *self.metas.get("application-name", ())]

    def _by_id(self, wanted: Any) -> dict[str, Any]:
        return next((node for node in self.nodes if wanted and node.get("@id") == wanted and "name" in node), {})


def read_structured(page: Page) -> StructuredData:
    """Return what a page states for machines, for `Page.once`; what cannot be parsed is left out."""
    tree = page.tree
    metas: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        name = (
            node.get("property") or node.get("name") or node.get("itemprop") or node.get("http-equiv") or ""
        ).lower()
        content = one_line(node.get("content"))
        if name and content:
            metas.setdefault(name.strip(), []).append(content)
    links: dict[str, list[str]] = {}
    for node in tree.iter("link"):
        href = (node.get("href") or "").strip()
        for relation in (node.get("rel") or "").lower().split():
            if href:
                links.setdefault(relation, []).append(href)
    return StructuredData(
        tuple(_nodes(tree)),
        {name: tuple(values) for name, values in metas.items()},
        {name: tuple(values) for name, values in links.items()},
    )


def types(node: dict[str, Any]) -> set[str]:
    """Return the types of a JSON-LD object, without their vocabulary's address."""
    value = node.get("@type")
    found = value if isinstance(value, list) else [value]
    return {name.rsplit("/", 1)[-1] for name in found if isinstance(name, str)}


def strings(value: Any) -> list[str]:
    """Return the texts among a value or list of values, each on one line."""
    found = value if isinstance(value, list) else [value]
    lines = (one_line(text) for text in found if isinstance(text, str))
    return [text for text in lines if text]


def _is_text(node: dict[str, Any]) -> bool:
    return any(_TEXT_TYPES.fullmatch(name) for name in types(node))


def _nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    count = 0
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower() or not script.text:
            continue
        for node in _opened(_parsed(script.text)):
            count += 1
            if count > MAX_NODES:
                return
            yield node


def _parsed(text: str) -> Any:
    """Return the JSON value of a script; `None` when it cannot be parsed, even with its control characters mended."""
    if len(text) > MAX_SCRIPT:
        return None
    bare = _COMMENT_MARKS.sub("", text)
    try:
        return json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(_CONTROL.sub(" ", bare).rstrip(" ;"))
    except (ValueError, RecursionError):
        return None


def _opened(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects of lists and graphs, and what a page object says it is about."""
    pending = [value]
    seen = 0
    while pending and seen < MAX_NODES:
        seen += 1
        item = pending.pop(0)
        if isinstance(item, list):
            pending = item[:MAX_NODES] + pending
        elif isinstance(item, dict):
            if "@type" in item or "@id" in item:
                yield item
            pending += [item[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in item]
