"""RSS and Atom: the feeds that a page names, and the one reader of their entries.

A feed of posts is read for addresses, dates and sizes of threads; a feed of comments, as WordPress writes it, for the
post and the number of each comment, and for what it answers. Pure functions; the XML is hostile until read.
Sources: https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287,
https://www.rfc-editor.org/rfc/rfc5005, http://purl.org/rss/1.0/modules/slash/, https://www.rfc-editor.org/rfc/rfc4685.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from crawler.pages.dates import machine_moment, parse_date
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.pages.urls import canonical, joined
from crawler.pages.xml import child_text, local_name, parse_xml

#: Entries of one feed that are read.
MAX_ENTRIES = 50_000

_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_ATOM = "{http://www.w3.org/2005/Atom}"
_THREADING = "{http://purl.org/syndication/thread/1.0}"
_SIZES = ("{http://purl.org/rss/1.0/modules/slash/}comments", f"{_THREADING}total")
_MAX_DIGITS = 9
_CHANGED = ("updated", "modified", "pubDate", "published", "date")

#: WordPress's comment feeds: the address of a post ends where that of its list of comments begins.
_LIST_PAGE = re.compile(r"/comment-page-\d+/?(?=$|#|\?)|(?<=[?&])cpage=\d+&?")
_WRITTEN = ("pubDate", f"{_ATOM}updated")
_COMMENT = re.compile(r"#comment-(\d{1,20})$")
_COMMENT_LINK = re.compile(r"#comment-(\d{1,19})")
_IN_REPLY = re.compile(r"^\s*(?:<p>\s*)?[^<]{1,60}<a [^>]{0,20}href=[\"'][^\"']{1,500}#comment-(\d{1,19})")


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed of posts."""

    #: Where it was asked for.
    url: str
    posts: tuple[ListedPost, ...] = ()
    #: How many comments it says that a post has, by canonical address; where it says nothing the post is missing.
    sizes: Mapping[str, int] = field(default_factory=dict)
    #: Address of the next page, where the feed names it.
    older: str | None = None
    #: Software that wrote it, in lower case.
    generator: str = ""


@dataclass(frozen=True, slots=True)
class FeedComment:
    """A comment as the feed of a site's newest comments names it."""

    #: Canonical address of its post.
    post_url: str
    #: When it was written: one that was held back for approval appears later.
    written: datetime
    #: As WordPress numbers it; `None` where the feed does not say.
    native_id: str | None


def post_feeds(page: Page) -> list[str]:
    """Return the addresses of the feeds of posts that a page names in its head, leaving out those of comments."""
    addresses = []
    for link in page.tree.iter("link"):
        words = f"{link.get('title', '')} {link.get('href', '')}".lower()
        if link.get("type", "").lower() in _TYPES and link.get("href") and "comment" not in words:
            addresses.append(joined(page.url, link.get("href", "")))
    return list(dict.fromkeys(address for address in addresses if address is not None))


def comment_feeds(page: Page) -> list[str]:
    """Return the addresses of the site-wide feeds of comments that a front page names in its head."""
    addresses = [
        joined(page.url, link.get("href", ""))
        for link in page.tree.iter("link")
        if link.get("type", "").lower() in _TYPES and "comment" in link.get("href", "").lower()
    ]
    return list(dict.fromkeys(address for address in addresses if address is not None))


def read_feed(page: Page) -> Feed:
    """Return what one page of a feed of posts lists, in its order; empty when it is none."""
    root = parse_xml(page.body)
    if root is None or local_name(root).lower() in {"html", "body"}:
        return Feed(page.url)
    posts: list[ListedPost] = []
    sizes: dict[str, int] = {}
    for entry in root.iter("{*}item", "{*}entry"):
        address = _post_address(entry)
        if address is None or len(posts) >= MAX_ENTRIES:
            continue
        url = canonical(address, page.url)
        stated = (machine_moment(child_text(entry, name)) for name in _CHANGED)
        posts.append(ListedPost(url or "", next(filter(None, stated), None)))
        size = _thread_size(entry)
        if url is not None and size is not None:
            sizes[url] = size
    older = next((link.get("href") for link in root.iter("{*}link") if link.get("rel") == "next"), None)
    generators = [f"{node.text or ''} {node.get('uri', '')}" for node in root.iter("{*}generator")]
    return Feed(
        page.url, tuple(posts), sizes, joined(page.url, older) if older else None, " ".join(generators).lower()
    )


def newest_comments(page: Page) -> Iterator[FeedComment]:
    """Yield the comments that a feed names, in its order; nothing for what is no feed."""
    root = parse_xml(page.body)
    for entry in root.iter("item") if root is not None else ():
        link = (entry.findtext("link") or entry.findtext("guid") or "").strip()
        url = canonical(_LIST_PAGE.sub("/" if "/comment-page-" in link else "", link))
        shown = next((text for name in _WRITTEN if (text := entry.findtext(name))), "")
        written = parse_date(shown, fetched=page.fetched)
        number = _COMMENT.search(link)
        if url and written:
            yield FeedComment(url, written.moment, number[1] if number else None)


def parents_in_feed(body: bytes) -> dict[str, str]:
    """Return, by comment, the comment it answers, as a post's comment feed states it, in WordPress's numbers.

    Where no element says so, the words that WordPress puts before the text do: "In reply to" and a link.
    """
    root = parse_xml(body)
    parents: dict[str, str] = {}
    for entry in root.iter("item", f"{_ATOM}entry") if root is not None else ():
        own = _COMMENT_LINK.search(_text(entry, "link") or _text(entry, "guid") or _text(entry, f"{_ATOM}id"))
        answered = entry.find(f"{_THREADING}in-reply-to")
        if answered is not None:
            parent = _COMMENT_LINK.search(answered.get("ref") or "")
        else:
            parent = _IN_REPLY.match(_text(entry, "description")) or _IN_REPLY.match(_text(entry, f"{_ATOM}content"))
        if own and parent:
            parents[own[1]] = parent[1]
    return parents


def _post_address(entry: etree._Element) -> str | None:
    for link in entry.findall("{*}link"):
        href = link.get("href") if link.get("rel", "alternate") == "alternate" else None
        address = href or (link.text or "").strip()
        if address:
            return address
    guid = entry.find("{*}guid")
    if guid is not None and guid.get("isPermaLink", "true") == "true" and "://" in (guid.text or ""):
        return (guid.text or "").strip()
    return None


def _thread_size(entry: etree._Element) -> int | None:
    stated = next((text for name in _SIZES if (text := entry.findtext(name))), "").strip()
    return int(stated) if stated.isdecimal() and len(stated) <= _MAX_DIGITS else None


def _text(entry: etree._Element, name: str) -> str:
    return (entry.findtext(name) or "").strip()
