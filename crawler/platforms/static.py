"""Static site generators that sign their pages: found by sitemap and feed, their threads kept by other systems.

The generator signs its front page by default, and its owner may have removed that: then the site is `generic`, and
read just as well. What is read from a content folder instead is the work of `scrapy crawl frontmatter`.
"""

import re

from crawler.page import Page
from crawler.platforms.base import Platform


class StaticSite(Platform):
    """A site that one generator wrote as files."""

    def __init__(self, generator: str) -> None:
        """Take the generator's name as its `meta` tag states it."""
        self.name = generator.lower()
        attributes = rf'name="?generator"?[^>]{{1,20}}content="?{generator}\b'
        turned = rf'content="?{generator}\b[^>]{{1,40}}name="?generator"?'
        self._sign = re.compile(rf"<meta\s+(?:{attributes}|{turned})", re.IGNORECASE)

    def recognises(self, front: Page) -> bool:
        """Tell the generator by its signature."""
        return bool(self._sign.search(front.text))
