"""WordPress's own comments as its pages show them: classic lists, HTML5 lists, comment blocks, wpDiscuz.

Source: `Walker_Comment`, the comment blocks and the feed templates of WordPress, and saved pages of many themes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.comments.structure.reader import is_quoted, refined
from crawler.comments.wordpress.comment import ITEM_ID, Item, classes, is_core, is_pending, item_of, read
from crawler.comments.wordpress.pages import further_pages, stated_count
from crawler.comments.wordpress.parents import Parents
from crawler.pages.feeds import parents_in_feed
from crawler.pages.fetch import Fetch, UnreadableError
from crawler.pages.languages import page_languages
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page
from crawler.pages.urls import joined

#: Elements that hold comments; a paragraph or a link with such an id is only an anchor.
_HOLDERS = ("li", "div", "article", "section", "tr", "dt")
_LIST = frozenset({"commentlist", "comment-list", "comments-list", "commentslist", "wp-block-comment-template"})
_ASIDES = frozenset({"widget", "sidebar", "recentcomments", "widget_recent_comments", "widget-area", "secondary"})
_PINGS = frozenset({"pingback", "trackback", "pings", "pinglist", "pingbacks", "trackbacks", "pingslist", "tblist"})
#: A comment feed holds so many by default (the setting is the blog's feed length), newest first.
FEED_LENGTH = 10


@dataclass(frozen=True)
class _ShownList:
    """What a page shows of a list."""

    comments: tuple[ReadComment, ...]
    #: Pingbacks and trackbacks, which the heading counts with the comments.
    pings: int
    #: Ids of comments whose parent the depth limit hides.
    unsure: tuple[str, ...]
    #: Every comment stands in markup of WordPress's own.
    core: bool


class WordPressComments(CommentSystem):
    """The threads of WordPress and of its plug-ins that keep them there."""

    name = "wordpress"
    title = "WordPress"
    read_by = "by their own interfaces, see above"
    signs = ("comment-", "comm-", "commentlist", "comments-list", "commentslist")

    def thread(self, page: Page) -> Thread | None:
        """Return the comments on a page of WordPress, pings left out; `None` where it shows none."""
        elements = _elements(page.tree)
        if not elements or not _is_wordpress(page, elements):
            return None
        seen = _read(elements, page)
        if not seen.comments and not seen.pings:
            return None
        more = further_pages(page)
        return Thread(
            system=self.name,
            comments=seen.comments if seen.core else refined(seen.comments, _around(elements), page),
            stated=_without_pings(stated_count(page.tree), seen.pings, len(seen.comments)),
            more=more,
            pointer=_pointer(page, seen, more),
        )

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread in the order written, with the parents that the page lost where a feed has them."""
        whole = await super().complete(thread, post_url, fetch)
        feed, unsure = thread.pointer.get("feed"), set(thread.pointer.get("unsure", ()))
        if feed and unsure & _newest(whole.comments):
            try:
                answer = await fetch.page(feed)
            except UnreadableError:
                return _in_order(whole)  # the feed is a bonus: the page's own nesting stands
            parents = await fetch.work(parents_in_feed, answer.body)
            whole = _repaired(whole, {number: parents[number] for number in unsure & parents.keys()})
        return _in_order(whole)


def _elements(tree: HtmlElement) -> dict[HtmlElement, str | None]:
    """Return the elements that hold one comment each, with its number; the outermost where several name it."""
    elements: dict[HtmlElement, str | None] = {}
    numbers: set[str] = set()
    for node in tree.iter(*_HOLDERS):
        identity = node.get("id")
        match = ITEM_ID.fullmatch(identity.strip().lower()) if identity else None
        if match is not None:
            if match[1] not in numbers and _looks_like_item(node):
                numbers.add(match[1])
                elements[node] = match[1]
        elif node.tag == "li" and _is_listed(node):
            elements[node] = None
    return elements


def _around(elements: Iterable[HtmlElement]) -> HtmlElement:
    """Return the innermost element that holds all of some, and what is right before and after them."""
    lines = [[*reversed(list(element.iterancestors()))] for element in elements]
    shared = [first for first, *others in zip(*lines, strict=False) if all(other is first for other in others)]
    return shared[-1]


def _looks_like_item(node: HtmlElement) -> bool:
    return len(node) > 0 and "comment-respond" not in classes(node) and not _is_aside(node)


