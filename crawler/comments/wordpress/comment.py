"""One comment of a WordPress list: its element, and where name, date and text stand, in the themes of fifteen years.

The markup is that of WordPress's own `Walker_Comment` (html4 and html5), of its comment blocks, of wpDiscuz, and of
themes that print their own. Names of classes were counted on saved pages of 165 themes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.pages.dates import parse_date
from crawler.pages.models import ReadComment, StatedDate
from crawler.pages.page import Page
from crawler.pages.text import one_line, text_of
from crawler.pages.urls import joined

#: `comment-12`, `li-comment-12`, `div-comment-12`, `wpd-comm-12_0`: the number is the comment's own.
ITEM_ID = re.compile(r"(?:li-|div-|wpd-|wc-)?(?:comment|comm)-(?:id-)?(\d{1,19})(?:_\d+)?")
_DEPTH = re.compile(r"(?:thread-)?depth-(\d{1,3})")

_NONE: frozenset[str] = frozenset()

#: Class names written as one line of words.
names = re.compile(r"[\w-]+").findall

_PENDING = re.compile(
    r"awaiting (?:moderation|approval)|wartet auf (?:moderation|freischaltung)|en attente de mod", re.I
)
#: Each list in the order tried: a sure name first.
_AUTHOR = tuple(
    names(
        "fn wp-block-comment-author-name comment-author-name comment_author_name wpd-comment-author "
        "wc-comment-author comment-author-link commentauthor comment_author commenter-name commenter "
        "comment-name author-name comment-author author vcard url"
    )
)
_DATE = tuple(
    names(
        "wp-block-comment-date comment-date comment_date commentdate comment-time comment_time "
        "wpd-comment-date wc-comment-date comment-metadata commentmetadata comment-meta comment_meta "
        "comment-permalink published timestamp date time meta comment-info comment-header"
    )
)
_TEXT = tuple(
    names(
        "comment-content wp-block-comment-content wpd-comment-text wc-comment-text comment-text comment_text "
        "commenttext comment-entry comment_content commentcontent comment_body_text comment-body-text "
        "comment-copy comment-inner-content commentbody comment-body-content the-comment"
    )
)
#: Never part of what the commenter wrote.
_NOT_TEXT = frozenset(
    names(
        "reply comment-reply-link comment-reply-login wp-block-comment-reply-link comment-edit-link "
        "wp-block-comment-edit-link comment-edit edit-link comment-meta comment-metadata commentmetadata "
        "comment-author comment-awaiting-moderation avatar says comment-actions comment-footer comment-tools "
        "comment-likes comment-like comment-rating wpulike wpdiscuz-comment-left wpd-comment-footer "
        "wpd-comment-header sharedaddy jp-relatedposts comment-reply reply-link screen-reader-text "
        "ratingblock comment-not-approved permalink comment-permalink ckrating comment-date comment-time "
        "commentnumber comment-number comment_num comment-count"
    )
)
#: Never part of a name.
_NOT_NAME = frozenset(
    names(
        "says comment-meta commentmetadata comment-metadata comment-date date reply comment-reply-link "
        "screen-reader-text comment-edit-link wpd-user-label post-author-badge badge"
    )
)
_INLINE_META = frozenset({"cite", "time"})
_DATE_PROPERTIES = frozenset({"datePublished", "dateCreated", "commentTime"})
_SAYS = re.compile(
    r"\s*(?:\b(?:says?|said|wrote|writes|sagt|schreibt|meint|dit|dice|disse|diz|zegt|ha scritto|responded|commented)"
    r"\b)?"
    r"(?:\s+(?:on|at))?\s*[:,…]?\s*$",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:by|from|posted by|comment by|written by|von|par|por)\s+", re.IGNORECASE)
_BUTTONS = re.compile(
    r"(?:reply|log ?in to reply|reply to this comment|edit|antworten|répondre|responder|rispondi|beantwoorden|"
    r"like|liked by \d+ \w+|loading\.{0,3}|permalink|link|quote|\(edit\)|report|share|[↓↑#|·•\-–— ]+)",
    re.IGNORECASE,
)
#: What stands before and after a name under a text.
_AROUND_SIGNATURE = " -–—~.,"
#: Names are short; a longer "name" is a paragraph that a theme calls author.
MAX_NAME = 120


@dataclass(frozen=True)
class Item:
    """The element that holds one comment, and those of its descendants that belong to no reply."""

    element: HtmlElement
    native_id: str | None
    own: tuple[HtmlElement, ...]
    #: The replies' elements inside, left out of everything read here.
    nested: frozenset[HtmlElement]

    @cached_property
    def named(self) -> Mapping[str, Sequence[HtmlElement]]:
        """The comment's own elements below its root, by class, each in the order of the page."""
        found: dict[str, list[HtmlElement]] = {}
        for node in self.own[1:]:
            for name in classes(node):
                found.setdefault(name, []).append(node)
        return found

    @property
    def classes(self) -> frozenset[str]:
        """Classes of the element."""
        return classes(self.element)

    @property
    def depth(self) -> int | None:
        """Levels below the post by the theme's own class, from 0; `None` without one."""
        found = (_DEPTH.fullmatch(each) for each in self.classes)
        return next((max(int(each[1]) - 1, 0) for each in found if each), None)


