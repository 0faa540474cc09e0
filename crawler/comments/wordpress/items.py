"""The elements of a WordPress list: which holds one comment, and which of its parts belong to no reply."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import iterwalk
from lxml.html import HtmlElement

#: `comment-12`, `li-comment-12`, `div-comment-12`, `wpd-comm-12_0`: the number is the comment's own.
ITEM_ID = re.compile(r"(?:li-|div-|wpd-|wc-)?(?:comment|comm)-(?:id-)?(\d{1,19})(?:_\d+)?")
_DEPTH = re.compile(r"(?:thread-)?depth-(\d{1,3})")

_NONE: frozenset[str] = frozenset()

#: Class names written as one line of words.
names = re.compile(r"[\w-]+").findall

_PENDING = re.compile(
    r"awaiting (?:moderation|approval)|wartet auf (?:moderation|freischaltung)|en attente de mod", re.I
)


@dataclass(frozen=True)
class Item:
    """The element that holds one comment, and those of its descendants that belong to no reply."""

    element: HtmlElement
    native_id: str | None
    own: tuple[HtmlElement, ...]
    #: The replies' elements inside, left out of everything read here.
    nested: frozenset[HtmlElement]

    @cached_property
    def named(self) -> Mapping[str, Sequence[HtmlElement]]:
        """The comment's own elements below its root, by class, each in the order of the page."""
        found: dict[str, list[HtmlElement]] = {}
        for node in self.own[1:]:
            for name in classes(node):
                found.setdefault(name, []).append(node)
        return found

    @property
    def classes(self) -> frozenset[str]:
        """Classes of the element."""
        return classes(self.element)

    @property
    def depth(self) -> int | None:
        """Levels below the post by the theme's own class, from 0; `None` without one."""
        found = (_DEPTH.fullmatch(each) for each in self.classes)
        return next((max(int(each[1]) - 1, 0) for each in found if each), None)


def classes(element: HtmlElement) -> frozenset[str]:
    """Return an element's classes in lower case."""
    stated = element.get("class")
    return frozenset(stated.lower().split()) if stated else _NONE


def item(element: HtmlElement, native_id: str | None, items: Callable[[HtmlElement], bool]) -> Item:
    """Gather what belongs to one comment; `items` tells the elements of other comments."""
    own: list[HtmlElement] = []
    nested: list[HtmlElement] = []
    for part in _parts(element):
        walk = iterwalk(part, events=("start",))
        for _, node in walk:
            if node is not element and (items(node) or _describes_other(node, part, items)):
                nested.append(node)
                walk.skip_subtree()
            else:
                own.append(node)
    return Item(element, native_id, tuple(own), frozenset(nested))


def _parts(element: HtmlElement) -> list[HtmlElement]:
    """Return the elements of one comment: of a definition list, the term (name and date) and what describes it."""
    parts = [element]
    following = element.getnext() if element.tag == "dt" else None
    while following is not None and following.tag == "dd":
        parts.append(following)
        following = following.getnext()
    return parts


def _describes_other(node: HtmlElement, part: HtmlElement, items: Callable[[HtmlElement], bool]) -> bool:
    """Tell the text of a reply in an inner definition list."""
    if node.tag != "dd" or node is part:
        return False
    term = next(node.itersiblings("dt", preceding=True), None)
    return term is not None and items(term)


def is_pending(found: Item) -> bool:
    """Tell whether a comment waits for its approval: only its own writer sees it."""
    for node in found.own:
        marks = classes(node)
        if "comment-awaiting-moderation" in marks or "unapproved" in marks:
            return True
        if node.tag in {"em", "p"} and _PENDING.search((node.text or "")[:200]):
            return True
    return False
