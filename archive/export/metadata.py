"""The metadata of a text, as all shapes give it: the same keys for posts and comments."""

from datetime import datetime
from typing import Any

from archive.export.shape import Features
from archive.records import Comment, Post, format_time

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


def comment_metadata(comment: Comment, post: Post) -> dict[str, Any]:
    """Return the metadata of a comment; what only its post has is null, and its rights are the post's."""
    return {
        "kind": "comment",
        "url": comment.permalink,
        "site": post.site,
        "title": None,
        "author": comment.author,
        "author_url": comment.author_url,
        "by_post_author": comment.by_post_author,
        "thread_id": post.id,
        "parent_id": comment.parent_id or post.id,
        "depth": comment.depth + 1,
        "position": comment.position,
        "created_precision": comment.published_precision,
        "updated": None,
        "language": post.language,
        "description": None,
        "tags": [],
        "categories": [],
        "platform": post.platform,
        "comment_system": comment.system,
        "comments_stated": None,
        "rights": list(post.rights),
        "license": _license(post),
        "status": "deleted" if comment.deleted else "whole",
    }


def time_or_none(moment: datetime | None) -> str | None:
    """Return a time as rows state it."""
    return format_time(moment) if moment is not None else None


def _license(post: Post) -> str | None:
    return next((each for each in post.rights if "://" in each), None) if post.rights else None
