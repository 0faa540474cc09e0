"""WordPress.com: blogs on its hosts, whose REST lists stand on one public server for all of them.

Source: https://developer.wordpress.com/docs/api/, the `wp/v2` part, whose answers are those of any WordPress.
"""

import re
from urllib.parse import quote, urlsplit

from crawler.pages.page import Page
from crawler.platforms.wordpress.platform import WordPress

_SIGN = re.compile(r"<meta[^>]{1,60}generator[^>]{1,40}WordPress\.com", re.IGNORECASE)
_API = "https://public-api.wordpress.com/wp/v2/sites/"


class WordPressCom(WordPress):
    """A blog on WordPress.com, on its own domain or not."""

    name = "wordpress.com"
    shared_slot = "wordpress.com"

    def recognises(self, front: Page) -> bool:
        """Tell WordPress.com by its header, its host, or its generator."""
        host = urlsplit(front.url).hostname or ""
        by_header = front.headers.get("host-header", "").lower() == "wordpress.com"
        return by_header or host.endswith(".wordpress.com") or bool(_SIGN.search(front.text))

    def lists_at(self, front: Page) -> str | None:
        """Return the address of the blog's lists: its own where it names some, else on the public server."""
        return super().lists_at(front) or _API + quote(urlsplit(front.url).hostname or "")
