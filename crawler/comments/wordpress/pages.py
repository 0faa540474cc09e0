"""Around a WordPress thread: its heading with the count, and the further pages of its list."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.comments.wordpress.comment import classes, names
from crawler.pages.page import Page
from crawler.pages.text import one_line, text_of
from crawler.pages.urls import joined, same_site

#: A list of more pages is a trap.
MAX_PAGE = 400

_TO_COMMENT = re.compile(r"#(?:li-|div-)?comment-\d")
_IN_PATH = re.compile(r"/comment-page-(\d{1,6})/?$")
_COUNT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{3})+|\d{1,6})(?![\d.,]*\d)")
_WORDS = re.compile(
    r"comment|response|repl(?:y|ies)|thought|kommentar|antwort|meinung|commentaire|réponse|coment|respuest|respost|"
    r"rispost|reacti|feedback|gedanke|komment",
    re.IGNORECASE,
)
_ONE = re.compile(r"^\s*(?:one|an|a|ein|eine|un|une|una|uno|um|uma|één|een)\s", re.IGNORECASE)
_NONE = re.compile(r"^\s*(?:no|keine?|aucun|sin|nessun|nenhum|geen)\s", re.IGNORECASE)
_HEADINGS = frozenset(
    names(
        "comments-title comments-heading wp-block-comments-title comment-title comments_title comments-header "
        "comments_intro commentlist-title wpd-thread-info comments-count comment-count "
        "comments-number comments_number"
    )
)
_HEADING_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: A heading that counts is short; a longer one is a title that holds a number.
MAX_HEADING = 300


def stated_count(tree: HtmlElement) -> int | None:
    """Return the size of the thread as its heading states it, pings included; `None` where no heading counts."""
    for heading in _count_headings(tree):
        text = one_line(text_of(heading))
        if text and len(text) <= MAX_HEADING and _WORDS.search(text):
            count = _count(text)
            if count is not None:
                return count
    return None


def _count_headings(tree: HtmlElement) -> Iterator[HtmlElement]:
    for node in tree.iter(*_HEADING_TAGS, "div", "p", "span"):
        if classes(node) & _HEADINGS or (
            node.tag in _HEADING_TAGS and node.get("id") in {"comments", "comments-title"}
        ):
            yield node
    for box in tree.iter("div", "section"):
        if box.get("id") in {"comments", "commentsbox", "comments-wrap"} or "comments-area" in classes(box):
            yield from box.iter(*_HEADING_TAGS)
    yield from tree.iter("h2", "h3", "h4")


def _count(text: str) -> int | None:
    """Return the count that a heading begins or ends with; what stands in quotes is the post's title."""
    bare = re.sub(r"[“„«\"‘'].*", "", text).strip() or text
    if _NONE.match(bare):
        return 0
    number = _COUNT.search(bare)
    if number:
        return int(re.sub(r"[.,]", "", number[1]))
    return 1 if _ONE.match(bare) else None


def further_pages(page: Page) -> tuple[str, ...]:
    """Return the addresses of all other pages of the list, in order; empty for a list on one page.

    Besides the links between pages, each comment's permalink names the page it stands on.
    """
    linked: dict[int, str] = {}
    current = _number(page.url)
    own: dict[int, str] = {}
    for link in page.tree.iter("a"):
        href = link.get("href") or ""
        if "comment-page-" not in href and "cpage=" not in href:
            continue
        href = joined(page.url, href) or ""
        number = _number(href)
        if number is None or number > MAX_PAGE or "replytocom=" in href or not same_site(href, page.url):
            continue
        if _TO_COMMENT.search(href):
            own.setdefault(number, href)
        elif "#respond" not in href:
            linked.setdefault(number, href)
            current = current or _beside(link, number)
    if len(own) == 1:  # comments of several pages are linked from a list of the newest
        current = current or next(iter(own))
    current = current or _shown_number(page.tree)
    form = next(iter((linked or own).values()), None)
    if form is None:
        return ()
    numbers = range(1, max(*linked, *own, current or 1, 1) + 1) if linked or len(own) == 1 else ()
    return tuple(linked.get(each) or _numbered(form, each) for each in numbers if each != current)


def _number(url: str) -> int | None:
    parts = urlsplit(url)
    found = _IN_PATH.search(parts.path)
    if found:
        return int(found[1])
    values = [value for name, value in parse_qsl(parts.query) if name == "cpage"]
    return int(values[0]) if values and values[0].isdecimal() and len(values[0]) < len(str(10**6)) else None


def _beside(link: HtmlElement, number: int) -> int | None:
    """Return the current page's number where a link says "older" or "newer" rather than a number."""
    marks = " ".join(classes(link)) + " " + (link.get("rel") or "")
    around = link.getparent()
    if around is not None:
        marks += " " + " ".join(classes(around))
    if re.search(r"(?:^|[ -])prev(?:ious)?\b", marks):
        return number + 1
    if re.search(r"(?:^|[ -])next\b", marks):
        return max(number - 1, 1)
    return None


def _shown_number(tree: HtmlElement) -> int | None:
    for node in tree.iter("span", "a", "li"):
        marks = classes(node)
        if "current" in marks and "page-numbers" in marks:
            shown = (one_line(text_of(node)) or "").split(" ")[-1]
            if shown.isdecimal() and len(shown) < len(str(10**6)):
                return int(shown)
    return None


def _numbered(form: str, number: int) -> str:
    parts = urlsplit(form)._replace(fragment="comments")
    if _IN_PATH.search(parts.path):
        path = _IN_PATH.sub(f"/comment-page-{number}/", parts.path)
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, parts.fragment))
    query = [(name, str(number) if name == "cpage" else value) for name, value in parse_qsl(parts.query)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), parts.fragment))
