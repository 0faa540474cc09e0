"""Markdown as generators take it, with HTML and their template tags in it, to readable text."""

import re

from markdown_it import MarkdownIt

from crawler.pages.text import html_text

#: Characters of one body that are rendered.
MAX_BODY = 2_000_000

#: Hugo's shortcodes and Liquid's tags: what they would put there only the generator knows; what stands between an
#: opening and a closing one is the writer's, and so is a caption.
_TAG = re.compile(r"\{\{[<%][^{}]{0,2000}[>%]\}\}|\{%-?[^{}]{0,2000}-?%\}|\{\{[^{}<%]{0,2000}\}\}")
_CAPTION = re.compile(r'\bcaption\s*=\s*(?:"([^"]{1,1000})"|`([^`]{1,1000})`)')
#: Jekyll's Markdown gives a block attributes by a line of its own.
_ATTRIBUTES = re.compile(r"^\{:[^{}\n]{0,500}\}[ \t]*$", re.MULTILINE)
_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def markdown_text(body: str) -> str:
    """Return the readable text of a Markdown body: paragraphs set apart by a blank line."""
    without_tags = _TAG.sub(_caption, _ATTRIBUTES.sub("", body[:MAX_BODY]))
    return html_text(_RENDERER.render(without_tags))


def _caption(tag: re.Match[str]) -> str:
    found = _CAPTION.search(tag[0])
    return (found[1] or found[2]) if found else ""
