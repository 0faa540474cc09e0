"""Read sitemaps and list pages: addresses of posts, with the time of their last change where a sitemap states it.

Pure functions of a page. Source: https://www.sitemaps.org/protocol.html.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import html

from crawler.pages.dates import machine_moment
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.pages.urls import canonical, joined
from crawler.pages.xml import child_text, local_name, parse_xml

#: A sitemap file may hold 50,000 addresses by its protocol.
MAX_ADDRESSES = 50_000
#: Bytes of a gzipped sitemap once unpacked; the protocol allows 50 MB.
MAX_UNPACKED = 50_000_000

_GZIP = b"\x1f\x8b"
_OLDER = re.compile(
    r"\b(?:older|previous|next|ältere|nächste|suivante?s?|anciens?|siguientes?|anteriores|antigu[ao]s|precedenti|"
    r"successiv[aio]|oudere|volgende|próxim[ao]s?|mais antig[ao]s|äldre|eldre)\b|\bmore posts\b|[»→]",
    re.IGNORECASE,
)
_NOT_OLDER = re.compile(r"\bnewer\b|\bcomment", re.IGNORECASE)
#: Where themes put the link to the next list page.
_PAGING = (
    "//link[@rel='next'] | //a[contains(concat(' ', @rel, ' '), ' next ')]"
    " | //a[contains(concat(' ', @class, ' '), ' next ')]"
    " | //*[contains(@class, 'nav-previous') or contains(@class, 'pagination') or contains(@class, 'navigation')"
    " or contains(@class, 'pager') or contains(@class, 'paging') or contains(@class, 'older')]//a"
    " | //a[contains(@class, 'older') or contains(@class, 'query-pagination-next')]"
)
_CONTENT_LINKS = "//a[@href][not(ancestor::nav or ancestor::footer or ancestor::aside)]"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One sitemap file."""

    posts: tuple[ListedPost, ...] = ()
    #: Addresses of further sitemaps, when it is an index.
    sitemaps: tuple[str, ...] = ()


def read_sitemap(page: Page) -> Sitemap:
    """Return what a sitemap lists: XML, gzipped XML, or plain text; empty when it is none."""
    root = parse_xml(_unpacked(page.body))
    if root is None or local_name(root).lower() in {"html", "body"}:
        lines = page.text.split() if "text/plain" in page.headers.get("content-type", "") else []
        return Sitemap(posts=tuple(_listed(page.url, line, None) for line in lines[:MAX_ADDRESSES] if "://" in line))
    posts: list[ListedPost] = []
    sitemaps: list[str] = []
    for element in root:
        kind = local_name(element)
        address = child_text(element, "loc") if kind in {"url", "sitemap"} else None
        if address is None or len(posts) + len(sitemaps) >= MAX_ADDRESSES:
            continue
        if kind == "url":
            posts.append(_listed(page.url, address, machine_moment(child_text(element, "lastmod"))))
        elif (further := joined(page.url, address)) is not None:
            sitemaps.append(further)
    return Sitemap(tuple(posts), tuple(sitemaps))


def links(page: Page) -> Iterator[str]:
    """Yield the canonical addresses that the content of a list page links to, in its order."""
    for anchor in page.tree.xpath(_CONTENT_LINKS):
        address = canonical(anchor.get("href", ""), page.url)
        if address is not None:
            yield address


def older(page: Page) -> list[str]:
    """Return the canonical addresses of the further pages of a list, as far as the page links to them."""
    found = []
    for link in page.tree.xpath(_PAGING):
        words = _words(link)
        address = canonical(link.get("href", ""), page.url)
        if address is not None and not _NOT_OLDER.search(words):
            found.append(address)
    found += [
        address
        for anchor in page.tree.iter("a")
        if _OLDER.search(_words(anchor)[:40]) and not _NOT_OLDER.search(_words(anchor)[:40])
        if (address := canonical(anchor.get("href", ""), page.url)) is not None
    ]
    return list(dict.fromkeys(found))


def _words(link: html.HtmlElement) -> str:
    return " ".join(link.text_content().split()) if isinstance(link.tag, str) else ""


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_UNPACKED)
    except zlib.error:
        return b""


def _listed(base: str, address: str, modified: datetime | None) -> ListedPost:
    return ListedPost(canonical(address, base) or "", modified)
