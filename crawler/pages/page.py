"""A fetched page, as every reader gets it: bytes, headers, time, and one parse shared by all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from lxml import etree, html
from lxml.etree import ParserError

from crawler.pages.decoding import decode

R = TypeVar("R")

#: Tags that are left open by the thousand on broken pages; libxml2 stops reading at 2,046 levels. A space takes
#: their place, so that what follows is still read.
_SHALLOW = re.compile(
    rb"</?(?:a|b|big|blockquote|center|div|em|font|i|q|s|small|span|strong|u)\b[^<>]*>", re.IGNORECASE
)
#: XML in UTF-16 without a mark: libxml2 tells it, and nobody else does.
_UTF_16 = (b"<\x00", b"\x00<")
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]{0,200}\?>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x0*+(d[0-9a-f]{3})(?![0-9a-f])|0*+(5\d{4})(?!\d));?", re.IGNORECASE)
_UTF_8 = re.compile(rb"encoding\s{0,9}=\s{0,9}[\"']utf-?8[\"']", re.IGNORECASE)

#: Every element is of one class: lxml.html's own choice by tag costs a call into Python for each element met, a tenth
#: of the time of reading a page, and buys methods of forms and inputs.
_ONE_CLASS = etree.ElementDefaultClassLookup(element=html.HtmlElement, comment=html.HtmlComment)


@dataclass(frozen=True)
class Page:
    """One response. Readers are pure functions of it, so they run in worker processes and on saved pages."""

    #: Address after redirects, as the server was asked.
    url: str
    body: bytes
    #: When it was received, aware UTC: relative dates ("3 days ago") count from here.
    fetched: datetime
    #: Names in lower case; repeated headers joined by ", ".
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @cached_property
    def text(self) -> str:
        """The body as text, by BOM, header, meta, then strict UTF-8, then windows-1252."""
        return decode(self.body, self.headers.get("content-type"))

    @cached_property
    def tree(self) -> html.HtmlElement:
        """The one parse of the page, shared: readers must not change it. An empty page gives an empty tree."""
        return parse(self.text)

    def once(self, read: Callable[["Page"], R]) -> R:
        """Return what a pure function reads from the page; it is called the first time only, whoever asks."""
        if read not in self._known:
            self._known[read] = read(self)
        known: R = self._known[read]
        return known

    @cached_property
    def _known(self) -> dict[Callable[["Page"], Any], Any]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the parse, and what was read, behind when the page travels: lxml trees cannot be pickled."""
        return {name: value for name, value in self.__dict__.items() if name not in {"text", "tree", "_known"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the fields as they were."""
        self.__dict__.update(state)


def parse(text: str) -> html.HtmlElement:
    """Return the tree of a page or fragment, never failing: what cannot be parsed is an empty document."""
    body = text.replace("\x00", "").encode("utf-8", "replace")  # lxml refuses a str that declares an encoding
    tree, cut = _parse(body)
    return _parse(_SHALLOW.sub(b" ", body))[0] if cut else tree


def parse_xml(body: bytes) -> etree._Element | None:
    """Return the root of a feed or sitemap, mended where it is broken; `None` for what is no XML. Loads nothing."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(_sound(body.lstrip()), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _sound(body: bytes) -> bytes:
    """Return XML in sound UTF-8: libxml2 takes halves of characters in any guise, and lxml cannot hand them out."""
    declared = _DECLARATION.match(body)
    if body.startswith(_UTF_16):
        return body
    if not _is_utf8(body) or (declared is not None and not _UTF_8.search(declared[0])):
        body = _DECLARATION.sub(b"", decode(body).encode("utf-8", "replace"), count=1)
    return _REFERENCE.sub(_whole, body)


def _whole(reference: re.Match[bytes]) -> bytes:
    number = int(reference[2], 10) if reference[2] else int(reference[1], 16)
    return b"&#xFFFD;" if 0xD800 <= number <= 0xDFFF else reference[0]  # noqa: PLR2004 (the range is Unicode's)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parse(body: bytes) -> tuple[html.HtmlElement, bool]:
    """Return the tree, and whether the parser gave up before the end of the page."""
    # Without huge_tree all below 254 levels is lost; trafilatura loses what stands after a comment in a paragraph.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        tree = html.document_fromstring(body, parser=parser)
    except (ParserError, ValueError):
        return html.document_fromstring("<html><body></body></html>"), False
    return tree, any("Excessive depth" in each.message for each in parser.error_log)
