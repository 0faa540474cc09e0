"""Read sitemaps, feeds and list pages: addresses of posts, with the time of their last change where stated.

Pure functions of a page. The XML is hostile until read: no entity is resolved, nothing is loaded, depth and size
are bounded by libxml2's own limits.
Sources: https://www.sitemaps.org/protocol.html, https://www.rssboard.org/rss-specification,
https://www.rfc-editor.org/rfc/rfc4287, https://www.rfc-editor.org/rfc/rfc5005.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree, html

from crawler.pages.models import Listed
from crawler.pages.page import Page, parse_xml
from crawler.pages.urls import canonical, joined

#: A sitemap file may hold 50,000 addresses by its protocol.
MAX_ADDRESSES = 50_000
#: Bytes of a gzipped sitemap once unpacked; the protocol allows 50 MB.
MAX_UNPACKED = 50_000_000

_GZIP = b"\x1f\x8b"
_SIZES = ("{http://purl.org/rss/1.0/modules/slash/}comments", "{http://purl.org/syndication/thread/1.0}total")
_MAX_DIGITS = 9
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
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

    posts: tuple[Listed, ...] = ()
    #: Addresses of further sitemaps, when it is an index.
    sitemaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteFeed:
    """One page of an RSS or Atom feed."""

    #: Where it was asked for.
    url: str
    posts: tuple[Listed, ...] = ()
    #: Address of the next page, where the feed names it.
    older: str | None = None
    #: Software that wrote it, in lower case.
    generator: str = ""


def read_sitemap(page: Page) -> Sitemap:
    """Return what a sitemap lists: XML, gzipped XML, or plain text; empty when it is none."""
    body = _unpacked(page.body)
    root = _xml(body)
    if root is None:
        lines = page.text.split() if "text/plain" in page.headers.get("content-type", "") else []
        return Sitemap(posts=tuple(_listed(page.url, line, None) for line in lines[:MAX_ADDRESSES] if "://" in line))
    posts: list[Listed] = []
    sitemaps: list[str] = []
    for element in _children(root, {"url", "sitemap"}):
        address = _text(element, "loc")
        if address is None or len(posts) + len(sitemaps) >= MAX_ADDRESSES:
            continue
        if _name(element) == "url":
            posts.append(_listed(page.url, address, _moment(_text(element, "lastmod"))))
        elif (further := joined(page.url, address)) is not None:
            sitemaps.append(further)
    return Sitemap(tuple(posts), tuple(sitemaps))


def read_feed(page: Page) -> SiteFeed:
    """Return what one page of a feed lists, in its order; empty when it is none."""
    root = _xml(page.body)
    if root is None:
        return SiteFeed(page.url)
    posts: list[Listed] = []
    for element in root.iter("{*}item", "{*}entry"):
        address = _post_address(element)
        if address is not None and len(posts) < MAX_ADDRESSES:
            stated = (_text(element, name) for name in ("updated", "modified", "pubDate", "published", "date"))
            posts.append(_listed(page.url, address, next(filter(None, map(_moment, stated)), None)))
    older = next((each.get("href") for each in root.iter("{*}link") if each.get("rel") == "next"), None)
    generators = [f"{each.text or ''} {each.get('uri', '')}" for each in root.iter("{*}generator")]
    return SiteFeed(page.url, tuple(posts), joined(page.url, older) if older else None, " ".join(generators).lower())


def thread_sizes(page: Page) -> dict[str, int]:
    """Return how many comments a feed says that its posts have, by canonical address; empty where it says nothing.

    Sources: http://purl.org/rss/1.0/modules/slash/, https://www.rfc-editor.org/rfc/rfc4685.
    """
    root = _xml(page.body)
    sizes = {}
    for element in root.iter("{*}item", "{*}entry") if root is not None else ():
        address = canonical(_post_address(element) or "", page.url)
        stated = next((text for name in _SIZES if (text := element.findtext(name))), "").strip()
        if address is not None and stated.isdecimal() and len(stated) <= _MAX_DIGITS:
            sizes[address] = int(stated)
    return sizes


def feeds(page: Page) -> list[str]:
    """Return the addresses of the feeds of posts that a page names in its head, leaving out those of comments."""
    found = []
    for link in page.tree.iter("link"):
        words = f"{link.get('title', '')} {link.get('href', '')}".lower()
        if link.get("type", "").lower() in _FEED_TYPES and link.get("href") and "comment" not in words:
            found.append(joined(page.url, link.get("href", "")))
    return list(dict.fromkeys(each for each in found if each is not None))


def comment_feeds(page: Page) -> list[str]:
    """Return the addresses of the site-wide feeds of comments that a front page names in its head."""
    found = [
        joined(page.url, link.get("href", ""))
        for link in page.tree.iter("link")
        if link.get("type", "").lower() in _FEED_TYPES and "comment" in link.get("href", "").lower()
    ]
    return list(dict.fromkeys(each for each in found if each is not None))


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


def _xml(body: bytes) -> etree._Element | None:
    root = parse_xml(body)
    return None if root is None or _name(root).lower() in {"html", "body"} else root


def _children(root: etree._Element, names: set[str]) -> Iterator[etree._Element]:
    for element in root:
        if _name(element) in names:
            yield element


def _name(element: etree._Element) -> str:
    """Return a name without its namespace, empty for what has none; lxml's own way refuses broken names."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: etree._Element, name: str) -> str | None:
    found = element.find(f"{{*}}{name}")
    text = "".join(map(str, found.itertext())).strip() if found is not None else ""
    return text or None


def _post_address(element: etree._Element) -> str | None:
    for link in element.findall("{*}link"):
        href = link.get("href") if link.get("rel", "alternate") == "alternate" else None
        address = href or (link.text or "").strip()
        if address:
            return address
    guid = element.find("{*}guid")
    if guid is not None and guid.get("isPermaLink", "true") == "true" and "://" in (guid.text or ""):
        return (guid.text or "").strip()
    return None


def _listed(base: str, address: str, modified: datetime | None) -> Listed:
    return Listed(canonical(address, base) or "", modified)


def _moment(text: str | None) -> datetime | None:
    """Return the aware UTC time of a feed's or sitemap's date; a bare day counts from its beginning."""
    if text is None:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, OverflowError):
            continue
        try:
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except OverflowError:
            return None
    return None
