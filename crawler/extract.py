"""From a page to a post: metadata, rights, text and thread of one page, read from one parse."""

from crawler.comments import read_thread
from crawler.extract_body import read_body
from crawler.extract_edges import without_tags
from crawler.extract_kind import is_post
from crawler.metadata import read_metadata
from crawler.metadata_rights import read_rights
from crawler.page import Page
from crawler.reading import ReadPost


def read_post(page: Page) -> ReadPost:
    """Return the post on a page, with its thread as far as the page shows it. Pure.

    Where the page asks not to be archived, its status says so, and `crawler.threads.place` keeps nothing of it but
    that it was met.
    """
    metadata = read_metadata(page)
    rights, status = read_rights(page, metadata.structured)
    text, thread = read_body(page, read_thread(page))
    text = without_tags(text, metadata.tags, metadata.categories)
    return ReadPost(
        url=metadata.url,
        title=metadata.title,
        author=metadata.author,
        published=metadata.published,
        updated=metadata.updated,
        language=metadata.language,
        text=text,
        description=metadata.description,
        tags=metadata.tags,
        categories=metadata.categories,
        rights=rights,
        status=status,
        thread=thread,
        is_post=is_post(page, metadata, text),
    )
