"""Any other blog: found by feed, sitemap and list pages, read by what every page has."""

from crawler.pages.page import Page
from crawler.platforms.base import Platform


class Generic(Platform):
    """A site whose software we don't know, or that needs nothing of its own."""

    name = "generic"
    title = "anything else"
    lists_posts_by = "sitemap, feed and list pages"
    reads_threads_by = "by the comment system of the page, else by its structure"

    def recognises(self, front: Page) -> bool:
        """Take any site."""
        del front
        return True
