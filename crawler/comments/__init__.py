"""The comment systems we can read, and the two questions asked of them."""

from crawler.comments.base import CommentSystem
from crawler.comments.blogger import BloggerComments
from crawler.comments.generic import GenericComments
from crawler.comments.ghost import GhostComments
from crawler.comments.substack import SubstackComments
from crawler.comments.wordpress import WordPressComments
from crawler.fetch import Fetch
from crawler.page import Page
from crawler.reading import Thread

#: In the order tried; the first that finds its markup on a page reads it. `generic` comes last.
COMMENT_SYSTEMS: dict[str, CommentSystem] = {
    each.name: each
    for each in (WordPressComments(), BloggerComments(), SubstackComments(), GhostComments(), GenericComments())
}


def read_thread(page: Page) -> Thread | None:
    """Return the thread a page shows, by the first system that knows its markup; `None` when it shows none."""
    for system in COMMENT_SYSTEMS.values():
        thread = system.thread(page)
        if thread is not None:
            return thread
    return None


async def complete(thread: Thread, post_url: str, fetch: Fetch) -> Thread:
    """Return the whole of a thread, by its own system; raise `UnreadableError`."""
    return await COMMENT_SYSTEMS[thread.system].complete(thread, post_url, fetch)
