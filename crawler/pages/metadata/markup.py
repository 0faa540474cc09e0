"""What a page shows people about its post: byline, date, tags, in the classes that themes give them.

One walk of the page gathers the places, leaving out threads, sidebars and lists of other posts: their names and
dates belong to other texts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.pages.dates.names import ENGLISH_MONTHS, ENGLISH_WEEKDAYS
from crawler.pages.text import one_line, text_of

#: A place that holds more is a text, not a byline.
MAX_PLACE = 160

_words = re.compile(r"[\w-]+").findall
_OUTSIDE_TAGS = frozenset(_words("nav aside footer form script style noscript template select svg iframe"))
#: Whole class or id names that set a region apart from the post.
_OUTSIDE = re.compile(
    r"comments?|comments?[-_]?(?:area|list|section|wrap(?:per)?|container|block|box|template)|commentlist|respond|"
    r"disqus_thread|wpdcom|sidebar(?:[-_]?\w{1,12})?|secondary|widget(?:s|[-_]area)?|related(?:[-_]?\w{1,12})?|"
    r"jp-relatedposts|yarpp.*|footer|site-footer|colophon|nav|navigation|post-navigation|nav-links|menu|main-menu|breadcrumbs?|"
    r"recent[-_]?\w{1,12}|popular[-_]?\w{1,12}|more[-_](?:posts|stories|from.*)|read-?more|latest[-_]?\w{1,12}|"
    r"newsletter.*|subscribe.*|pingbacks?|trackbacks?|h-cite|[up]-comments?|wp-block-comments.*|wp-block-latest-.*|wp-block-query|replies",
)
_DATE = re.compile(
    r"(?:entry|post|posted|article|blog|single|published|publish|publication|pub|created?|header|story|meta|dt)?[-_]?"
    r"(?:date|published|posted|timestamp|datetime|day|on)(?:[-_]?(?:line|time|header|stamp|published|text|info|posted|on))?|"
    r"published|dateline|wp-block-post-date|date-header|date-outer|postmetadata|updated",
)
_META = re.compile(
    r"(?:entry|post|article|blog|single|page|story)?[-_]?(?:meta|metadata|info|details|byline|header-meta|data)(?:[-_]?\w{1,9})?|"
    r"postmetadata|byline|by-line|post-footer|post-header-line-\d|posted-by|post-byline|post-author|entry-header",
)
_AUTHOR = re.compile(
    r"(?:entry|post|article|blog|single|p|meta|byline|wp-block-post|gh-article|story|the|written|posted)?[-_]?"
    r"(?:author|byline|by|contributor|writer)(?:[-_]?(?:name|link|info|meta|title|text|url))?|fn|posted-by",
)
_MACHINE_DATES = frozenset({"time", "abbr"})
_LARGE = frozenset({"html", "body", "article", "main"})
#: Too common to promise anything.
_CAREFUL = frozenset({"by", "p-by", "day", "on", "data", "header-meta"})
_TAGS = re.compile(r"/(?:tags?|label|topics?|keyword)s?/", re.IGNORECASE)
_CATEGORIES = re.compile(r"/(?:categor(?:y|ies|ia|ie)|kategorie|sections?)/|[?&]cat=", re.IGNORECASE)


@dataclass
class Places:
    """Where a page shows what belongs to its post."""

    #: Elements with a machine date: `time`, `abbr` with a title, `itemprop`.
    dated: list[HtmlElement] = field(default_factory=list)
    #: Elements whose class promises a date, a byline, or both.
    dates: list[HtmlElement] = field(default_factory=list)
    metas: list[HtmlElement] = field(default_factory=list)
    authors: list[HtmlElement] = field(default_factory=list)
    headings: list[HtmlElement] = field(default_factory=list)
    tagged: list[HtmlElement] = field(default_factory=list)
    #: Short texts that hold a year, for pages whose classes say nothing.
    years: list[HtmlElement] = field(default_factory=list)


def find_places(tree: HtmlElement) -> Places:
    """Walk the page once and gather the places that may state something about its post."""
    places = Places()
    walk = iterwalk(tree, events=("start",))
    for _, node in walk:
        tag = node.tag
        marks = _marks(node)
        if tag not in {"html", "body", "head"} and (_is_outside_tag(node) or _is_outside(marks)):
            walk.skip_subtree()
            continue
        _gather(node, tag, marks, places)
    return places


def _marks(node: HtmlElement) -> list[str]:
    marks = (node.get("class") or "").lower().split()
    own = node.get("id")
    return [*marks, own.lower()] if own else marks


def _is_outside_tag(node: HtmlElement) -> bool:
    if node.tag == "footer":  # the foot of a post holds its date and byline in many themes
        return next(node.iterancestors("article"), None) is None
    return node.tag in _OUTSIDE_TAGS


def _is_outside(marks: list[str]) -> bool:
    return any(_OUTSIDE.fullmatch(each) for each in marks)


_YEAR = re.compile(r"(?<!\d)(?:19[89]|20[0-4])\d(?!\d)")


def _gather(node: HtmlElement, tag: str, marks: list[str], places: Places) -> None:
    if tag in _MACHINE_DATES and (tag == "time" or node.get("title")):
        places.dated.append(node)
    elif tag in {"h1", "h2"}:
        places.headings.append(node)
    if node.get("itemprop") or node.get("rel"):
        _gather_by_property(node, places)
    if tag not in _LARGE:
        _gather_by_class(node, marks, places)
    if node.text and len(node.text) <= MAX_PLACE and _YEAR.search(node.text):
        places.years.append(node)


def _gather_by_property(node: HtmlElement, places: Places) -> None:
    properties = (node.get("itemprop") or "").split()
    relations = (node.get("rel") or "").split()
    if "author" in properties or "author" in relations:
        places.authors.append(node)
    if "datePublished" in properties and node.tag != "time":
        places.dated.append(node)
    if ("tag" in relations or "category" in relations) and node.tag == "a":
        places.tagged.append(node)


def _gather_by_class(node: HtmlElement, marks: list[str], places: Places) -> None:
    for mark in marks:
        if mark in _CAREFUL:
            continue
        if _AUTHOR.fullmatch(mark):
            places.authors.append(node)
        if _DATE.fullmatch(mark):
            places.dates.append(node)
        elif _META.fullmatch(mark):
            places.metas.append(node)


def short_text(node: HtmlElement) -> str | None:
    """Return an element's text on one line; `None` when it is empty or too long for a byline."""
    text = one_line(text_of(node))
    return text if text and len(text) <= MAX_PLACE else None


