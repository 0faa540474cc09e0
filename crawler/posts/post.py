"""From a page to a post: metadata, rights, text and thread of one page, read from one parse."""

from crawler.comments.registry import read_thread
from crawler.pages.languages import language_code, page_languages
from crawler.pages.metadata.metadata import read_metadata
from crawler.pages.metadata.rights import read_rights
from crawler.pages.metadata.structured import read_structured
from crawler.pages.models import ReadPost
from crawler.pages.page import Page
from crawler.posts.body import read_body, without_tags
from crawler.posts.kind import is_post


def read_post(page: Page) -> ReadPost:
    """Return the post on a page, with its thread as far as the page shows it. Pure.

    Where the page asks not to be archived, its status says so, and `crawler.pages.placing.place` keeps nothing of it
    but that it was met.
    """
    structured = page.once(read_structured)
    languages = page.once(page_languages)
    metadata = read_metadata(page, structured, languages)
    rights, status = read_rights(page, structured)
    text, thread = read_body(page, read_thread(page))
    text = without_tags(text, metadata.tags, metadata.categories)
    return ReadPost(
        url=metadata.url,
        title=metadata.title,
        author=metadata.author,
        published=metadata.published,
        updated=metadata.updated,
        language=language_code(languages),
        text=text,
        description=metadata.description,
        tags=metadata.tags,
        categories=metadata.categories,
        rights=rights,
        status=status,
        thread=thread,
        is_post=is_post(page, metadata, text),
    )
