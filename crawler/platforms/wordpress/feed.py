"""WordPress's feed of the newest comments: which old posts have something new."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from crawler.pages.dates import parse_date
from crawler.pages.models import Listed
from crawler.pages.page import Page, parse_xml
from crawler.pages.urls import canonical

#: The address of a post ends where that of its list of comments begins.
_LIST_PAGE = re.compile(r"/comment-page-\d+/?(?=$|#|\?)|(?<=[?&])cpage=\d+&?")
_DATES = ("pubDate", "{http://www.w3.org/2005/Atom}updated")
_COMMENT = re.compile(r"#comment-(\d{1,20})$")


@dataclass(frozen=True, slots=True)
class NewestComment:
    """A comment as the feed names it."""

    #: Canonical address of its post.
    post_url: str
    #: When it was written: one that was held back for approval appears later.
    written: datetime
    #: As WordPress numbers it; `None` where the feed does not say.
    native_id: str | None


def newest_comments(page: Page) -> Iterator[NewestComment]:
    """Yield the comments that a feed names, in its order; nothing for what is no feed."""
    root = parse_xml(page.body)
    for node in root.iter("item") if root is not None else ():
        link = (node.findtext("link") or node.findtext("guid") or "").strip()
        url = canonical(_LIST_PAGE.sub("/" if "/comment-page-" in link else "", link))
        shown = next((text for name in _DATES if (text := node.findtext(name))), "")
        stated = parse_date(shown, fetched=page.fetched)
        number = _COMMENT.search(link)
        if url and stated:
            yield NewestComment(url, stated.moment, number[1] if number else None)


def read_comment_feed(page: Page) -> list[Listed]:
    """Return each commented post once, changed at its newest comment; nothing for what is no feed."""
    newest: dict[str, datetime] = {}
    for comment in newest_comments(page):
        newest[comment.post_url] = max(comment.written, newest.get(comment.post_url, comment.written))
    return [Listed(url, written) for url, written in newest.items()]