def _is_aside(node: HtmlElement) -> bool:
    """Tell the list of the site's newest comments beside the post from the post's thread."""
    around = [above for above in node.iterancestors() if above.tag not in {"body", "html"}]
    return any(above.tag == "aside" or classes(above) & _ASIDES or above.get("id") in _ASIDES for above in around)


def _is_listed(node: HtmlElement) -> bool:
    """Tell an item without an id, in themes that give the number to something inside it, or to nothing."""
    parent = node.getparent()
    if parent is None or not classes(parent) & _LIST:
        return False
    inner = (ITEM_ID.fullmatch((inner_node.get("id") or "").strip().lower()) for inner_node in node.iter(*_HOLDERS))
    return len(node) > 0 and not any(inner) and not _is_aside(node)


def _is_wordpress(page: Page, elements: Iterable[HtmlElement]) -> bool:
    """Tell WordPress's lists from others that number their comments the same way."""
    for node in elements:
        marks = classes(node)
        if any(mark.startswith("depth-") for mark in marks) or marks & {"thread-even", "thread-odd", "wpd-comment"}:
            return True
        parent = node.getparent()
        if parent is not None and classes(parent) & _LIST:
            return True
        break
    return "/wp-content/" in page.text or "/wp-includes/" in page.text


def _read(elements: dict[HtmlElement, str | None], page: Page) -> _ShownList:
    languages = page.once(page_languages)
    comments: list[ReadComment] = []
    pings = 0
    parents = Parents()
    core = True
    for element, number in elements.items():
        item = item_of(element, number, elements.__contains__)
        if _is_ping(item):
            pings += 1
        elif not is_pending(item):
            comment = read(item, page, languages)
            if is_quoted(comment.text):
                pings += 1
            elif comment.text or comment.author or comment.native_id:
                core = core and is_core(item)
                comments.append(parents.placed(comment, item))
    return _ShownList(tuple(comments), pings, parents.unsure(), core)


def _is_ping(item: Item) -> bool:
    if item.classes & _PINGS:
        return True
    parent = item.element.getparent()
    while parent is not None and parent.tag in {"ol", "ul", "div"}:
        marks = classes(parent)
        if marks & _PINGS or (parent.get("id") or "").lower() in _PINGS:
            return True
        if marks & _LIST:
            return False
        parent = parent.getparent()
    return False


def _without_pings(stated: int | None, pings: int, found: int) -> int | None:
    """Return the count of comments; most themes count pings with them, some count them apart."""
    if stated is None or stated == found:
        return stated
    return max(stated - pings, 0)


def _pointer(page: Page, seen: _ShownList, more: tuple[str, ...]) -> dict[str, object]:
    """Return what `complete` needs; not empty for a list of several pages, of which one may never change again."""
    pointer: dict[str, object] = {"paged": True} if more else {}
    if not seen.unsure:
        return pointer
    links = page.tree.iter("link")
    feeds = [joined(page.url, link.get("href") or "") for link in links if "rss" in (link.get("type") or "")]
    paths = {feed: urlsplit(feed).path.rstrip("/") for feed in feeds if feed is not None}
    own = [feed for feed, path in paths.items() if path.endswith("/feed") and path not in {"/feed", "/comments/feed"}]
    return {**pointer, "unsure": list(seen.unsure), "feed": own[0]} if own else pointer


def _newest(comments: tuple[ReadComment, ...]) -> set[str]:
    numbers = [comment.native_id for comment in comments if comment.native_id is not None]
    return set(sorted(numbers, key=int)[-FEED_LENGTH:])


def _repaired(thread: Thread, parents: dict[str, str]) -> Thread:
    comments = tuple(
        replace(comment, parent=parents[comment.native_id], depth=None) if comment.native_id in parents else comment
        for comment in thread.comments
    )
    return replace(thread, comments=comments)


def _in_order(thread: Thread) -> Thread:
    """Put comments of all pages in the order they were written, whichever way round the site shows them."""
    if not all(comment.native_id is not None for comment in thread.comments):
        return thread
    dated = all(
        comment.published and comment.published.precision in {"second", "minute"} for comment in thread.comments
    )

    def key(comment: ReadComment) -> tuple[float, int]:
        moment = comment.published.moment.timestamp() if dated and comment.published else 0.0
        return moment, int(comment.native_id or 0)

    return replace(thread, comments=tuple(sorted(thread.comments, key=key)))
