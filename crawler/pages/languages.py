"""The language of a page: the one place that answers it, for the record and for the order of day and month in dates.

It is asked in two ways that do not agree yet: the record takes what looks like a language from whatever states one,
while the dates of a thread take the attribute of the page's root as it stands.
"""

import re

from crawler.pages.metadata.structured import StructuredData, strings
from crawler.pages.page import Page

#: How XML parsers name the attribute `xml:lang`, and how the HTML parser leaves it.
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HTML_XML_LANG = "xml:lang"

_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_]|$)", re.IGNORECASE)


def page_languages(page: Page, structured: StructuredData) -> tuple[str, ...]:
    """Return the page's language as it states it, `en-GB` with its region where it does; empty where it doesn't."""
    root = page.tree
    stated = (
        root.get("lang"),
        root.get(XML_LANG),
        *strings(structured.post.get("inLanguage")),
        structured.meta("content-language", "og:locale", "language", "dc.language"),
        page.headers.get("content-language"),
    )
    for text in stated:
        if text and _LANGUAGE.match(text.strip()):
            return (text.strip().split(",")[0].replace("_", "-"),)
    return ()


def language_code(languages: tuple[str, ...]) -> str | None:
    """Return the code that is archived, `en` of `en-GB`; `None` where the page states no language."""
    return languages[0].split("-")[0].lower() if languages else None


def thread_languages(page: Page, *, fallback: str) -> tuple[str, ...] | None:
    """Return the language of the page's root, in which the dates of its thread are read; `None` where it has none.

    `fallback` names the attribute read where there is no `lang`.
    """
    language = (page.tree.get("lang") or page.tree.get(fallback) or "").strip().replace("_", "-")
    return (language,) if language else None
