"""`CommentSystem`: the interface of every comment system, and how to add one.

To add one: write one file like `systems/isso.py`, add its line to `COMMENT_SYSTEMS`, save one case under
`tests/threads/`.
"""

from crawler.pages.fetch import Fetch
from crawler.pages.models import Thread
from crawler.pages.page import Page
from crawler.pages.placing import merge

#: A list of more pages than this is a trap: at 50 comments a page, 20,000 comments.
MAX_PAGES = 400


class CommentSystem:
    """Software that keeps threads: how to read one from a page, and how to ask for the rest of it."""

    #: As archived in `Comment.system`.
    name: str
    #: Its row in docs/platforms.md: its name as people write it, and how its threads are read.
    title: str
    read_by: str
    #: Words in lower case, of which each page with its thread holds one: a page without any is not read. Empty where
    #: no word is sure.
    signs: tuple[str, ...] = ()

    def thread(self, page: Page) -> Thread | None:
        """Return the thread as far as the page shows it; `None` when this system is not on the page. Pure."""
        raise NotImplementedError

    async def complete(self, thread: Thread, post_url: str, fetch: Fetch) -> Thread:
        """Return the whole thread; here, by following the further pages of the list.

        Raise `UnreadableError` when a part cannot be had.
        """
        del post_url
        seen: dict[str, Thread | None] = dict.fromkeys(thread.more)
        parts = [thread]
        while waiting := [url for url, part in seen.items() if part is None][:1]:
            page = await fetch.page(waiting[0])
            part = await fetch.work(self.thread, page) or Thread(system=self.name)
            seen[waiting[0]] = part
            parts.append(part)
            if len(seen) < MAX_PAGES:
                seen |= {url: None for url in part.more if url not in seen}
        return merge(*parts)
