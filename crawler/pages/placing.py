"""From what was read to records: give each comment its id, its parent and its place, once.

The same comment met twice, in embedded JSON, in HTML and by an API, has one native id and becomes one record.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from archive.records.models import Comment, Post, clean, comment_id, post_id
from crawler.pages.models import ReadComment, ReadPost, Thread
from crawler.pages.urls import canonical, permalink, site_of

#: More than any real thread of the sample (largest: 500) by far; beyond it a page is hostile.
MAX_COMMENTS = 20_000
#: Characters of one text; the longest real post of the sample has 200,000.
MAX_TEXT = 2_000_000
#: A thread that states more comments is lying.
MAX_STATED = 10_000_000

#: What no text of a person holds: control characters but tab and new line, and two numbers that are no characters.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(slots=True)
class _Node:
    comment: ReadComment
    key: str
    parent: str | None = None


def place(read: ReadPost, *, platform: str, fetched: datetime) -> Post:
    """Return the record of a post as read, its thread nested, numbered, and each comment once.

    This is the gate for rights: of a post that asks not to be archived neither text nor thread passes.
    """
    if read.status == "withheld":
        read = replace(read, text="", description=None, thread=None)
    thread = read.thread
    return Post(
        id=post_id(read.url),
        url=read.url,
        site=site_of(read.url),
        title=_line(read.title),
        author=_line(read.author),
        published=read.published.moment if read.published else None,
        published_precision=read.published.precision if read.published else None,
        updated=read.updated,
        language=read.language,
        text=_text(read.text),
        description=_line(read.description),
        tags=_names(read.tags),
        categories=_names(read.categories),
        platform=platform,
        comment_system=thread.system if thread else None,
        comments_stated=count(thread.stated) if thread else None,
        comments=place_thread(thread, read.url) if thread else (),
        fetched=fetched,
        rights=_names(read.rights),
        status=read.status,
    )


def place_thread(thread: Thread, post_url: str) -> tuple[Comment, ...]:
    """Return a thread's records in the order shown, each reply after what it answers.

    A reply to a comment that is not there gets a placeholder for it; one that answers itself, by whatever way
    round, answers the post.
    """
    nodes = _once(thread.comments)
    _find_parents(nodes)
    placeholders = _placeholders(nodes)
    known = {node.key: node for node in (*placeholders, *nodes)}
    _break_cycles(known)
    children: dict[str | None, list[_Node]] = {}
    for node in _in_order(nodes, placeholders):
        children.setdefault(node.parent, []).append(node)
    records: list[Comment] = []
    pending = [(node, 0) for node in reversed(children.get(None, []))]
    while pending:  # no recursion: threads may be as deep as they are long
        node, depth = pending.pop()
        records.append(_record(node, thread.system, post_url, len(records), depth))
        pending += [(child, depth + 1) for child in reversed(children.get(node.key, []))]
    return tuple(records)


def merge(first: Thread, *others: Thread) -> Thread:
    """Return one thread of several parts of it: pages of a list, or a page and an API.

    A comment read twice is kept where it was first met, with what the other adds.
    """
    comments: dict[str, ReadComment] = {}
    for thread in (first, *others):
        for comment in thread.comments:
            key = native_key(comment)
            comments[key] = _fill(comments[key], comment) if key in comments else comment
    stated = [thread.stated for thread in (first, *others) if thread.stated is not None]
    short = next((thread.short for thread in (first, *others) if thread.short), None)
    return replace(
        first, comments=tuple(comments.values()), stated=max(stated) if stated else None, more=(), short=short
    )


def count(stated: int | None) -> int | None:
    """Return the stated size of a thread; `None` where it cannot be one."""
    return stated if stated is not None and 0 <= stated <= MAX_STATED else None


def native_key(comment: ReadComment) -> str:
    """Return what tells a comment from the others of its thread: its own id, else a hash of what it says."""
    if comment.native_id is not None:
        return comment.native_id
    if comment.published is None:
        moment = comment.date_shown or ""
    else:  # "3 days ago" is another moment at the next visit
        moment = "" if comment.published.relative else comment.published.moment.isoformat()
    parts = "\x00".join((comment.author or "", moment, " ".join(comment.text.split())))
    return "hash-" + hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _once(comments: Iterable[ReadComment]) -> list[_Node]:
    nodes: dict[str, _Node] = {}
    for comment in comments:
        if len(nodes) >= MAX_COMMENTS:
            break
        key = native_key(comment)
        if key in nodes:
            nodes[key].comment = _fill(nodes[key].comment, comment)
        else:
            nodes[key] = _Node(comment, key)
    return list(nodes.values())


def _fill(kept: ReadComment, other: ReadComment) -> ReadComment:
    """Return `kept` with what it lacks taken from `other`; an API knows parents that a page lost."""
    absent = {
        name: getattr(other, name)
        for name in ("parent", "author", "author_url", "published", "date_shown", "text", "permalink")
        if not getattr(kept, name) and getattr(other, name)
    }
    return replace(kept, **absent, by_post_author=kept.by_post_author or other.by_post_author)


def _find_parents(nodes: list[_Node]) -> None:
    """Take the parent that is stated, else the last comment shown one level higher."""
    open_at: list[_Node] = []
    for node in nodes:
        depth = node.comment.depth
        if depth is not None:
            del open_at[max(depth, 0) :]
        if node.comment.parent is not None:
            node.parent = node.comment.parent
        elif depth is not None and open_at:
            node.parent = open_at[-1].key
        if depth is not None:
            open_at.append(node)


def _placeholders(nodes: list[_Node]) -> list[_Node]:
    known = {node.key for node in nodes}
    missing = dict.fromkeys(node.parent for node in nodes if node.parent is not None and node.parent not in known)
    return [_Node(ReadComment(native_id=key, deleted=True), key) for key in missing]


def _break_cycles(known: dict[str, _Node]) -> None:
    safe: set[str] = set()
    for node in known.values():
        path: dict[str, _Node] = {}
        at: _Node | None = node
        while at is not None and at.key not in safe:
            if at.key in path:
                at.parent = None
                break
            path[at.key] = at
            at = known.get(at.parent) if at.parent is not None else None
        safe.update(path)


def _in_order(nodes: list[_Node], placeholders: list[_Node]) -> list[_Node]:
    """Put each placeholder before the first comment that answers it."""
    waiting = {node.key: node for node in placeholders}
    ordered = []
    for node in nodes:
        absent = waiting.pop(node.parent, None) if node.parent is not None else None
        ordered += [node] if absent is None else [absent, node]
    return ordered


def _record(node: _Node, system: str, post_url: str, position: int, depth: int) -> Comment:
    read = node.comment
    return Comment(
        id=comment_id(post_url, system, node.key),
        post_id=post_id(post_url),
        parent_id=comment_id(post_url, system, node.parent) if node.parent is not None else None,
        position=position,
        depth=depth,
        author=_line(read.author),
        author_url=canonical(read.author_url) if read.author_url else None,
        published=read.published.moment if read.published else None,
        published_precision=read.published.precision if read.published else None,
        text="" if read.deleted else _text(read.text),
        permalink=permalink(read.permalink, post_url),
        by_post_author=read.by_post_author,
        deleted=read.deleted,
        system=system,
    )


def _text(text: str) -> str:
    return _plain(text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")).strip()


def _line(text: str | None) -> str | None:
    return _plain(" ".join(text[:MAX_TEXT].split()))[:1000].strip() or None if text else None


def _plain(text: str) -> str:
    return _CONTROL.sub("", clean(text))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    lines = (_line(name) for name in names)
    return tuple(dict.fromkeys(line for line in lines if line))[:200]
