"""Tell a post from the pages around it: front pages, archives by month, tag or author, results of a search."""

import re
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawler.metadata import Metadata
from crawler.page import Page

_LISTING_PATH = re.compile(
    r"(?:^|/)(?:tags?|categor(?:y|ies)|authors?|topics?|labels?|search|archives?|page|feed|rss)(?:/[^/]*)?(?:/page/\d+)?/?$|"
    r"/page/\d+/?$|^/(?:19|20)\d\d(?:/\d{1,2}(?:/\d{1,2})?)?/?$|^/(?:index\.\w{3,5})?$",
    re.IGNORECASE,
)
_LISTING_QUERY = frozenset({"s", "cat", "tag", "paged", "m", "author"})
_POST_QUERY = frozenset({"p", "page_id", "id", "story", "article", "postid", "post"})
_LISTING_BODY = frozenset(
    {"archive", "category", "tag", "search", "blog", "home", "error404", "author", "date", "paged"}
)
_POST_BODY = re.compile(r"single(?:-\w+)?|postid-\d+|post-template.*")


def is_post(page: Page, metadata: Metadata) -> bool:
    """Tell whether the page is one post rather than a list of posts or a page about the site."""
    marks = _body_classes(page.tree)
    if any(_POST_BODY.fullmatch(each) for each in marks):
        return True
    if "wp-content" in page.text and marks & (_LISTING_BODY | {"page"}):
        return False
    if metadata.structured.post() or (metadata.structured.meta("og:type") or "").lower() in {"article", "blog_post"}:
        return not _is_front(page.url)
    return not _is_listing_address(page.url) and not metadata.structured.is_listing()


def _body_classes(tree: HtmlElement) -> frozenset[str]:
    body = tree.find("body")
    return frozenset((body.get("class") or "").lower().split()) if body is not None else frozenset()


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.path.strip("/") and not {name for name, _ in parse_qsl(parts.query)} & _POST_QUERY


def _is_listing_address(url: str) -> bool:
    parts = urlsplit(url)
    names = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    if names & _POST_QUERY:
        return False
    return bool(names & _LISTING_QUERY) or _LISTING_PATH.search(parts.path) is not None
