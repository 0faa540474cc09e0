"""RSS and Atom: the feeds that a page names, and the one reader of their entries.

A feed of posts is read for addresses, dates and sizes of threads; a feed of comments, as WordPress writes it, for the
post and the number of each comment, and for what it answers. Pure functions; the XML is hostile until read.
Sources: https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/spec,
https://www.rfc-editor.org/rfc/rfc4287, https://www.rfc-editor.org/rfc/rfc5005, https://www.rfc-editor.org/rfc/rfc4685,
http://purl.org/rss/1.0/modules/slash/, https://cyber.harvard.edu/rss/relativeURI.html.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from itertools import islice

from lxml import etree

from crawler.pages.dates import machine_moment, parse_date
from crawler.pages.models import ListedPost
from crawler.pages.page import Page
from crawler.pages.urls import canonical, joined, same_site
from crawler.pages.xml import child_text, local_name, parse_xml

#: Entries of one feed that are read.
MAX_ENTRIES = 50_000

_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
#: A feed of comments by its title or address; a column of commentary is none.
_COMMENTS = re.compile(r"comment(?!ar(?:y|ies)|ator)", re.IGNORECASE)
_THREADING = "{http://purl.org/syndication/thread/1.0}"
_SLASH = "{http://purl.org/rss/1.0/modules/slash/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_MAX_DIGITS = 9
#: Dates of an entry, by the names that RSS, Atom, Atom 0.3 and Dublin Core give them.
_CHANGED = ("updated", "modified", "pubDate", "published", "issued", "date", "created")
_WRITTEN = ("pubDate", "published", "issued", "created", "date", "updated", "modified")

#: WordPress's comment feeds: the address of a post ends where that of its list of comments begins.
_LIST_PAGE = re.compile(r"/comment-page-\d+/?(?=$|#|\?)|(?<=[?&])cpage=\d+&?")
_COMMENT = re.compile(r"#comment-(\d{1,19})(?![\w-])")
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of any feed, of posts or of comments."""

    element: etree._Element
    #: Whole addresses that it may have on the web, the likeliest first.
    addresses: tuple[str, ...]

    @property
    def comment_number(self) -> str | None:
        """The number that WordPress gives a comment, where the entry is one."""
        names = (*self.addresses, child_text(self.element, "guid") or "", child_text(self.element, "id") or "")
        return next((found[1] for name in names if (found := _COMMENT.search(name))), None)

    @property
    def size(self) -> int | None:
        """How many comments the entry says that its post has."""
        counts = [self.element.findtext(f"{_SLASH}comments"), self.element.findtext(f"{_THREADING}total")]
        counts += [link.get(f"{_THREADING}count") for link in self.element.findall("{*}link")]
        stated = next((text for text in counts if text), "").strip()
        return int(stated) if stated.isdecimal() and len(stated) <= _MAX_DIGITS else None

    def dates(self, names: tuple[str, ...]) -> Iterator[str]:
        """Yield the dates under these names as they are written."""
        return (text for name in names if (text := child_text(self.element, name)))

    @property
    def answered(self) -> str | None:
        """The number of the comment it answers, by its element or by the words that WordPress puts first."""
        stated = self.element.find(f"{_THREADING}in-reply-to")
        if stated is not None:
            found = _COMMENT.search(f"{stated.get('ref', '')} {stated.get('href', '')}")
            return found[1] if found else None
        texts = [self.element.findtext(name) or "" for name in (f"{_CONTENT}encoded", "{*}content", "{*}description")]
        texts += [unescape(text) for text in texts]  # WordPress 6 escapes the link twice in a description
        return next((found[1] for text in texts if (found := _IN_REPLY.match(text))), None)


def post_feeds(page: Page) -> list[str]:
    """Return the addresses of the feeds of posts that a page names in its head, leaving out those of comments."""
    named = _named_feeds(page)
    return list(dict.fromkeys(url for url, href, title in named if not _COMMENTS.search(f"{title} {href}")))


def comment_feeds(page: Page) -> list[str]:
    """Return the addresses of the site-wide feeds of comments that a front page names in its head."""
    return list(dict.fromkeys(url for url, href, _ in _named_feeds(page) if _COMMENTS.search(href)))