def classes(element: HtmlElement) -> frozenset[str]:
    """Return an element's classes in lower case."""
    stated = element.get("class")
    return frozenset(stated.lower().split()) if stated else _NONE


def item_of(element: HtmlElement, native_id: str | None, items: Callable[[HtmlElement], bool]) -> Item:
    """Gather what belongs to one comment; `items` tells the elements of other comments."""
    own: list[HtmlElement] = []
    nested: list[HtmlElement] = []
    for part in _parts(element):
        walk = iterwalk(part, events=("start",))
        for _, node in walk:
            if node is not element and (items(node) or _describes_other(node, part, items)):
                nested.append(node)
                walk.skip_subtree()
            else:
                own.append(node)
    return Item(element, native_id, tuple(own), frozenset(nested))


def _parts(element: HtmlElement) -> list[HtmlElement]:
    """Return the elements of one comment: of a definition list, the term (name and date) and what describes it."""
    parts = [element]
    following = element.getnext() if element.tag == "dt" else None
    while following is not None and following.tag == "dd":
        parts.append(following)
        following = following.getnext()
    return parts


def _describes_other(node: HtmlElement, part: HtmlElement, items: Callable[[HtmlElement], bool]) -> bool:
    """Tell the text of a reply in an inner definition list."""
    if node.tag != "dd" or node is part:
        return False
    term = next(node.itersiblings("dt", preceding=True), None)
    return term is not None and items(term)


def is_pending(item: Item) -> bool:
    """Tell whether a comment waits for its approval: only its own writer sees it."""
    for node in item.own:
        marks = classes(node)
        if "comment-awaiting-moderation" in marks or "unapproved" in marks:
            return True
        if node.tag in {"em", "p"} and _PENDING.search((node.text or "")[:200]):
            return True
    return False


def is_core(item: Item) -> bool:
    """Tell whether a comment stands in markup of WordPress's own, whose parts are named for what they are."""
    named = item.named.keys()
    if named.isdisjoint(_AUTHOR[:2]) or named.isdisjoint(_TEXT[:2]):
        return False
    return any(node.tag == "time" and node.get("datetime") is not None for node in item.own)


def read(item: Item, page: Page, languages: tuple[str, ...] | None) -> ReadComment:
    """Return one comment as the page shows it."""
    author = _author(item)
    date, shown = _date(item, page, languages)
    return ReadComment(
        native_id=item.native_id,
        depth=item.depth,
        author=author[0],
        author_url=author[1] and joined(page.url, author[1]),
        published=date,
        date_shown=shown,
        text=_unsigned(_body(item), author[0]),
        permalink=_permalink(item, page.url),
        by_post_author="bypostauthor" in item.classes,
    )


def _with_class(item: Item, names: Iterable[str]) -> Iterator[HtmlElement]:
    """Yield own elements in the order of `names`, then of the page."""
    for name in names:
        yield from item.named.get(name, ())


def _author(item: Item) -> tuple[str | None, str | None]:
    for node in _author_places(item):
        name = _name(text_of(node, without=_noise(node)))
        if name:
            return name, _link(node)
    return None, None


def _author_places(item: Item) -> Iterator[HtmlElement]:
    sure = list(_with_class(item, _AUTHOR[:2]))
    yield from sure
    yield from (node for node in item.own if node.get("itemprop") in {"name", "author", "creator"})
    yield from (node for node in item.own if node.tag == "cite")
    yield from _with_class(item, _AUTHOR[2:-1])
    yield from (node for node in item.own if node.tag == "a" and _is_external(node))
    yield from (node for node in item.own if node.tag in {"strong", "b", "h3", "h4", "h5", "dt"})


def _is_external(node: HtmlElement) -> bool:
    rel = (node.get("rel") or "").lower().split()
    return "external" in rel and "nofollow" in rel


def _noise(node: HtmlElement) -> frozenset[HtmlElement]:
    return frozenset(each for each in node.iter() if isinstance(each.tag, str) and _is_noise(each, node))


def _is_noise(each: HtmlElement, node: HtmlElement) -> bool:
    return each is not node and (each.tag in {"time", "small"} or bool(classes(each) & _NOT_NAME))


