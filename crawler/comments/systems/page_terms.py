"""The words by which giscus and utterances find the thread of a page on GitHub.

Source: the clients of https://giscus.app/ and https://utteranc.es/.
"""

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.pages.page import Page

#: Owner and name of a repository.
REPOSITORY = re.compile(r"[\w.-]{1,100}/[\w.-]{1,100}")
_ENDING = re.compile(r"\.\w+$")


def client(page: Page, source: str) -> HtmlElement | None:
    """Return the script on a page whose address holds `source`; `None` where there is none."""
    return next((each for each in page.tree.iter("script") if source in (each.get("src") or "")), None)


def term(page: Page, kind: str) -> str:
    """Return the words by which both clients find a page's thread."""
    parts = urlsplit(page.url)
    if kind == "pathname":
        return _ENDING.sub("", parts.path[1:]) or "index"
    if kind == "url":
        return f"{parts.scheme}://{parts.netloc}{parts.path}"
    if kind == "title":
        return " ".join((page.tree.findtext(".//title") or "").split())
    if kind == "og:title":
        meta = page.tree.find(".//meta[@property='og:title']")
        return (meta.get("content") or "") if meta is not None else ""
    return kind  # utterances takes any other words as they are
