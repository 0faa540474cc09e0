"""WordPress's feed of the newest comments: which old posts have something new."""

import re

from crawler.dates import parse_date
from crawler.page import Page, parse_xml
from crawler.reading import Listed
from crawler.urls import canonical

#: The address of a post ends where that of its list of comments begins.
_LIST_PAGE = re.compile(r"/comment-page-\d+/?(?=$|#|\?)|(?<=[?&])cpage=\d+&?")
_DATES = ("pubDate", "{http://www.w3.org/2005/Atom}updated")


def read_comment_feed(page: Page) -> list[Listed]:
    """Return each commented post once, changed at its newest comment; nothing for what is no feed."""
    root = parse_xml(page.body)
    found: dict[str, Listed] = {}
    for node in root.iter("item") if root is not None else ():
        link = (node.findtext("link") or node.findtext("guid") or "").strip()
        url = canonical(_LIST_PAGE.sub("/" if "/comment-page-" in link else "", link))
        shown = next((text for name in _DATES if (text := node.findtext(name))), "")
        stated = parse_date(shown, fetched=page.fetched)
        if url and stated and (url not in found or stated.moment > (found[url].modified or stated.moment)):
            found[url] = Listed(url, stated.moment)
    return list(found.values())
