"""Shape `documents`: one row a text, posts and comments alike.

The keys follow Dolma's documents (https://github.com/allenai/dolma, docs/data-format.md).
"""

from collections.abc import Iterator
from typing import Any

from archive.export.shapes.base import SOURCE, ChosenPost, Shape
from archive.export.shapes.metadata import METADATA, comment_metadata, post_metadata, thread_metadata, time_or_none


def _rows(chosen: ChosenPost) -> Iterator[dict[str, Any]]:
    post = chosen.post
    added = time_or_none(post.fetched)
    if post.id in chosen.ids and post.text:
        yield _row(post.id, post.text, time_or_none(post.published), added, post_metadata(post))
    shared = thread_metadata(post)
    for comment in chosen.comments():
        if comment.text:
            yield _row(
                comment.id, comment.text, time_or_none(comment.published), added, comment_metadata(comment, shared)
            )


def _row(id_: str, text: str, created: str | None, added: str | None, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "text": text, "source": SOURCE, "created": created, "added": added, "metadata": metadata}


DOCUMENTS = Shape(
    name="documents",
    about="One row a text: a post, or a comment with the ids of its post and of what it answers.",
    features={
        "id": "string",
        "text": "string",
        "source": "string",
        "created": "string",
        "added": "string",
        "metadata": METADATA,
    },
    rows=_rows,
)
