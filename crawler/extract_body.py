"""The text of a post, by trafilatura, with what leaked into it from the thread cut from its end."""

import logging
import re

from lxml.etree import _Element
from trafilatura import bare_extraction

from crawler.page import Page
from crawler.reading import Thread
from crawler.text import text_of

#: trafilatura logs what we count ourselves.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

#: A paragraph of so few words may be the name and date above a comment.
BYLINE_WORDS = 12
_WORD = re.compile(r"\w+")
#: How trafilatura's own tags are called in HTML.
_TAGS = {
    "head": "h2",
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "lb": "br",
    "row": "tr",
    "cell": "td",
    "code": "pre",
}


def read_body(page: Page, thread: Thread | None) -> str:
    """Return the post's text, paragraphs set apart by a blank line; empty where the page holds none."""
    document = bare_extraction(page.tree, url=page.url, fast=True, include_comments=False, with_metadata=False)
    body = getattr(document, "body", None)
    text = _text(body) if body is not None else ""
    return without_thread(text, thread)


def _text(body: _Element) -> str:
    for node in body.iter(*_TAGS):
        node.tag = _TAGS[str(node.tag)]
    return text_of(body)


def without_thread(text: str, thread: Thread | None) -> str:
    """Cut paragraphs that belong to the thread from the end of a text, with the bylines between them."""
    if thread is None or not text:
        return text
    written = " ".join(_plain(f"{comment.author or ''} {comment.text}") for comment in thread.comments)
    paragraphs = text.split("\n\n")
    cut = at = len(paragraphs)
    while at:
        at -= 1
        words = _plain(paragraphs[at])
        if words and f" {words} " in f" {written} ":
            cut = at
        elif len(words.split()) > BYLINE_WORDS:
            break
    return "\n\n".join(paragraphs[:cut])


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
