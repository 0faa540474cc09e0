"""Platforms that sign their pages and need no more: sites found by sitemap and feed, as any blog.

Static site generators leave their threads to other systems; HubSpot's comments answer its own script only; beehiiv's
need a login; Webflow has none. A generator signs its front page by default, and its owner may have removed that: then
the site is `generic`, and read just as well. Content folders are the work of `scrapy crawl frontmatter`.
"""

import re

from crawler.pages.page import Page
from crawler.platforms.base import Platform


class SignedPlatform(Platform):
    """A platform known by a sign in the source of its front page, or by a header."""

    def __init__(self, title: str, sign: str, *, header: str | None = None) -> None:
        """Take a regular expression (case ignored), and the header's name in lower case."""
        self.title = title
        self.name = title.lower()
        self._sign = re.compile(sign, re.IGNORECASE)
        self._header = header

    def recognises(self, front: Page) -> bool:
        """Tell the platform by its header or its sign."""
        return self._header in front.headers or bool(self._sign.search(front.text))


def _generator(name: str) -> SignedPlatform:
    """Return a static site generator by its `meta` tag, attributes in either order."""
    attributes = rf'name="?generator"?[^>]{{1,20}}content="?{name}\b'
    content_first = rf'content="?{name}\b[^>]{{1,40}}name="?generator"?'
    return SignedPlatform(name, rf"<meta\s+(?:{attributes}|{content_first})")


#: In the order tried.
SIGNED: tuple[SignedPlatform, ...] = (
    SignedPlatform("HubSpot", r"content=\"HubSpot\"|/hs/hsstatic/|\bhs_cos_wrapper\b", header="x-hs-hub-id"),
    SignedPlatform("Webflow", r"<html[^>]{0,500}\bdata-wf-site=|content=\"Webflow\""),
    SignedPlatform("beehiiv", r"media\.beehiiv\.com/|\bbeehiiv-(?:ads|images)"),  # pictures that its pages load
    _generator("Hugo"),
    _generator("Jekyll"),
)
