"""What a page says about reuse, in its headers and to machines.

Sources: the robots `meta` tag and `X-Robots-Tag` (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag),
`tdm-reservation` (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/), `rel=license`.
"""

import re
from collections.abc import Iterator

from archive.records.models import Status
from crawler.pages.metadata.structured import StructuredData, strings
from crawler.pages.page import Page
from crawler.pages.urls import joined

#: How robots rules may call us.
OUR_NAMES = frozenset({"*", "sales-archive", "salesarchive"})
_ROBOTS_METAS = ("robots", "salesarchive", "sales-archive")
_KEPT = ("noarchive", "noai", "noimageai", "noindex")
_WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_LICENCE = re.compile(
    r"^https?://(?:www\.)?(?:creativecommons\.org/(?:licenses|publicdomain)/|opensource\.org/licen|www\.gnu\.org/licenses/)",
    re.IGNORECASE,
)


def read_rights(page: Page, structured: StructuredData) -> tuple[tuple[str, ...], Status]:
    """Return what the page says about reuse, and what may be kept of it by that.

    `noarchive` and a reservation of text and data mining mean that no text is kept.
    """
    rights = [rule for rule in _KEPT if rule in set(_directives(page, structured))]
    if _is_reserved(page, structured):
        rights.append("tdm-reserved")
    paywalled = _is_paywalled(structured)
    if paywalled:
        rights.append("paywalled")
    rights += _licences(page, structured)
    if "noarchive" in rights or "tdm-reserved" in rights:
        return tuple(rights), "withheld"
    return tuple(rights), "preview" if paywalled else "whole"


def _directives(page: Page, structured: StructuredData) -> Iterator[str]:
    for name in _ROBOTS_METAS:
        for content in structured.metas.get(name, ()):
            yield from (rule.strip().lower() for rule in content.split(","))
    agent = "*"
    for part in page.headers.get("x-robots-tag", "").lower().split(","):
        name, colon, value = part.strip().partition(":")
        if colon and name.strip() not in _WITH_VALUE:
            agent, name = name.strip(), value
        if agent in OUR_NAMES:
            yield name.strip()


def _is_reserved(page: Page, structured: StructuredData) -> bool:
    stated = structured.meta("tdm-reservation") or page.headers.get("tdm-reservation", "")
    return stated.strip() == "1"


def _is_paywalled(structured: StructuredData) -> bool:
    """Tell whether the page says that its text is not free to read."""
    for node in (structured.post, structured.page):
        if str(node.get("isAccessibleForFree", "")).strip().lower() in {"false", "no", "https://schema.org/false"}:
            return True
    tier = structured.meta("article:content_tier", "og:article:content_tier")
    return tier is not None and tier.lower() in {"locked", "metered"}


def _licences(page: Page, structured: StructuredData) -> list[str]:
    """Return the addresses of the licences under which the page gives its text."""
    stated = [*structured.links.get("license", ()), *strings(structured.post.get("license"))]
    links = page.tree.iter("a")
    stated += [link.get("href") or "" for link in links if "license" in (link.get("rel") or "").lower().split()]
    addresses = (joined(page.url, address) for address in stated if address.strip())
    return list(
        dict.fromkeys(address for address in addresses if address is not None and address.startswith("http"))
    )[:5]
