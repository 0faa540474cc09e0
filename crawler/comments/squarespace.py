"""Squarespace: its pages state how many comments a post has, and load them by a script of their own.

Source: `Static.SQUARESPACE_CONTEXT` in saved pages.
"""

import re

from crawler.comments.base import CommentSystem
from crawler.page import Page
from crawler.reading import Thread

_COUNT = re.compile(r"\"item\":\{[^{}]{0,5000}\"publicCommentCount\":(\d{1,6})\b")
_UNREADABLE = "Squarespace hands out comments to its own script only"


class SquarespaceComments(CommentSystem):
    """Comments on a Squarespace site, of which strangers see the number."""

    name = "squarespace"
    signs = ("publiccommentcount",)

    def thread(self, page: Page) -> Thread | None:
        """Return an empty thread of the stated size; `None` on a page that is no post of Squarespace's."""
        stated = _COUNT.search(page.text)
        if stated is None:
            return None
        count = int(stated[1])
        return Thread(system=self.name, stated=count, unreadable=_UNREADABLE if count else None)
