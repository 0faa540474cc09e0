"""The registry of platforms, and which of them made a site."""

from crawler.pages.page import Page
from crawler.platforms.base import Platform
from crawler.platforms.blogger import Blogger
from crawler.platforms.discourse import Discourse
from crawler.platforms.generic import Generic
from crawler.platforms.ghost import Ghost
from crawler.platforms.medium import Medium
from crawler.platforms.signed import SIGNED
from crawler.platforms.squarespace import Squarespace
from crawler.platforms.substack import Substack
from crawler.platforms.wordpress.platform import WordPress, WordPressCom

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
        *SIGNED,
        Generic(),
    )
}


def recognise(front: Page) -> Platform:
    """Return the platform that made a front page."""
    return next(each for each in PLATFORMS.values() if each.recognises(front))
