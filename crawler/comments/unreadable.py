"""Comment systems that show strangers nothing: the post is marked so, with the size of its thread where it is stated.

Facebook and Hyvor Talk want a login or the owner's key, IntenseDebate and HubSpot answer their own scripts only, and
Livefyre is gone.
"""

import re

from crawler.comments.base import CommentSystem
from crawler.json_values import mapping, mappings, number
from crawler.metadata_structured import read_structured
from crawler.page import Page
from crawler.reading import Thread


class UnreadableComments(CommentSystem):
    """A system that is known by its sign on the page, and no more."""

    def __init__(self, name: str, words: tuple[str, ...], sign: str, reason: str) -> None:
        """`sign` is a regular expression whose matches hold one of `words`; `reason` says why it cannot be read."""
        self.name = name
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
        "facebook",
        ("fb-comments", "<fb:comments"),
        r"class=[\"'][^\"']{0,100}\bfb-comments\b|<fb:comments\s",
        "Facebook shows comments after a login",
    ),
    UnreadableComments(
        "hyvor", ("hyvor",), r"talk\.hyvor\.com/|<hyvor-talk-comments\b", "Hyvor Talk wants its owner's key"
    ),
    UnreadableComments(
        "intensedebate", ("idcomments_acct",), r"\bidcomments_acct\b", "IntenseDebate answers its own script only"
    ),
    UnreadableComments(
        "hubspot", ("comments-listing",), r"id=[\"']comments-listing[\"']", "HubSpot answers its own script only"
    ),
    UnreadableComments("livefyre", ("livefyre",), r"cdn\.livefyre\.com/|id=[\"']livefyre", "Livefyre is gone"),
)


def _stated(page: Page) -> int | None:
    """Return the number of comments that the page's JSON-LD states. Source: https://schema.org/commentCount."""
    post = read_structured(page.tree).post()
    counted = [
        number(each.get("userInteractionCount"))
        for each in mappings(_listed(post.get("interactionStatistic")))
        if "Comment" in str(mapping(each.get("interactionType")).get("@type") or each.get("interactionType"))
    ]
    return number(post.get("commentCount")) if "commentCount" in post else next(iter(counted), None)


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]
