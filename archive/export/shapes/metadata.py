"""The metadata of a text, as all shapes give it: the same keys for posts and comments."""

from datetime import datetime
from typing import Any

from archive.export.shapes.base import Features
from archive.records.models import Comment, Post, format_time

METADATA: Features = {
    "kind": "string",
    "url": "string",
    "site": "string",
    "title": "string",
    "author": "string",
    "author_url": "string",
    "by_post_author": "bool",
    "thread_id": "string",
    "parent_id": "string",
    "depth": "int64",
    "position": "int64",
    "created_precision": "string",
    "updated": "string",
    "language": "string",
    "description": "string",
    "tags": ["string"],
    "categories": ["string"],
    "platform": "string",
    "comment_system": "string",
    "comments_stated": "int64",
    "rights": ["string"],
    "license": "string",
    "status": "string",
}


def post_metadata(post: Post) -> dict[str, Any]:
    """Return the metadata of a post."""
    return {
        "kind": "post",
        "url": post.url,
        "site": post.site,
        "title": post.title,
        "author": post.author,
        "author_url": None,
        "by_post_author": True,
        "thread_id": post.id,
        "parent_id": None,
        "depth": 0,
        "position": 0,
        "created_precision": post.published_precision,
        "updated": time_or_none(post.updated),
        "language": post.language,
        "description": post.description,
        "tags": list(post.tags),
        "categories": list(post.categories),
        "platform": post.platform,
        "comment_system": post.comment_system,
        "comments_stated": post.comments_stated,
        "rights": list(post.rights),
        "license": _license(post),
        "status": post.status,
    }


def thread_metadata(post: Post) -> dict[str, Any]:
    """Return what the metadata of all comments of a post have in common, with null for what `comment_metadata` adds.

    What only a post has is null, and the rights of comments are their post's.
    """
    own = dict.fromkeys(METADATA)
    return own | {
        "kind": "comment",
        "site": post.site,
        "thread_id": post.id,
        "language": post.language,
        "tags": [],
        "categories": [],
        "platform": post.platform,
        "rights": list(post.rights),
        "license": _license(post),
    }


def comment_metadata(comment: Comment, shared: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of a comment, `shared` being its thread's."""
    values = shared.copy()
    values["url"] = comment.permalink
    values["author"] = comment.author
    values["author_url"] = comment.author_url
    values["by_post_author"] = comment.by_post_author
    values["parent_id"] = comment.parent_id or shared["thread_id"]
    values["depth"] = comment.depth + 1
    values["position"] = comment.position
    values["created_precision"] = comment.published_precision
    values["comment_system"] = comment.system
    values["status"] = "deleted" if comment.deleted else "whole"
    return values


def time_or_none(moment: datetime | None) -> str | None:
    """Return a time as rows state it."""
    return format_time(moment) if moment is not None else None


def _license(post: Post) -> str | None:
    return next((statement for statement in post.rights if "://" in statement), None) if post.rights else None
