"""The platforms we know, and which of them made a site."""

from crawler.page import Page
from crawler.platforms.base import Platform
from crawler.platforms.beehiiv import Beehiiv
from crawler.platforms.blogger import Blogger
from crawler.platforms.discourse import Discourse
from crawler.platforms.generic import Generic
from crawler.platforms.ghost import Ghost
from crawler.platforms.hubspot import HubSpot
from crawler.platforms.medium import Medium
from crawler.platforms.squarespace import Squarespace
from crawler.platforms.static import StaticSite
from crawler.platforms.substack import Substack
from crawler.platforms.webflow import Webflow
from crawler.platforms.wordpress import WordPress
from crawler.platforms.wordpress_com import WordPressCom

#: In the order tried; `generic` comes last and takes any site.
PLATFORMS: dict[str, Platform] = {
    each.name: each
    for each in (
        WordPressCom(),
        WordPress(),
        Substack(),
        Blogger(),
        Ghost(),
        Discourse(),
        Medium(),
        Squarespace(),
        HubSpot(),
        Webflow(),
        Beehiiv(),
        StaticSite("Hugo"),
        StaticSite("Jekyll"),
        Generic(),
    )
}


def recognise(front: Page) -> Platform:
    """Return the platform that made a front page."""
    return next(each for each in PLATFORMS.values() if each.recognises(front))
