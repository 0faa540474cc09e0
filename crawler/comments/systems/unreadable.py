"""Comment systems that show strangers nothing: the post is marked so, with the size of its thread where it is stated.

Facebook and Hyvor Talk want a login or the owner's key, IntenseDebate and HubSpot answer their own scripts only, and
Livefyre is gone.
"""

import re

from crawler.comments.base import CommentSystem
from crawler.pages.json_values import mapping, mappings, number
from crawler.pages.metadata.structured import read_structured
from crawler.pages.models import Thread
from crawler.pages.page import Page

NOT_READABLE = "not readable without an account: the post is marked, with the stated size of its thread"


class UnreadableComments(CommentSystem):
    """A system that is known by its sign on the page, and no more."""

    read_by = NOT_READABLE

    def __init__(self, title: str, words: tuple[str, ...], sign: str, reason: str) -> None:
        """Name the system by the first word of its title, in lower case.

        `sign` is a regular expression whose matches hold one of `words`; `reason` says why it cannot be read.
        """
        self.title = title
        self.name = title.partition(" ")[0].lower()
        self.signs = words
        self._sign = re.compile(sign, re.IGNORECASE)
        self._reason = reason

    def thread(self, page: Page) -> Thread | None:
        """Return an empty thread of the size that the page states for machines; `None` without the sign."""
        if not self._sign.search(page.text):
            return None
        return Thread(system=self.name, stated=_stated(page), unreadable=self._reason)


UNREADABLE = (
    UnreadableComments(
        "Facebook",
        ("fb-comments", "<fb:comments"),
        r"class=[\"'][^\"']{0,100}\bfb-comments\b|<fb:comments\s",
        "Facebook shows comments after a login",
    ),
    UnreadableComments(
        "Hyvor Talk", ("hyvor",), r"talk\.hyvor\.com/|<hyvor-talk-comments\b", "Hyvor Talk wants its owner's key"
    ),
    UnreadableComments(
        "IntenseDebate", ("idcomments_acct",), r"\bidcomments_acct\b", "IntenseDebate answers its own script only"
    ),
    UnreadableComments(
        "HubSpot", ("comments-listing",), r"id=[\"']comments-listing[\"']", "HubSpot answers its own script only"
    ),
    UnreadableComments("Livefyre", ("livefyre",), r"cdn\.livefyre\.com/|id=[\"']livefyre", "Livefyre is gone"),
)


def _stated(page: Page) -> int | None:
    """Return the number of comments that the page's JSON-LD states. Source: https://schema.org/commentCount."""
    post = page.once(read_structured).post
    counted = [
        number(each.get("userInteractionCount"))
        for each in mappings(_listed(post.get("interactionStatistic")))
        if "Comment" in str(mapping(each.get("interactionType")).get("@type") or each.get("interactionType"))
    ]
    return number(post.get("commentCount")) if "commentCount" in post else next(iter(counted), None)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


_COUNT = re.compile(r"\"item\":\{[^{}]{0,5000}\"publicCommentCount\":(\d{1,6})\b")
_UNREADABLE = "Squarespace hands out comments to its own script only"


class SquarespaceComments(CommentSystem):
    """Comments on a Squarespace site, of which strangers see the number."""

    name = "squarespace"
    title = "Squarespace"
    read_by = NOT_READABLE
    signs = ("publiccommentcount",)

    def thread(self, page: Page) -> Thread | None:
        """Return an empty thread of the stated size; `None` on a page that is no post of Squarespace's."""
        stated = _COUNT.search(page.text)
        if stated is None:
            return None
        count = int(stated[1])
        return Thread(system=self.name, stated=count, unreadable=_UNREADABLE if count else None)
