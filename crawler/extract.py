"""From a page to a post: metadata, rights, text and thread of one page, read from one parse."""

from dataclasses import replace

from crawler.comments import read_thread
from crawler.extract_body import read_body
from crawler.extract_kind import is_post
from crawler.metadata import read_metadata
from crawler.metadata_rights import read_rights
from crawler.page import Page
from crawler.reading import ReadPost


def read_post(page: Page) -> ReadPost:
    """Return the post on a page, with its thread as far as the page shows it. Pure.

    Where the page asks not to be archived, neither text nor thread is kept, only that it was met.
    """
    metadata = read_metadata(page)
    rights, status = read_rights(page, metadata.structured)
    post = ReadPost(
        url=metadata.url,
        title=metadata.title,
        author=metadata.author,
        published=metadata.published,
        updated=metadata.updated,
        language=metadata.language,
        description=metadata.description,
        tags=metadata.tags,
        categories=metadata.categories,
        rights=rights,
        status=status,
        is_post=is_post(page, metadata),
    )
    if status == "withheld":
        return replace(post, description=None)
    thread = read_thread(page)
    return replace(post, text=read_body(page, thread), thread=thread)
