"""A fetched page, as every reader gets it: bytes, headers, time, and one parse shared by all."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
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
    status: int = HTTPStatus.OK

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
