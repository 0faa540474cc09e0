"""Readable plain text of HTML: what a person would copy from the page, and nothing that only a machine sees."""

import re
from collections.abc import Container
from typing import Any

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.pages.page import parse

#: Characters of one fragment; beyond it a body is cut, as `crawler.pages.placing` cuts its text.
MAX_FRAGMENT = 4_000_000
#: Deeper lists and quotes are indented no further.
MAX_INDENT = 6

_TAG = re.compile(r"\w+")
_DROPPED = frozenset(
    _TAG.findall(
        "audio button canvas datalist form head iframe input math noscript object option script select style svg "
        "template textarea title video"
    )
)
#: Set apart by a blank line.
_PARAGRAPHS = frozenset(
    _TAG.findall(
        "address article aside blockquote details dl div fieldset figure footer h1 h2 h3 h4 h5 h6 header hr main nav "
        "p pre section table"
    )
)
#: Set apart by a new line.
_LINES = frozenset(_TAG.findall("caption center dd dt figcaption legend li summary tr"))
_LISTS = frozenset({"ol", "ul"})
_CELLS = frozenset({"td", "th"})
_BLANKS = "\t\n\r\f\v\xa0"
#: Classes of the images that blog software puts in place of an emoji or a smiley; `alt` holds the character.
_EMOJI = re.compile(r"\b(emoji|wp-smiley)\b")


def text_of(element: HtmlElement, *, without: Container[HtmlElement] = ()) -> str:
    """Return the readable text of an element: paragraphs set apart by a blank line, list items after "- ".

    Lines of a quotation begin with "> ". Scripts, forms and the like are left out, and so is each descendant in
    `without`. The element's own tail is not its text.
    """
    written = _TextWriter()
    walk = iterwalk(element, events=("start", "end", "comment", "pi"))  # no recursion: hostile pages nest deeply
    for event, node in walk:
        if event == "start":
            if node is not element and (node.tag in _DROPPED or node in without):
                walk.skip_subtree()
                written.skipped = node
            else:
                written.start(node)
            continue
        if event == "end" and node is not written.skipped:
            written.end(node.tag)
        if node is not element and node.tail:
            written.add(node.tail)
    return written.text()


def html_text(fragment: str) -> str:
    """Return the readable text of an HTML fragment, as APIs and feeds hand it out."""
    if "<" not in fragment and "&" not in fragment:
        return "\n".join(single_spaced(line).strip() for line in fragment.strip().split("\n"))
    return text_of(parse(f"<div>{fragment[:MAX_FRAGMENT]}</div>"))


def one_line(text: str | None) -> str | None:
    """Return `text` on one line with single spaces; `None` when nothing is left."""
    return " ".join(text.split()) or None if text else None


def single_spaced(text: str) -> str:
    """Return `text` with one space for each run of white space, as a browser shows it."""
    for blank in _BLANKS:  # five times as fast as a regular expression, which stops at each word
        text = text.replace(blank, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


class _TextWriter:
    """The lines written so far, and where the walk stands."""

    def __init__(self) -> None:
        self.skipped: Any = None
        self._lines: list[str] = []
        self._line: list[str] = []
        self._gap = False
        self._quotes = 0
        self._preformatted = 0
        #: Items begun in each list that is open, outermost first.
        self._lists: list[int] = []
        self._bullet = False

    def start(self, node: HtmlElement) -> None:
        tag = node.tag
        if tag == "br":
            self._break()
        elif tag == "img":
            if _EMOJI.search(node.get("class") or ""):
                self.add(node.get("alt") or "")
        elif tag in _CELLS:
            if self._pending():
                self._line.append(" | ")
        else:
            self._boundary(tag)
        self._enter(tag)
        if node.text:
            self.add(node.text)

    def end(self, tag: str) -> None:
        self._boundary(tag)
        if tag == "blockquote":
            self._quotes -= 1
        elif tag == "pre":
            self._preformatted -= 1
        elif tag in _LISTS:
            self._lists.pop()
            self._bullet = False
            self._gap = bool(self._lines) and not self._lists

    def add(self, text: str) -> None:
        if not self._preformatted:
            self._line.append(text)
            return
        first, *others = text.replace("\r\n", "\n").split("\n")
        self._line.append(first)
        for line in others:
            self._break()
            self._line.append(line)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def _boundary(self, tag: str) -> None:
        if tag in _LINES or (tag in _LISTS and self._lists):
            self._end_line()
        elif tag in _PARAGRAPHS or tag in _LISTS:
            self._paragraph()

    def _enter(self, tag: str) -> None:
        if tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._preformatted += 1
        elif tag in _LISTS:
            self._lists.append(0)
        elif tag == "li" and self._lists:
            self._gap = self._gap and not self._lists[-1]
            self._lists[-1] += 1
            self._bullet = True

    def _pending(self) -> bool:
        return any(part.strip() for part in self._line)

    def _break(self) -> None:
        if self._pending():
            self._end_line()
        else:
            self._paragraph()

    def _paragraph(self) -> None:
        self._end_line()
        self._gap = bool(self._lines) and not self._bullet

    def _end_line(self) -> None:
        if not self._line:
            return
        line = "".join(self._line)
        self._line = []
        line = line.rstrip() if self._preformatted else single_spaced(line).strip()
        if not line.strip():
            return
        if self._gap:
            self._lines.append("")
            self._gap = False
        self._lines.append(self._margin() + line)
        self._bullet = False

    def _margin(self) -> str:
        quotes = "> " * min(self._quotes, MAX_INDENT)
        if not self._lists:
            return quotes
        outer = "  " * min(len(self._lists) - 1, MAX_INDENT)
        return quotes + outer + ("- " if self._bullet else "  ")
