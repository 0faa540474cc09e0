"""The language of a page: the one answer, for the record and for the order of day and month in dates.

Sources: https://html.spec.whatwg.org/#the-lang-and-xml:lang-attributes (the nearest element's attribute, then the
`meta` tag, then the header), https://www.rfc-editor.org/rfc/rfc5646 (tags), https://ogp.me/ (`og:locale`).
"""

import re
from collections.abc import Iterator

from crawler.pages.metadata.structured import read_structured, strings
from crawler.pages.page import Page

#: XHTML names the language so. The HTML parser keeps the prefix as a part of the attribute's name.
_ATTRIBUTES = ("lang", "xml:lang")
#: Standard names first. `og:locale` comes after `content-language`, as plugins fill it with a default.
_METAS = ("content-language", "og:locale", "language", "dc.language", "dcterms.language")
_TAG = re.compile(r"[a-z]{2}(?:[-_][a-z0-9]{1,8})*(?=$|\s*[,;]|[-_.@])", re.IGNORECASE)
_LIST = re.compile(r"[,;]\s*\w")


def page_languages(page: Page) -> tuple[str, ...]:
    """Return the page's language as it states it, `en-GB` with its region where it does; empty where it doesn't.

    For `Page.once`. The elements around the text come first, then what the page says about its post, then `meta` tags
    and the header. A list of languages ("fi, sv") names readers, not the text: its first language is taken only where
    nothing states one alone.
    """
    stated = list(_stated(page))
    for text in (*(text for text in stated if not _LIST.search(text)), *stated):
        tag = _TAG.match(text)
        if tag:
            return (tag[0].replace("_", "-"),)
    return ()


def language_code(languages: tuple[str, ...]) -> str | None:
    """Return the code that is archived, `en` of `en-GB`; `None` where the page states no language."""
    return languages[0].split("-")[0].lower() if languages else None


def _stated(page: Page) -> Iterator[str]:
    for element in (page.tree.find("body"), page.tree):
        if element is not None:
            yield from (value.strip() for name in _ATTRIBUTES if (value := element.get(name)))
    structured = page.once(read_structured)
    yield from strings(structured.post.get("inLanguage"))
    yield from (value for name in _METAS for value in structured.metas.get(name, ()))
    yield page.headers.get("content-language", "").strip()
