"""What a shape of a dataset must state: its name, its fields, and the rows it makes of a post.

Rules that all shapes keep, because real readers break without them: every key in every row, one type a key, no
nesting of unknown depth, ids that never look like numbers, times as `YYYY-MM-DDTHH:MM:SSZ` or null.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from archive.records.models import Comment, Post

#: The value of `source` in every row.
SOURCE = "sales-archive"

#: A field's type: `string`, `int64`, `bool`, a list of one type, or a mapping of fields.
Feature: TypeAlias = "str | list[Feature] | Mapping[str, Feature]"
Features: TypeAlias = Mapping[str, Feature]


@dataclass(frozen=True, slots=True)
class ChosenPost:
    """A post with its thread, and which of their texts were chosen."""

    post: Post
    #: Ids of the chosen texts; at least one.
    ids: frozenset[str]

    def with_text(self) -> frozenset[str]:
        """Return the ids of the chosen texts that say something: a comment that was removed says nothing more."""
        texts: tuple[Post | Comment, ...] = (self.post, *self.post.comments)
        return frozenset(text.id for text in texts if text.text and text.id in self.ids)

    def comments(self) -> Iterator[Comment]:
        """Yield the chosen comments, in the order shown."""
        return (comment for comment in self.post.comments if comment.id in self.ids)


@dataclass(frozen=True, slots=True)
class Shape:
    """One form in which posts and threads are written."""

    #: Name of its directory under `data/`, and of its configuration in the dataset card.
    name: str
    #: One sentence for the dataset card: what a row is.
    about: str
    features: Features
    #: Rows of one post, in the order in which they are written.
    rows: Callable[[ChosenPost], Iterator[dict[str, Any]]]
