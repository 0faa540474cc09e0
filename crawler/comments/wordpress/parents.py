"""What each comment of a WordPress list answers: by the page's own marks, and where these end."""

import re
from dataclasses import replace

from lxml.html import HtmlElement

from crawler.comments.wordpress.comment import Item, classes
from crawler.pages.models import ReadComment

#: Sites limit depth to five by default; at two levels nothing says that a limit was met.
SURE_DEPTH = 2
_REPLY_LINKS = frozenset({"comment-reply-link", "comment-reply-login"})
_WPDISCUZ_ID = re.compile(r"wpd-comm-\d{1,19}_(\d{1,19})")


class Parents:
    """Find what each comment answers, by depth classes and the order shown, else by what encloses it.

    Comment blocks close lists one time too often where the depth limit bites, so nesting alone misleads.
    """

    def __init__(self) -> None:
        """Begin a list."""
        self._open: list[ReadComment] = []
        self._places: dict[str, tuple[str | None, int]] = {}
        self._answerable: set[str] = set()
        self._keys: dict[HtmlElement, ReadComment] = {}

    def placed(self, comment: ReadComment, item: Item) -> ReadComment:
        """Return the comment with parent and depth; comments are given in the order shown."""
        stated = _WPDISCUZ_ID.fullmatch(item.element.get("id") or "")
        if comment.depth is not None:
            del self._open[comment.depth :]
            parent = self._open[-1] if self._open and comment.depth else None
        else:
            parent = self._enclosing(item.element)
        if stated:
            comment = replace(comment, parent=stated[1] if int(stated[1]) else None)
        elif parent is not None and parent.native_id is not None:
            comment = replace(comment, parent=parent.native_id)
        depth = comment.depth if comment.depth is not None else _depth_below(parent)
        comment = replace(comment, depth=depth)
        self._open.append(comment)
        self._keys[item.element] = comment
        if comment.native_id is not None and not stated:
            self._places[comment.native_id] = (comment.parent, depth)
            if any(classes(node) & _REPLY_LINKS for node in item.own if node.tag in {"a", "div", "span"}):
                self._answerable.add(comment.native_id)
        return comment

    def unsure(self) -> tuple[str, ...]:
        """Return the comments at the depth limit that may answer the one shown before them rather than above."""
        deepest = max((depth for _, depth in self._places.values()), default=0)
        bottom = [each for each, (_, depth) in self._places.items() if depth == deepest]
        if not deepest or self._answerable.intersection(bottom):
            return ()
        if not self._answerable and deepest < SURE_DEPTH:
            return ()
        first: set[str | None] = set()
        unsure = []
        for each in bottom:
            parent = self._places[each][0]
            if parent in first:
                unsure.append(each)
            first.add(parent)
        return tuple(unsure)

    def _enclosing(self, element: HtmlElement) -> ReadComment | None:
        return next((self._keys[each] for each in element.iterancestors() if each in self._keys), None)


def _depth_below(parent: ReadComment | None) -> int:
    return 0 if parent is None else (parent.depth or 0) + 1
