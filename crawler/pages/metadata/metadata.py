"""Title, byline, dates and the rest of a post: structured data first, then the markup of themes, then the address.

A value nobody states stays absent. The date of a change is never taken for that of publication, nor a commenter's
name or date for the post's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.pages.dates import parse_date
from crawler.pages.metadata.markup import Places, byline, bylines, find_places, short_text, tags_and_categories
from crawler.pages.metadata.structured import StructuredData, strings
from crawler.pages.models import StatedDate
from crawler.pages.page import Page
from crawler.pages.text import one_line, text_of
from crawler.pages.urls import canonical, same_site

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "og:published_time", "parsely-pub-date", "sailthru.date", "article.published", "publish_date",
    "publish-date", "pubdate", "publishdate", "dcterms.created", "dcterms.date", "dc.date.issued", "dc.date",
    "dc.date.created", "citation_publication_date", "citation_date", "blog:published_time",
    "originalpublicationdate", "date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
)
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
_TAGS = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords", "sailthru.tags")
_SECTIONS = ("article:section", "parsely-section", "og:article:section")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")
_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(\d{1,2})/")
#: A longer heading is a text set in large type.
MAX_TITLE = 300
#: What stands between a post's title and the name of its site.
_SEPARATOR = re.compile(r"\s+[|\-–—·•»«:›‹/~]+\s+|\s*[|»«›‹]\s*|:\s+")
_TITLE_CLASSES = re.compile(
    r"(?:entry|post|article|blog|single|page|wp-block-post|gh-article|p|headline|story)[-_]?(?:title|name|headline|heading)"
    r"(?:[-_]?\w{1,8})?|headline|entry-header|post-header",
)
#: A shown date further than this from the one in the address belongs to something else; zones explain less.
URL_SLACK = timedelta(days=2)
#: Names of one byline; more are a list of contributors.
MAX_AUTHORS = 10


@dataclass(frozen=True)
class Metadata:
    """What a page states about its post."""

    url: str
    title: str | None
    author: str | None
    published: StatedDate | None
    updated: datetime | None
    description: str | None
    tags: tuple[str, ...]
    categories: tuple[str, ...]
    structured: StructuredData


def read_metadata(page: Page, structured: StructuredData, languages: tuple[str, ...]) -> Metadata:
    """Return what a page in these languages states about its post, by what it states for machines and its places."""
    places = find_places(page.tree)
    published = _published(page, structured, places, languages)
    tags, categories = _labels(structured, places)
    return Metadata(
        url=canonical_url(page, structured),
        title=_title(page.tree, structured, places),
        author=_author(structured, places),
        published=published,
        updated=_updated(page, structured, published, languages),
        description=structured.meta("og:description", "description", "twitter:description"),
        tags=tags,
        categories=categories,
        structured=structured,
    )


def canonical_url(page: Page, structured: StructuredData) -> str:
    """Return the post's canonical address: what the page names so, on its own site, else the page's own.

    A page below the front page that names the front page is misconfigured.
    """
    own = _without_comment_page(canonical(page.url) or page.url)
    stated = [*structured.links.get("canonical", ()), *structured.metas.get("og:url", ())]
    for address in stated:
        url = canonical(address, page.url)
        if url and same_site(url, own) and (_is_deep(url) or not _is_deep(own)):
            return _without_comment_page(url)
    return own


def _without_comment_page(url: str) -> str:
    """Return the post's address for that of a page of its thread, which WordPress names canonical."""
    return _COMMENT_PAGE.sub(r"\1", url).rstrip("?&")


_COMMENT_PAGE = re.compile(r"/comment-page-\d{1,5}(/?)$|(?<=[?&])cpage=\d{1,5}(?:&|$)")


