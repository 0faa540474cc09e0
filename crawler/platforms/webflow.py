"""Webflow: company sites, found by sitemap; it has no comments of its own."""

import re

from crawler.page import Page
from crawler.platforms.base import Platform

_SIGN = re.compile(r"<html[^>]{0,500}\bdata-wf-site=|content=\"Webflow\"", re.IGNORECASE)


class Webflow(Platform):
    """A site made with Webflow."""

    name = "webflow"

    def recognises(self, front: Page) -> bool:
        """Tell Webflow by its generator, or the site number on the page's root."""
        return bool(_SIGN.search(front.text))
