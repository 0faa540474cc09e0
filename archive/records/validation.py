"""Check records that come from outside: a dataset may be damaged, or made to do harm."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from archive.records.models import Comment, Post, clean, post_id

_WEB = ("http://", "https://")
_KINDS = {record: get_type_hints(record) for record in (Post, Comment)}


def faults(post: Post) -> list[str]:
    """Return what makes a post, or a comment in its thread, no record of ours, in words; empty when all is well."""
    return [*_post_faults(post), *(each for comment in post.comments for each in _comment_faults(comment, post))]


def _post_faults(post: Post) -> Iterator[str]:
    yield from _wrong_values(post)
    if isinstance(post.url, str) and not post.url.startswith(_WEB):
        yield f"{post.url!r} is no web address"
    if isinstance(post.url, str) and post.id != post_id(post.url):
        yield f"{post.id!r} is not the id of {post.url}"
    if len({comment.id for comment in post.comments}) < len(post.comments):
        yield f"a comment of {post.url} is there twice"


def _comment_faults(comment: Comment, post: Post) -> Iterator[str]:
    yield from _wrong_values(comment)
    if not str(comment.id).startswith("comment:") or comment.post_id != post.id:
        yield f"{comment.id!r} is no comment of {post.url}"
    for address in (comment.permalink, comment.author_url):
        if isinstance(address, str) and not address.startswith(_WEB):
            yield f"{address!r} is no web address"


def _wrong_values(record: Post | Comment) -> Iterator[str]:
    for name, kind in _KINDS[type(record)].items():
        value = getattr(record, name)
        if not _fits(value, kind):
            yield f"{name} cannot be {str(value)[:100]!r}"
        elif isinstance(value, str) and clean(value) != value:
            yield f"{name} holds half a character or a NUL"


def _fits(value: Any, kind: Any) -> bool:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return any(_fits(value, each) for each in get_args(kind))
    if origin is Literal:
        return value in get_args(kind)
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(each, get_args(kind)[0]) for each in value)
    return type(value) is kind