def tags_and_categories(places: Places) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what `rel=tag` and `rel=category` links name; categories are told by their relation or their address."""
    tags: list[str] = []
    categories: list[str] = []
    for node in places.tagged:
        name = short_text(node)
        if name is None:
            continue
        name = name.lstrip("# ") or name
        is_category = "category" in (node.get("rel") or "") or _CATEGORIES.search(node.get("href") or "")
        (categories if is_category else tags).append(name)
    return tuple(dict.fromkeys(tags)), tuple(dict.fromkeys(categories))


_BY = re.compile(
    r"(?:^|[\s|•·–—-])(?:(?:posted|written|published|filed|contributed|authored|veröffentlicht|geschrieben|publié|publicado|"
    r"escrito)\s+)?(?:by|von|par|por|di|door)\s*:?\s+(?P<name>[^\W\d_][^|•·,;/\d@()\[\]]{1,60})",
    re.IGNORECASE,
)
#: Words that begin what follows a name; those of other languages only before a number, as names hold them too.
_NAME_ENDS = re.compile(
    r"\s+(?:(?:on|at|in|posted|published|updated|leave|with|under|filed|about|comments?|//|\|)(?=[\s:,]|$)"
    r"|(?:am|um|le|el|il|op)\s+\d).*$",
    re.IGNORECASE,
)
#: A role after a dash, or the beginning of a date after two names: one of them may be May.
_AFTER_NAME = re.compile(
    rf"\s+[-–—|•·]\s.*$|^(\S+\s+\S.*?)\s+(?:{ENGLISH_WEEKDAYS}|{ENGLISH_MONTHS})\.?$",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"admin(?:istrator)?|author|written by|by|posted by|share|follow|about the author|view all posts.*|read more|"
    r"more posts.*|subscribe|comments?|home|blog|editor|staff|guest|unknown|anonymous",
    re.IGNORECASE,
)
MAX_NAME = 80


def bylines(places: Places) -> Iterator[str]:
    """Yield the names that bylines show, likeliest first."""
    for node in places.authors:
        name = byline(_author_text(node))
        if name:
            yield name
    for node in (*places.metas, *places.dates):
        text = short_text(node)
        found = _BY.search(text) if text else None
        if found and (name := byline(found["name"])):
            yield name
    for node in places.years:
        text = short_text(node)
        found = _DATED_BY.match(text) if text else None
        if found and (name := byline(found["name"])):
            yield name


#: "October 23rd, 2018 by Tobias Lindqvist", as the first themes print it in no class at all.
_DATED_BY = re.compile(
    r"(?:posted |published )?(?:on )?[^\d©]{0,20}\d{1,2}\S{0,3}[^©]{1,12}(?:19|20)\d\d[^©]{0,12}?"
    r" by (?P<name>[^\W\d_][^|•·,;/\d@()\[\]]{1,60})$",
    re.IGNORECASE,
)


def _author_text(node: HtmlElement) -> str | None:
    inner = [each for each in node.iter() if isinstance(each.tag, str) and _is_name(each)]
    for each in inner:
        text = short_text(each)
        if text:
            return text
    return short_text(node)


def _is_name(node: HtmlElement) -> bool:
    marks = (node.get("class") or "").lower().split()
    return "fn" in marks or "name" in (node.get("itemprop") or "") or "author" in (node.get("rel") or "").split()


def byline(text: str | None) -> str | None:
    """Return the name in a byline, without "by" and what follows the name; `None` when it holds none."""
    if not text:
        return None
    found = _BY.search(text)
    name = (found["name"] if found else text).strip(" \t|•·–—-,:;")
    name = _AFTER_NAME.sub(r"\1", _NAME_ENDS.sub("", name)).strip(" \t|•·–—-,:;")
    if not name or len(name) > MAX_NAME or "@" in name or "://" in name or _NOT_NAMES.fullmatch(name):
        return None
    return name if any(each.isalpha() for each in name) else None
