"""The platforms we know, and which of them made a site."""

from crawler.page import Page
from crawler.platforms.base import Platform
from crawler.platforms.generic import Generic
from crawler.platforms.wordpress import WordPress

#: In the order tried; `generic` comes last and takes any site.
PLATFORMS: dict[str, Platform] = {each.name: each for each in (WordPress(), Generic())}


def recognise(front: Page) -> Platform:
    """Return the platform that made a front page."""
    return next(each for each in PLATFORMS.values() if each.recognises(front))
