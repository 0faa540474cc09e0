"""The post in a content file, by its front matter, text and address; or why the file is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.content.folder import Folder, FolderError
from crawler.content.frontmatter import FrontMatterError, line, names, skip_reason, split, stated_date
from crawler.content.history import edits
from crawler.pages.markdown import markdown_text
from crawler.pages.models import ReadPost
from crawler.pages.text import html_text

#: Bytes of one content file; a larger one is no post.
MAX_FILE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A content file that is not archived."""

    file: Path
    #: In words.
    reason: str
    #: True when it should have been readable: the crawl is then not well.
    broken: bool = False


@dataclass(frozen=True, slots=True)
class ContentPost:
    """A post read from a content file."""

    file: Path
    post: ReadPost
    #: Canonical forms of its older addresses.
    aliases: tuple[str, ...]


def posts(folder: Folder, now: datetime, *, drafts: bool = False) -> Iterator[ContentPost | SkippedFile]:
    """Yield what each content file holds, or why it is left out, in the order of their names."""
    edited = edits(folder.content)
    for file in folder.files():
        try:
            yield _read(folder, file, now, drafts=drafts, edited=edited.get(file.resolve()))
        except (FrontMatterError, FolderError, OSError) as error:
            yield SkippedFile(file, str(error), broken=True)


def _read(
    folder: Folder, file: Path, now: datetime, *, drafts: bool, edited: datetime | None
) -> ContentPost | SkippedFile:
    if file.stat().st_size > MAX_FILE:
        raise FrontMatterError(f"it is larger than {MAX_FILE} bytes")
    source = split(file.read_bytes().decode("utf-8", "replace"))
    if source is None:
        return SkippedFile(file, "it has no front matter")
    head = source.head
    reason = "it lies in _drafts" if folder.is_draft(file) and not drafts else skip_reason(head, now, drafts=drafts)
    if reason is not None:
        return SkippedFile(file, reason)
    named = {"date": folder.date_in_name(file)}
    published = stated_date(head, ("date", "publishdate", "pubdate"), now) or stated_date(named, ("date",), now)
    if published is None and file.parent == folder.content and folder.content != folder.root:
        return SkippedFile(file, "a page beside the posts: it has no date")
    updated = stated_date(head, ("lastmod", "last_modified_at", "updated", "modified"), now)
    is_html = file.suffix.lower() in {".html", ".htm"}
    text = html_text(source.body) if is_html else markdown_text(source.body)
    post = ReadPost(
        url=folder.address(file, head, published.moment if published else None),
        title=line(head, "title"),
        author="; ".join(names(head, "author", "authors")) or None,
        published=published,
        updated=updated.moment if updated else edited,
        language=(line(head, "lang", "language") or folder.language(file) or "")[:2].lower() or None,
        text=text,
        description=line(head, "description", "summary", "excerpt"),
        tags=names(head, "tags", "tag", "keywords"),
        categories=names(head, "categories", "category"),
    )
    return ContentPost(file, post, folder.aliases(head))
