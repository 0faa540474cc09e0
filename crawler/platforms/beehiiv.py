"""beehiiv: newsletters at /p/…, found by sitemap, as most switch their feed off; comments need a login."""

import re

from crawler.page import Page
from crawler.platforms.base import Platform

_SIGN = re.compile(r"media\.beehiiv\.com/|\bbeehiiv-(?:ads|images)", re.IGNORECASE)


class Beehiiv(Platform):
    """A newsletter that beehiiv publishes."""

    name = "beehiiv"

    def recognises(self, front: Page) -> bool:
        """Tell beehiiv by the pictures that its pages load."""
        return bool(_SIGN.search(front.text))