def read_feed(page: Page) -> Feed:
    """Return what one page of a feed of posts lists, in its order; empty when it is none."""
    root = _root(page.body)
    if root is None:
        return Feed(page.url)
    posts: list[ListedPost] = []
    sizes: dict[str, int] = {}
    home = _home(root, page.url)
    for entry in islice((entry for entry in _entries(root, page.url) if entry.addresses), MAX_ENTRIES):
        own = (address for address in entry.addresses if same_site(address, home) or same_site(address, page.url))
        url = canonical(next(own, entry.addresses[0]))
        moments = (machine_moment(text) for text in entry.dates(_CHANGED))
        posts.append(ListedPost(url or "", next(filter(None, moments), None)))
        size = entry.size
        if url is not None and size is not None:
            sizes[url] = size
    older = next((link.get("href") for link in root.iter("{*}link") if link.get("rel") == "next"), None)
    generators = [f"{node.text or ''} {node.get('uri', '')}" for node in root.iter("{*}generator")]
    return Feed(
        page.url, tuple(posts), sizes, joined(page.url, older) if older else None, " ".join(generators).lower()
    )


def newest_comments(page: Page) -> Iterator[FeedComment]:
    """Yield the comments that a feed names, in its order; nothing for what is no feed."""
    root = _root(page.body)
    for entry in islice(_entries(root, page.url), MAX_ENTRIES) if root is not None else ():
        link = next(iter(entry.addresses), "")
        url = canonical(_LIST_PAGE.sub("/" if "/comment-page-" in link else "", link))
        written = next(filter(None, (parse_date(text, fetched=page.fetched) for text in entry.dates(_WRITTEN))), None)
        if url and written:
            yield FeedComment(url, written.moment, entry.comment_number)


def parents_in_feed(body: bytes) -> dict[str, str]:
    """Return, by comment, the comment it answers, as a post's comment feed states it, in WordPress's numbers."""
    root = _root(body)
    parents: dict[str, str] = {}
    for entry in islice(_entries(root, ""), MAX_ENTRIES) if root is not None else ():
        own, parent = entry.comment_number, entry.answered
        if own and parent:
            parents[own] = parent
    return parents


def _named_feeds(page: Page) -> Iterator[tuple[str, str, str]]:
    """Yield the address, the `href` and the title of each feed that a page names in its head."""
    for link in page.tree.iter("link"):
        href = link.get("href", "")
        url = joined(page.url, href) if href and link.get("type", "").lower() in _TYPES else None
        if url is not None:
            yield url, href, link.get("title", "")


def _root(body: bytes) -> etree._Element | None:
    root = parse_xml(body)
    return None if root is None or local_name(root).lower() in {"html", "body"} else root


def _entries(root: etree._Element, url: str) -> Iterator[_Entry]:
    """Yield the entries of a feed that was read at an address, of whatever kind it is."""
    home = _home(root, url)
    for element in root.iter("{*}item", "{*}entry"):
        base = _base(element, home if local_name(element) == "item" else url)
        whole = (joined(base, address) for address in _addresses(element))
        yield _Entry(element, tuple(dict.fromkeys(address for address in whole if address)))


def _addresses(element: etree._Element) -> list[str]:
    """Return what may be the address of an entry, the likeliest first, as it is written."""
    links = [child_text(element, "origLink")]  # FeedBurner puts an address of its own into `link`
    links += [_address(link) for link in element.findall("{*}link")]
    guid, permanent = child_text(element, "guid"), element.find("{*}guid[@isPermaLink='false']") is None
    links += [guid if permanent and "://" in (guid or "") else None, child_text(element, "comments")]
    names = [guid, element.get(_ABOUT), child_text(element, "id")]  # no addresses by their kind, and often such
    return [link for link in links if link] or [name for name in names if name and "://" in name]


def _address(link: etree._Element) -> str | None:
    """Return the address that an RSS or Atom link gives for the page of its entry or feed; `None` for other kinds."""
    href = link.get("href") if link.get("rel", "alternate") == "alternate" else None
    address = href or (link.text or "").strip() or None
    base = link.get(_BASE)
    return joined(base, address) if base and address else address


def _home(root: etree._Element, url: str) -> str:
    """Return the address of the site that a feed is of, as it says; RSS reads relative addresses against it."""
    channel = root if local_name(root) == "feed" else root.find("{*}channel")
    for link in channel.findall("{*}link") if channel is not None else ():
        address = _address(link)
        if address:
            return joined(_base(link, url), address) or url
    return url


def _base(element: etree._Element, url: str) -> str:
    """Return what relative addresses of an element are resolved against: `xml:base` of it and of those around it."""
    stated = [base for each in (element, *element.iterancestors()) if (base := each.get(_BASE))]
    for base in reversed(stated):
        url = joined(url, base) or url
    return url
