"""The registry of comment systems: which one keeps a page's thread, and how the rest of it is read."""

from dataclasses import replace

from crawler.comments.base import CommentSystem
from crawler.comments.structure.reader import GenericComments
from crawler.comments.systems.blogger import BloggerComments
from crawler.comments.systems.commento import CommentoComments
from crawler.comments.systems.cusdis import CusdisComments
from crawler.comments.systems.discourse import DiscourseComments
from crawler.comments.systems.disqus import DisqusComments
from crawler.comments.systems.ghost import GhostComments
from crawler.comments.systems.giscus import GiscusComments
from crawler.comments.systems.isso import IssoComments
from crawler.comments.systems.medium import MediumResponses
from crawler.comments.systems.microformats import MicroformatComments
from crawler.comments.systems.schema import SchemaComments
from crawler.comments.systems.substack import SubstackComments
from crawler.comments.systems.unreadable import UNREADABLE, SquarespaceComments
from crawler.comments.systems.utterances import UtterancesComments
from crawler.comments.systems.waline import WalineComments
from crawler.comments.systems.webmention import Webmentions
from crawler.comments.wordpress.system import WordPressComments
from crawler.pages.fetch import Fetch
from crawler.pages.models import Thread
from crawler.pages.page import Page
from crawler.pages.placing import MAX_COMMENTS

#: In the order tried; the first that finds its sign on a page reads it. `generic` comes after those with a sign of
#: their own, and those that nobody can read come last.
COMMENT_SYSTEMS: dict[str, CommentSystem] = {
    each.name: each
    for each in (
        WordPressComments(),
        BloggerComments(),
        SubstackComments(),
        GhostComments(),
        DiscourseComments(),
        DisqusComments(),
        MediumResponses(),
        IssoComments(),
        WalineComments(),
        CusdisComments(),
        CommentoComments(),
        GiscusComments(),
        UtterancesComments(),
        MicroformatComments(),
        GenericComments(),
        SchemaComments(),
        Webmentions(),
        SquarespaceComments(),
        *UNREADABLE,
    )
}


def read_thread(page: Page) -> Thread | None:
    """Return the thread a page shows, by the first system that knows its markup; `None` when it shows none."""
    source = page.text.lower()
    for system in COMMENT_SYSTEMS.values():
        if system.signs and not any(sign in source for sign in system.signs):
            continue
        thread = system.thread(page)
        if thread is not None:
            return thread
    return None


async def complete(thread: Thread, post_url: str, fetch: Fetch) -> Thread:
    """Return the whole of a thread, by its own system; raise `UnreadableError`.

    One without end is cut, and says so.
    """
    system = COMMENT_SYSTEMS.get(thread.system)
    whole = thread if system is None else await system.complete(thread, post_url, fetch)
    if len(whole.comments) <= MAX_COMMENTS:
        return whole
    short = f"only the first {MAX_COMMENTS} comments were read"
    return replace(whole, comments=whole.comments[:MAX_COMMENTS], short=whole.short or short)
