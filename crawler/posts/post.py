"""From a page to a post: whether it is one, and its metadata, rights, text and thread, from one parse of the page."""

import re
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawler.comments.registry import read_thread
from crawler.pages.languages import language_code, page_languages
from crawler.pages.metadata.metadata import Metadata, read_metadata
from crawler.pages.metadata.rights import read_rights
from crawler.pages.metadata.structured import read_structured
from crawler.pages.models import ReadPost
from crawler.pages.page import Page
from crawler.pages.text import one_line, text_of
from crawler.pages.urls import canonical, same_site
from crawler.posts.body import read_body, without_tags

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

#: Below this many words a page without a date is a caption, a form or a price tag.
_SHORT_WORDS = 40
#: Links looked at to tell a list from a text.
_MOST_LINKS = 1000
#: So many titles of other posts make a list.
_FEW_TITLES = 3


def read_post(page: Page) -> ReadPost:
    """Return the post on a page, with its thread as far as the page shows it. Pure.

    Where the page asks not to be archived, its status says so, and `crawler.pages.placing.place` keeps nothing of it
    but that it was met.
    """
    structured = page.once(read_structured)
    languages = page.once(page_languages)
    metadata = read_metadata(page, structured, languages)
    rights, status = read_rights(page, structured)
    text, thread = read_body(page, read_thread(page))
    text = without_tags(text, metadata.tags, metadata.categories)
    return ReadPost(
        url=metadata.url,
        title=metadata.title,
        author=metadata.author,
        published=metadata.published,
        updated=metadata.updated,
        language=language_code(languages),
        text=text,
        description=metadata.description,
        tags=metadata.tags,
        categories=metadata.categories,
        rights=rights,
        status=status,
        thread=thread,
        is_post=is_post(page, metadata, text),
    )


def is_post(page: Page, metadata: Metadata, text: str) -> bool:
    """Tell whether the page, whose body reads `text`, is one post: no list of posts, no page about the site."""
    marks = _body_classes(page.tree)
    if any(_POST_BODY.fullmatch(each) for each in marks):
        return True
    if "wp-content" in page.text and marks & (_LISTING_BODY | {"page"}):
        return False
    if metadata.structured.post or (metadata.structured.meta("og:type") or "").lower() in {"article", "blog_post"}:
        return not _is_front(page.url)
    if _is_listing_address(page.url) or metadata.structured.is_listing():
        return False
    flat = " ".join(text.split())
    words = len(flat.split())
    labels = [label for link in islice(page.tree.iter("a"), _MOST_LINKS) if (label := _label(link, page)) in flat]
    linked = sum(len(label.split()) for label in labels)
    if metadata.published is None and words - linked < _SHORT_WORDS:
        return False
    return not (len(labels) >= _FEW_TITLES and linked * 3 >= words) and not _heads_other_posts(page, flat)


def _label(link: HtmlElement, page: Page) -> str:
    """Return the text of a link to another page of the site; a line that no text holds for any other link."""
    address = canonical(link.get("href") or "", page.url)
    if address is None or address == canonical(page.url) or not same_site(address, page.url):
        return "\n"
    return one_line(text_of(link)) or "\n"


def _heads_other_posts(page: Page, flat: str) -> bool:
    """Tell whether most headings of a text are links to other pages of the site."""
    headings = [node for node in page.tree.iter("h1", "h2", "h3", "h4") if (one_line(text_of(node)) or "\n") in flat]
    links = ((node.find(".//a[@href]"), next(node.iterancestors("a"), None)) for node in headings)
    titles = sum(any(link is not None and _label(link, page) != "\n" for link in pair) for pair in links)
    return titles >= _FEW_TITLES and titles * 2 > len(headings)


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
