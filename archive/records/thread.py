"""Nest a flat thread for display. Nothing here recurses: threads may be as deep as they are long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.records.models import Comment

#: Levels shown indented; deeper replies stand at the last one, in order, and name whom they answer.
DISPLAY_LEVELS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """A comment and the branches that answer it, in the order shown.

    Compared by identity: comparing by value would recurse as deep as the thread.
    """

    comment: Comment
    replies: tuple["Branch", ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A comment as one step of a walk through its thread, for templates that must not recurse.

    `<ol>`, then each row as `<li>…`, `<ol>` if it `opens` else `</li>`, and `closes` times `</ol></li>`;
    then `</ol>`.
    """

    comment: Comment
    #: Levels of indentation, from 0, at most one less than asked for.
    level: int
    #: The comment it answers; `None` when it answers the post.
    answers: Comment | None
    #: True when the next row is shown inside this one.
    opens: bool
    #: Number of lists that end after this row.
    closes: int


def nested(comments: Sequence[Comment]) -> tuple[Branch, ...]:
    """Return the roots of a thread, replies under what they answer, siblings in the order of the thread.

    A comment whose parent is not in the thread is a root; a circle of comments is opened where it is first met.
    """
    children = _children(comments)
    branches: dict[str, Branch] = {}
    for comment, _ in reversed(list(_walk(children))):  # replies come before what they answer
        replies = tuple(branches.pop(each.id) for each in children.get(comment.id, ()))
        branches[comment.id] = Branch(comment, replies)
    return tuple(branches[each.id] for each in children.get(None, ()))


def rows(comments: Sequence[Comment], *, levels: int = DISPLAY_LEVELS) -> tuple[Row, ...]:
    """Return a thread as rows, each reply after what it answers, at most `levels` deep."""
    by_id = {each.id: each for each in comments}
    walk = [(comment, min(depth, levels - 1)) for comment, depth in _walk(_children(comments))]
    following = [level for _, level in walk[1:]] + [0]
    return tuple(
        Row(comment, level, by_id.get(comment.parent_id or ""), opens=after > level, closes=max(level - after, 0))
        for (comment, level), after in zip(walk, following, strict=False)  # no row, no last one
    )


def _children(comments: Sequence[Comment]) -> dict[str | None, list[Comment]]:
    """Group comments by the one they answer, `None` for roots; every comment is reached from a root."""
    unique = {each.id: each for each in comments}
    parents = {each.id: each.parent_id if each.parent_id in unique else None for each in unique.values()}
    rooted: set[str] = set()
    for id_ in parents:
        path: dict[str, None] = {}
        at: str | None = id_
        while at is not None and at not in rooted and at not in path:
            path[at] = None
            at = parents[at]
        if at is not None and at in path:
            parents[at] = None
        rooted.update(path)
    children: dict[str | None, list[Comment]] = {}
    for each in unique.values():
        children.setdefault(parents[each.id], []).append(each)
    return children


def _walk(children: dict[str | None, list[Comment]]) -> Iterator[tuple[Comment, int]]:
    pending = [(each, 0) for each in reversed(children.get(None, []))]
    while pending:
        comment, depth = pending.pop()
        yield comment, depth
        pending += [(child, depth + 1) for child in reversed(children.get(comment.id, []))]
