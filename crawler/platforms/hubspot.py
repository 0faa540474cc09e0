"""HubSpot's content management: company blogs, found by sitemap and feed; most show no comments."""

import re

from crawler.page import Page
from crawler.platforms.base import Platform

_SIGN = re.compile(r"content=\"HubSpot\"|/hs/hsstatic/|\bhs_cos_wrapper\b", re.IGNORECASE)


class HubSpot(Platform):
    """A blog that HubSpot serves."""

    name = "hubspot"

    def recognises(self, front: Page) -> bool:
        """Tell HubSpot by its headers, its generator, or the scripts it serves."""
        return "x-hs-hub-id" in front.headers or bool(_SIGN.search(front.text))
