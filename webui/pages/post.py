"""Template values of a post and its thread."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from archive.records.models import Comment, Post
from archive.records.thread import DISPLAY_LEVELS, Row, rows
from archive.search.results import Query, Snippet
from archive.search.snippets import Marking, above_text
from webui.formatting import Block, ShownDate, blocks, comment_anchor, shown_date
from webui.links import Addresses, address, paths
from webui.pages.results import Link
from webui.params import phrase, url_values

#: Comments on a page of a thread; a page ends before the next top-level comment.
THREAD_PAGE = 400
#: Silent reading speed of adults (Brysbaert 2019: 238).
WORDS_A_MINUTE = 238


@dataclass(frozen=True, slots=True)
class Origin:
    """How the reader came to a post: the search, `None` if from elsewhere, and the words searched in the thread."""

    query: Query | None
    words: str

    @property
    def text(self) -> str:
        """The words of the search; empty if there was none."""
        return self.query.text if self.query else ""

    @property
    def address(self) -> str | None:
        """URL of the results; `None` if the reader did not come from a search."""
        return Addresses(self.query).searched(page=self.query.page) if self.query else None

    def kept(self) -> dict[str, object]:
        """Return the query parameters that other pages of the thread need to link back and mark the same words."""
        kept = url_values(self.query) if self.query else {}
        if self.query and self.query.page > 1:
            kept["page"] = str(self.query.page)
        return kept | ({"find": self.words} if self.words else {})


@dataclass(frozen=True, slots=True)
class CommentItem:
    """A comment in its thread: its position, and its text as blocks."""

    row: Row
    anchor: str
    date: ShownDate | None
    blocks: tuple[Block, ...]
    #: True if it is shown right below the comment it replies to.
    follows: bool

    @property
    def comment(self) -> Comment:
        """The comment."""
        return self.row.comment

    @property
    def answers(self) -> tuple[str, str] | None:
        """Anchor and author of the comment it replies to; `None` if its position shows that."""
        answered = self.row.answers
        if answered is None or self.follows:
            return None
        return comment_anchor(answered.id), answered.author or "Anonymous"


class PostPage:
    """What the template shows of a post and its thread."""

    def __init__(
        self, post: Post, origin: Origin, *, thread_page: int, rewritten: Collection[str], marking: Marking
    ) -> None:
        """Show a post with one page of its thread, and mark the words of `marking` in both."""
        self.post = post
        self.origin = origin
        #: Ids of comments with earlier versions.
        self.rewritten = rewritten
        self._marking = marking
        self._pages = _pages(rows(post.comments, levels=DISPLAY_LEVELS))
        self._thread_page = min(thread_page, len(self._pages))

    @cached_property
    def date(self) -> ShownDate | None:
        """Date of publication."""
        return shown_date(self.post.published, self.post.published_precision)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The post's text, without a repetition of the title above the first paragraph."""
        all_blocks = blocks(self.post.text)
        return all_blocks[above_text([block.text for block in all_blocks[:3]], self.post.title) :]

    @cached_property
    def thread(self) -> tuple[CommentItem, ...]:
        """The comments of the current page."""
        page = self._pages[self._thread_page - 1] if self._pages else ()
        return tuple(
            CommentItem(
                row=row,
                anchor=comment_anchor(row.comment.id),
                date=shown_date(row.comment.published, row.comment.published_precision),
                blocks=blocks(row.comment.text),
                follows=_follows(row, above),
            )
            for row, above in zip(page, [None, *page], strict=False)  # the last comment is above no other
        )

    @cached_property
    def thread_links(self) -> tuple[Link, ...]:
        """Links to the pages of the thread, with the parameters of the search."""
        path, kept = f"{paths().posts}{self.post.id}", self.origin.kept()
        return tuple(
            Link(
                str(page), f"{address(path, kept | {'thread': str(page)})}#comments", chosen=page == self._thread_page
            )
            for page in range(1, len(self._pages) + 1)
        )

    @cached_property
    def comment_count(self) -> int:
        """Number of archived comments, not counting placeholders of removed ones."""
        return sum(not comment.deleted for comment in self.post.comments)

    @property
    def removed(self) -> int:
        """Number of placeholders of comments that the site removed."""
        return len(self.post.comments) - self.comment_count

    @property
    def missing(self) -> int:
        """Number of comments that the site states but the archive lacks."""
        return max(0, (self.post.comments_stated or 0) - len(self.post.comments))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Categories and tags, without duplicates."""
        return tuple(dict.fromkeys((*self.post.categories, *self.post.tags)))

    @cached_property
    def authors(self) -> tuple[str, ...]:
        """The names in the byline."""
        return tuple(name.strip() for name in (self.post.author or "").split(";") if name.strip())

    @property
    def marks(self) -> bool:
        """Whether there are words to mark."""
        return bool(self._marking.terms)

    def marked(self, line: str) -> Snippet:
        """Return a line as runs of text, each with whether it is marked."""
        return self._marking(line, self.post.language)

    @cached_property
    def first_match(self) -> str | None:
        """Anchor of the first paragraph or comment on this page with a marked word; `None` if there is none."""
        if not self.marks:
            return None
        texts = chain(
            ((block.anchor, block.lines) for block in self.blocks),
            ((item.anchor, item.comment.text.split("\n")) for item in self.thread),
        )
        return next(
            (anchor for anchor, lines in texts if any(matched for line in lines for _, matched in self.marked(line))),
            None,
        )

    def quoted(self, words: str) -> str:
        """Return words as a quoted phrase."""
        return phrase(words)

    @property
    def minutes(self) -> int:
        """Estimated reading time of the post, in minutes."""
        return max(1, round(len(self.post.text.split()) / WORDS_A_MINUTE))


def find_thread_page(post: Post, anchor: str) -> int:
    """Return the number of the thread page that shows a comment; 1 if none does."""
    for number, page in enumerate(_pages(rows(post.comments, levels=DISPLAY_LEVELS)), start=1):
        if any(comment_anchor(row.comment.id) == anchor for row in page):
            return number
    return 1


def _follows(row: Row, above: Row | None) -> bool:
    """Return whether a comment is shown right after the comment it replies to, one level below it."""
    return above is not None and row.answers is above.comment and row.level > above.level


def _pages(thread: Sequence[Row]) -> list[Sequence[Row]]:
    """Split a thread into pages before top-level comments, so that replies stay with their parents."""
    starts = [0]
    for place, row in enumerate(thread):
        if not row.level and place - starts[-1] >= THREAD_PAGE:
            starts.append(place)
    ends = [*starts[1:], len(thread)]
    return [thread[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