def _is_deep(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def _title(tree: HtmlElement, structured: StructuredData, places: Places) -> str | None:
    """Return the post's title; `None` when the page has none."""
    named = [*structured.site_names(), *(_text(node) or "" for node in places.headings if _leads_home(node))]
    sites = {_plain(name) for name in named}
    page_title = _first(_text(node) for node in tree.iter("title"))
    stated = [
        *strings(structured.post.get("headline")),
        *(title for name in ("og:title", "twitter:title", "dc.title") for title in structured.metas.get(name, ())),
        *([page_title] if page_title else []),
    ]
    heading = _heading(places, stated, sites)
    if heading:
        return heading
    bare = [_without_site(title, sites, stated) for title in stated]
    return _first(title for title in bare if title.lower() not in sites) or _first(bare)


def _without_site(title: str, sites: set[str], others: list[str]) -> str:
    """Return a title without the site's name before or after it, told by its name or by a title that lacks it."""
    for other in others:
        if other != title and len(other) >= len("A post") and _is_part(other, title):
            return other
    parts = _SEPARATOR.split(title)
    separators = [found.group() for found in _SEPARATOR.finditer(title)]
    while len(parts) > 1 and _plain(parts[-1]) in sites:
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _plain(parts[0]) in sites:
        parts.pop(0)
        separators.pop(0)
    joined = [part + separator for part, separator in zip(parts, [*separators, ""], strict=False)]
    return "".join(joined).strip()


def _is_part(short: str, title: str) -> bool:
    """Tell whether a title is another and a site's name beside it."""
    if title.startswith(short):
        return bool(_SEPARATOR.match(title[len(short) :]))
    return title.endswith(short) and bool(_SEPARATOR.search(title[: -len(short)]))


def _heading(places: Places, stated: list[str], sites: set[str]) -> str | None:
    """Return the heading that some stated title holds; else the one whose class says that it is the title."""
    headings = [(node, text) for node in places.headings if (text := _text(node)) and len(text) <= MAX_TITLE]
    wanted = [_plain(title) for title in stated]
    for level in ("h1", "h2"):
        agreeing = [
            text
            for node, text in headings
            if node.tag == level and _plain(text) not in sites and _agrees(text, wanted)
        ]
        if agreeing:
            return max(agreeing, key=len)
    lone = [(node, text) for node, text in headings if node.tag == "h1" and _plain(text) not in sites]
    if len(lone) == 1 and not stated:
        return lone[0][1]
    marked = [text for node, text in lone if _is_marked(node)]
    return marked[0] if len(marked) == 1 else None


def _agrees(heading: str, stated: list[str]) -> bool:
    plain = _plain(heading)
    return bool(plain) and any(
        plain in title and (len(plain) * 3 >= len(title) or plain == title) for title in stated
    )


def _leads_home(node: HtmlElement) -> bool:
    """Tell whether a heading is a link to the front page: old themes set the site's name so."""
    links = node.findall(".//a[@href]")
    if len(links) != 1 or _text(links[0]) != _text(node):
        return False
    try:
        parts = urlsplit(links[0].get("href", ""))
    except ValueError:
        return False
    return parts.path == "/" or (bool(parts.netloc) and not parts.path and not parts.query)


def _is_marked(node: HtmlElement) -> bool:
    marks = (node.get("class") or "").lower().split()
    return any(_TITLE_CLASSES.fullmatch(mark) for mark in marks) or node.get("itemprop") in {"headline", "name"}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _text(node: HtmlElement) -> str | None:
    return one_line(text_of(node))


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text for text in texts if text), None)


def _published(
    page: Page, structured: StructuredData, places: Places, languages: tuple[str, ...]
) -> StatedDate | None:
    address = _from_address(page)
    coarse: StatedDate | None = None
    for text in _date_texts(structured, places):
        stated = parse_date(text, fetched=page.fetched, languages=languages)
        if stated is None or (address and abs(stated.moment - address.moment) > _slack(address)):
            continue
        if stated.precision in {"second", "minute", "day"}:
            return stated
        coarse = coarse or stated
    return coarse or address


def _slack(address: StatedDate) -> timedelta:
    return URL_SLACK if address.precision == "day" else timedelta(days=33)


