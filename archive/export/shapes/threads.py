"""Shape `threads`: one row a post, with its thread as a flat list.

It holds every field of the records, so an archive can be made again from it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from archive.export.shapes.base import SOURCE, ChosenPost, Shape
from archive.export.shapes.metadata import METADATA, post_metadata, time_or_none
from archive.records.models import Comment, Post

#: Of the comments; their own ids say where they stand: `parent_id` is null where they answer the post.
_COMMENT = {
    "id": "string",
    "parent_id": "string",
    "position": "int64",
    "depth": "int64",
    "author": "string",
    "author_url": "string",
    "created": "string",
    "created_precision": "string",
    "text": "string",
    "url": "string",
    "by_post_author": "bool",
    "deleted": "bool",
    "system": "string",
}

#: Keys of the metadata that say the same of every post.
_CONSTANT = ("kind", "author_url", "by_post_author", "thread_id", "parent_id", "depth", "position", "license")


def post_of(row: Mapping[str, Any]) -> Post:
    """Return the post of a row; raise `KeyError`, `TypeError` or `ValueError` where it is none."""
    metadata = row["metadata"]
    values = {name: metadata[name] for name in METADATA if name not in {*_CONSTANT, "created_precision"}}
    values |= {
        "id": row["id"],
        "text": row["text"],
        "published": row["created"],
        "published_precision": metadata["created_precision"],
        "fetched": row["added"],
        "comments": [_comment_values(comment, row["id"]) for comment in row["comments"]],
    }
    return Post.from_json(values)


def _rows(chosen: ChosenPost) -> Iterator[dict[str, Any]]:
    post = chosen.post
    yield {
        "id": post.id,
        "text": post.text,
        "source": SOURCE,
        "created": time_or_none(post.published),
        "added": time_or_none(post.fetched),
        "metadata": {name: value for name, value in post_metadata(post).items() if name in _POST},
        "comments": [_comment(comment) for comment in post.comments],
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "parent_id": comment.parent_id,
        "position": comment.position,
        "depth": comment.depth,
        "author": comment.author,
        "author_url": comment.author_url,
        "created": time_or_none(comment.published),
        "created_precision": comment.published_precision,
        "text": comment.text,
        "url": comment.permalink,
        "by_post_author": comment.by_post_author,
        "deleted": comment.deleted,
        "system": comment.system,
    }


def _comment_values(row: Mapping[str, Any], post_id: str) -> dict[str, Any]:
    values = {name: row[name] for name in _COMMENT if name not in {"created", "created_precision", "url"}}
    return values | {
        "post_id": post_id,
        "published": row["created"],
        "published_precision": row["created_precision"],
        "permalink": row["url"],
    }


_POST = {name: kind for name, kind in METADATA.items() if name not in _CONSTANT or name == "license"}

THREADS = Shape(
    name="threads",
    about="One row a post, with its comments as a flat list in the order shown.",
    features={
        "id": "string",
        "text": "string",
        "source": "string",
        "created": "string",
        "added": "string",
        "metadata": _POST,
        "comments": [_COMMENT],
    },
    rows=_rows,
)