def _name(text: str) -> str | None:
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    name = one_line(_SAYS.sub("", _LEADING.sub("", first)))
    if name is None or len(name) > MAX_NAME or _BUTTONS.fullmatch(name):
        return None
    return name


def _link(node: HtmlElement) -> str | None:
    links = [node, *node.iter("a")] if node.tag != "a" else [node]
    parent = node.getparent()
    if parent is not None and parent.tag == "a":
        links.append(parent)
    for each in links:
        href = (each.get("href") or "").strip()
        if each.tag == "a" and href.lower().startswith(("http://", "https://")):
            return href if href.lower().rstrip("/") not in {"http:", "https:"} else None
    return None


def _date(item: Item, page: Page, languages: tuple[str, ...] | None) -> tuple[StatedDate | None, str | None]:
    relative: tuple[StatedDate, str | None] | None = None
    first_shown = None
    for stated, shown in _date_texts(item):
        if stated and (date := parse_date(stated, fetched=page.fetched, languages=languages)):
            if not date.relative:
                return date, shown
            relative = relative or (date, shown)
        first_shown = first_shown or (shown if _has_digits(shown) else None)
    return relative or (None, first_shown)


def _has_digits(text: str | None) -> bool:
    return bool(text) and any(each.isdigit() for each in text or "")


def _date_texts(item: Item) -> Iterator[tuple[str | None, str | None]]:
    """Yield (machine's or shown date, shown date), the exact ones first."""
    for node in item.own:
        if node.tag == "time" or node.get("itemprop") in _DATE_PROPERTIES:
            shown = one_line(text_of(node))
            yield node.get("datetime") or node.get("content"), shown
            yield shown, shown
    for node in (*filter(_is_permalink, item.own), *_with_class(item, _DATE)):
        yield from _shown(node, item)
    for node in item.own:
        if node.tag in {"small", "abbr", "span", "em", "dt"}:
            yield from _shown(node, item)


def _is_permalink(node: HtmlElement) -> bool:
    return node.tag == "a" and "#comment-" in (node.get("href") or "")


def _shown(node: HtmlElement, item: Item) -> Iterator[tuple[str | None, str | None]]:
    shown = one_line(text_of(node, without=item.nested))
    if shown and len(shown) <= MAX_NAME * 2:
        yield shown, shown
    title = node.get("title")
    if title:
        yield title, shown


def _permalink(item: Item, base: str) -> str | None:
    if item.native_id is None:
        return None
    wanted = f"#comment-{item.native_id}"
    for node in item.own:
        href = (node.get("href") or "").strip() if node.tag == "a" else ""
        if href.endswith(wanted) and "replytocom=" not in href:
            return joined(base, href)
    return joined(base, "#" + (item.element.get("id") or wanted[1:]))


def _body(item: Item) -> str:
    """Return the text of the container that holds it, else of all that is neither name, date nor button."""
    without = _NotSaid(item)
    for node in _with_class(item, _TEXT):
        text = _trim(text_of(node, without=without))
        if text or "content" in node.get("class", ""):
            return text
    for node in item.own:
        if node.get("itemprop") in {"text", "commentText", "description"}:
            return _trim(text_of(node, without=without))
    return _trim(text_of(_rest(item), without=_NotSaid(item, strict=True)))


def _rest(item: Item) -> HtmlElement:
    described = [node for node in item.own if node.tag == "dd"]
    if described and item.element.tag == "dt":
        return described[0]
    inner = [node for node in item.own[1:] if classes(node) & {"comment-body", "comment_body", "comment-content"}]
    return inner[0] if len(inner) == 1 else item.element


class _NotSaid:
    """Tell what is left out of a comment's text: replies, and the theme's own words around it."""

    def __init__(self, item: Item, *, strict: bool = False) -> None:
        self._nested = item.nested
        self._strict = strict

    def __contains__(self, node: object) -> bool:
        if not isinstance(node, HtmlElement):
            return False
        if node in self._nested or classes(node) & _NOT_TEXT:
            return True
        return self._strict and (node.tag in _INLINE_META or _is_meta(node))


def _is_meta(node: HtmlElement) -> bool:
    marks = classes(node)
    if marks & (frozenset(_AUTHOR[:-1]) | frozenset(_DATE)):
        return True
    return _is_permalink(node)


def _unsigned(text: str, author: str | None) -> str:
    """Cut a last line that is nothing but the commenter's name."""
    said, _, last = text.rpartition("\n")
    return said.rstrip() if author and last.strip(_AROUND_SIGNATURE) == author else text


def _trim(text: str) -> str:
    """Cut the buttons' words that stand on lines of their own before or after the text."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or _BUTTONS.fullmatch(lines[-1].strip())):
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)
