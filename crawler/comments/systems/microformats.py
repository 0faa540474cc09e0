"""Microformats: comments marked up as `u-comment h-cite` under a post, as sites of the IndieWeb print them.

Source: https://microformats.org/wiki/h-entry and https://indieweb.org/comments.
"""

import re
from dataclasses import dataclass, field

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.pages.dates import parse_date
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS
from crawler.pages.text import one_line, text_of

_COMMENT = frozenset({"u-comment", "p-comment"})
#: What has properties of its own. Source: https://microformats.org/wiki/microformats2-parsing.
_ROOT = re.compile(r"h-(?:card|adr|geo|cite|entry|event)")
_CONTENT = ("e-content", "p-content", "p-summary")


class MicroformatComments(CommentSystem):
    """Comments that say by their classes what each part is."""

    name = "microformats"
    title = "microformats (`h-cite`)"
    read_by = "from the markup of the page"
    signs = ("h-cite",)

    def thread(self, page: Page) -> Thread | None:
        """Return the marked comments in the order shown; `None` where none is marked."""
        cites = _cites(page.tree)
        if not cites:
            return None
        return Thread(system=self.name, comments=tuple(_read(cite, page) for cite in cites))


@dataclass(slots=True)
class _Cite:
    """A marked comment and the first of each of its own parts, by class."""

    node: HtmlElement
    around: "_Cite | None"
    parts: dict[str, HtmlElement] = field(default_factory=dict)

    def take(self, node: HtmlElement, classes: list[str]) -> HtmlElement | None:
        """Take an element for what its classes say; return it where what is in it is not the comment's own."""
        apart = any(_ROOT.fullmatch(name) for name in classes)
        for name in classes:
            if not apart or name.startswith("p-"):  # a card's address is its writer's
                self.parts.setdefault(name, node)
        return node if apart else None

    @property
    def address(self) -> str | None:
        link = self.parts.get("u-url")
        stated = link.get("href") if link is not None else self.node.get("id")
        return None if stated is None else str(stated)


def _cites(tree: HtmlElement) -> list[_Cite]:
    """Return the comments of a page by one walk, however deep they lie in each other."""
    found: list[_Cite] = []
    inside: list[_Cite] = []
    card: HtmlElement | None = None
    for event, node in iterwalk(tree, events=("start", "end")):
        classes = (node.get("class") or "").split()
        if event == "end":
            card = None if node is card else card
            _leave(inside, node)
        elif "h-cite" in classes and _COMMENT.intersection(classes):
            if len(found) >= MAX_COMMENTS:
                break
            found.append(_Cite(node, inside[-1] if inside else None))
            inside.append(found[-1])
        elif inside and card is None:
            card = inside[-1].take(node, classes)
    return found


def _leave(inside: list[_Cite], node: HtmlElement) -> None:
    if inside and inside[-1].node is node:
        inside.pop()


def _read(cite: _Cite, page: Page) -> ReadComment:
    author, date = cite.parts.get("p-author"), cite.parts.get("dt-published")
    content = next((cite.parts[name] for name in _CONTENT if name in cite.parts), None)
    shown = one_line(text_of(date)) if date is not None else None
    stated = date.get("datetime") or shown if date is not None else None
    return ReadComment(
        native_id=cite.address,
        parent=cite.around.address if cite.around is not None else None,
        author=_name(author),
        author_url=_link(author),
        published=parse_date(stated, fetched=page.fetched) if stated else None,
        date_shown=shown,
        text=text_of(content) if content is not None else "",
        permalink=cite.address,
    )


def _name(author: HtmlElement | None) -> str | None:
    if author is None:
        return None
    named = next((node for node in author.iter("*") if "p-name" in (node.get("class") or "").split()), author)
    return one_line(text_of(named))


def _link(author: HtmlElement | None) -> str | None:
    if author is None:
        return None
    return next((str(anchor.get("href")) for anchor in author.iter("a") if anchor.get("href")), None)