def _date_texts(structured: StructuredData, places: Places) -> Iterator[str]:
    """Yield texts that may state when the post was published, the surest first."""
    post, page = structured.post, structured.page
    yield from strings(post.get("datePublished")) or strings(post.get("dateCreated"))
    yield from (value for name in _PUBLISHED for value in structured.metas.get(name, ()))
    yield from strings(page.get("datePublished"))
    yield from _machine_dates(places)
    for node in (*places.dates, *places.metas, *places.years):
        text = short_text(node)
        if text and not _UPDATED_WORD.search(text):
            yield text


_UPDATED_WORD = re.compile(
    r"^\W*(?:last )?(?:updated|modified|edited|aktualisiert|mis à jour|actualizado)\b|©|copyright", re.I
)


def _machine_dates(places: Places) -> Iterator[str]:
    def is_update(marks: list[str]) -> bool:
        return "updated" in marks and "published" not in marks

    for node in places.dated:
        marks = (node.get("class") or "").lower().split()
        if is_update(marks) or "dateModified" in (node.get("itemprop") or ""):
            continue
        stated = node.get("datetime") or node.get("content") or node.get("title")
        if stated:
            yield stated
        shown = short_text(node)
        if shown:
            yield shown


def _from_address(page: Page) -> StatedDate | None:
    path = urlsplit(page.url).path
    for pattern, precision in ((_URL_DAY, "day"), (_URL_MONTH, "month")):
        found = pattern.search(path)
        if found:
            parts = [int(digits) for digits in found.groups()]
            try:
                moment = datetime(parts[0], parts[1], parts[2] if len(parts) > 2 else 1, tzinfo=UTC)  # noqa: PLR2004 - year, month, day
            except ValueError:
                continue
            return StatedDate(moment, "day" if precision == "day" else "month")
    return None


def _updated(
    page: Page, structured: StructuredData, published: StatedDate | None, languages: tuple[str, ...]
) -> datetime | None:
    """Return the last change where it is later than the publication."""
    texts = [
        *strings(structured.post.get("dateModified")),
        *(value for name in _UPDATED for value in structured.metas.get(name, ())),
        *strings(structured.page.get("dateModified")),
    ]
    for text in texts:
        stated = parse_date(text, fetched=page.fetched, languages=languages)
        if stated is not None:
            return stated.moment if published is None or stated.moment > published.moment else None
    return None


def _author(structured: StructuredData, places: Places) -> str | None:
    for names in _author_names(structured, places):
        known = list(dict.fromkeys(name for name in map(byline, names) if name))
        if known:
            return "; ".join(known[:MAX_AUTHORS])
    return None


def _author_names(structured: StructuredData, places: Places) -> Iterator[tuple[str, ...]]:
    post = structured.post
    site_names = {name.lower() for name in structured.site_names()}
    stated = structured.names(post.get("author")) or structured.names(post.get("creator"))
    yield tuple(name for name in stated if name.lower() not in site_names)
    for name in _AUTHORS:
        values = structured.metas.get(name, ())
        yield tuple(name for name in values if name.lower() not in site_names)
    label = structured.meta("twitter:label1")
    if label and label.lower() in {"written by", "verfasst von", "écrit par", "escrito por", "scritto da"}:
        yield structured.metas.get("twitter:data1", ())
    shown = next(bylines(places), None)
    yield (shown,) if shown else ()
    yield stated


def _labels(structured: StructuredData, places: Places) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tags, categories = tags_and_categories(places)
    stated = [value for name in _TAGS for value in structured.metas.get(name, ())]
    keywords = strings(structured.post.get("keywords"))
    if not tags:
        tags = tuple(stated) or tuple(_split(keywords))
    if not categories:
        sections = [value for name in _SECTIONS for value in structured.metas.get(name, ())]
        categories = tuple(sections or strings(structured.post.get("articleSection")))
    return tuple(dict.fromkeys(tags)), tuple(dict.fromkeys(categories))


def _split(keywords: list[str]) -> list[str]:
    parts = (part.strip() for line in keywords for part in line.split(","))
    return [part for part in parts if part]
