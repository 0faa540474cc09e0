"""The record store: posts and comments with every revision, deny rules, and the changes since a `seq`.

A revision is one text: a post without its thread, or one comment. Adding what is already there writes nothing.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from archive.database import Database
from archive.records import Comment, Post, canonical, format_time, post_id

#: Fields that say how a text was met, not what it says; they alone make no revision.
_PASSING_POST = ("fetched", "comments_stated", "comments")
_PASSING_COMMENT = ("position",)


@dataclass(frozen=True, slots=True)
class Change:
    """What one `add` did."""

    #: `new`, `changed`, `unchanged`, or `denied` by a rule.
    post: str
    comments_new: int = 0
    comments_changed: int = 0
    comments_removed: int = 0

    @property
    def revisions(self) -> int:
        """Number of revision rows written."""
        comments = self.comments_new + self.comments_changed + self.comments_removed
        return comments + (self.post in {"new", "changed"})


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of history."""

    seq: int
    id: str
    post_id: str
    #: The record's JSON, a post's without its thread; `None` when the text went away.
    record: dict[str, Any] | None
    saved: str


class Store:
    """Posts in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    # Writing: inside a transaction that the caller opened with `Database.write`.

    def add(self, connection: sqlite3.Connection, post: Post, *, thread_whole: bool = True) -> Change:
        """Write what is new in `post` and its thread.

        With `thread_whole`, comments that the archive has and `post` lacks are noted as removed; without, they
        stay. Comments whose author is denied are left out.
        """
        if self._denied(connection, post):
            return Change("denied")
        saved = format_time(datetime.now(UTC))
        kind = _add_post(connection, post, saved)
        comments = _without_denied(connection, post)
        return _add_comments(connection, replace(post, comments=comments), saved, Change(kind), thread_whole)

    def mark_gone(self, connection: sqlite3.Connection, url: str) -> bool:
        """Note that the site removed the post at `url`; what was archived stays. False when there is none."""
        post = self._load(connection, post_id(url))
        if post is None or post.status == "gone":
            return False
        _add_post(connection, replace(post, status="gone"), format_time(datetime.now(UTC)))
        return True

    def deny(self, connection: sqlite3.Connection, kind: str, value: str, reason: str | None) -> None:
        """Never archive `value` again: a canonical URL, a site, or a comment author's name."""
        added = format_time(datetime.now(UTC))
        connection.execute("INSERT OR REPLACE INTO deny VALUES (?, ?, ?, ?)", (kind, value, reason, added))

    def erase(self, connection: sqlite3.Connection, ids: list[str]) -> None:
        """Delete all revisions of these texts, leaving a row without record so that followers drop them."""
        saved = format_time(datetime.now(UTC))
        for each in ids:
            row = connection.execute("SELECT post_id FROM revisions WHERE id = ? LIMIT 1", (each,)).fetchone()
            if row is None:
                continue
            connection.execute("DELETE FROM revisions WHERE id = ?", (each,))
            connection.execute("DELETE FROM posts WHERE id = ?", (each,))
            connection.execute("DELETE FROM comments WHERE id = ?", (each,))
            _revise(connection, each, row[0], None, saved)

    # Reading.

    def post(self, id: str) -> Post | None:  # noqa: A002 (the record's own field name)
        """Return the post with its thread as it is now; `None` when there is none."""
        return self._load(self._database.connection, id)

    def posts(self, connection: sqlite3.Connection | None = None) -> Iterator[Post]:
        """Yield all posts with their threads, ordered by id."""
        source = connection or self._database.connection
        last = ""
        while row := source.execute("SELECT id FROM posts WHERE id > ? ORDER BY id LIMIT 1", (last,)).fetchone():
            (last,) = row
            post = self._load(source, last)
            if post is not None:
                yield post

    def changes(self, after: int, limit: int) -> list[Revision]:
        """Return the next revisions after `seq` = `after`, oldest first, at most `limit`."""
        rows = self._database.connection.execute(
            "SELECT seq, id, post_id, record, saved FROM revisions WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [_revision(row) for row in rows]

    def history(self, id: str) -> list[Revision]:  # noqa: A002 (the record's own field name)
        """Return every revision of one text, oldest first."""
        rows = self._database.connection.execute(
            "SELECT seq, id, post_id, record, saved FROM revisions WHERE id = ? ORDER BY seq", (id,)
        )
        return [_revision(row) for row in rows]

    def last_seq(self) -> int:
        """Return the `seq` of the newest revision, 0 when there is none."""
        row = self._database.connection.execute("SELECT max(seq) FROM revisions").fetchone()
        return int(row[0] or 0)

    def text_ids(self) -> set[str]:
        """Return the ids of all texts that are there now: posts and comments."""
        rows = self._database.connection.execute("SELECT id FROM posts UNION ALL SELECT id FROM comments")
        return {str(id_) for (id_,) in rows}

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return posts and comments per site."""
        rows = self._database.connection.execute(
            "SELECT p.site, count(DISTINCT p.id), count(c.id) FROM posts p LEFT JOIN comments c ON c.post_id = p.id"
            " GROUP BY p.site ORDER BY p.site"
        )
        return {site: (posts, comments) for site, posts, comments in rows}

    def damage(self) -> list[str]:
        """Return what is inconsistent among the records, in words; empty when sound."""
        ask = self._database.connection.execute
        found = [
            f"comment {id_} belongs to a post that is not there"
            for (id_,) in ask("SELECT id FROM comments WHERE post_id NOT IN (SELECT id FROM posts)")
        ]
        found += [
            f"text {id_} has no revision"
            for (id_,) in ask(
                "SELECT id FROM (SELECT id, seq FROM posts UNION ALL SELECT id, seq FROM comments)"
                " WHERE seq NOT IN (SELECT seq FROM revisions WHERE record IS NOT NULL)"
            )
        ]
        return found

    def _load(self, connection: sqlite3.Connection, id_: str) -> Post | None:
        row = connection.execute(
            "SELECT r.record, p.stated FROM posts p JOIN revisions r USING (seq) WHERE p.id = ?", (id_,)
        ).fetchone()
        if row is None:
            return None
        comments = connection.execute(
            "SELECT r.record, c.position FROM comments c JOIN revisions r USING (seq) WHERE c.post_id = ?"
            " ORDER BY c.position, c.id",
            (id_,),
        )
        thread = tuple(
            replace(Comment.from_json(json.loads(record)), position=position) for record, position in comments
        )
        return replace(Post.from_json(json.loads(row[0])), comments_stated=row[1], comments=thread)

    def _denied(self, connection: sqlite3.Connection, post: Post) -> bool:
        row = connection.execute(
            "SELECT 1 FROM deny WHERE (kind = 'url' AND value = ?) OR (kind = 'site' AND value = ?)"
            " OR (kind = 'author' AND value = ?)",
            (post.url, post.site, post.author),
        ).fetchone()
        return row is not None


def _add_post(connection: sqlite3.Connection, post: Post, saved: str) -> str:
    values = post.to_json()
    digest = _content_hash(values, _PASSING_POST)
    row = connection.execute("SELECT hash, stated FROM posts WHERE id = ?", (post.id,)).fetchone()
    if row is not None and row[0] == digest:
        if row[1] != post.comments_stated:
            connection.execute("UPDATE posts SET stated = ? WHERE id = ?", (post.comments_stated, post.id))
        return "unchanged"
    del values["comments"]
    seq = _revise(connection, post.id, post.id, values, saved, digest)
    connection.execute(
        "INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?, ?, ?)",
        (post.id, post.url, post.site, seq, digest, post.comments_stated),
    )
    return "new" if row is None else "changed"


def _add_comments(
    connection: sqlite3.Connection, post: Post, saved: str, change: Change, thread_whole: bool
) -> Change:
    rows = connection.execute("SELECT id, hash, position FROM comments WHERE post_id = ?", (post.id,))
    known = {id_: (digest, position) for id_, digest, position in rows}
    new = changed = 0
    for comment in post.comments:
        values = comment.to_json()
        digest = _content_hash(values, _PASSING_COMMENT)
        before = known.pop(comment.id, None)
        if before is None or before[0] != digest:
            seq = _revise(connection, comment.id, post.id, values, saved, digest)
            row = (comment.id, post.id, seq, digest, comment.position)
            connection.execute("INSERT OR REPLACE INTO comments VALUES (?, ?, ?, ?, ?)", row)
            new += before is None
            changed += before is not None
        elif before[1] != comment.position:
            connection.execute("UPDATE comments SET position = ? WHERE id = ?", (comment.position, comment.id))
    removed = list(known) if thread_whole else []
    for id_ in removed:
        _revise(connection, id_, post.id, None, saved)
        connection.execute("DELETE FROM comments WHERE id = ?", (id_,))
    return replace(change, comments_new=new, comments_changed=changed, comments_removed=len(removed))


def _without_denied(connection: sqlite3.Connection, post: Post) -> tuple[Comment, ...]:
    denied = {value for (value,) in connection.execute("SELECT value FROM deny WHERE kind = 'author'")}
    return tuple(each for each in post.comments if each.author not in denied) if denied else post.comments


def _revise(
    connection: sqlite3.Connection,
    id_: str,
    of_post: str,
    values: dict[str, Any] | None,
    saved: str,
    digest: str | None = None,
) -> int:
    record = None if values is None else canonical(values)
    cursor = connection.execute(
        "INSERT INTO revisions (id, post_id, record, hash, saved) VALUES (?, ?, ?, ?, ?)",
        (id_, of_post, record, digest, saved),
    )
    assert cursor.lastrowid is not None  # noqa: S101 (an INSERT has one)
    return cursor.lastrowid


def _content_hash(values: dict[str, Any], passing: tuple[str, ...]) -> str:
    content = {name: value for name, value in values.items() if name not in passing}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _revision(row: tuple[int, str, str, str | None, str]) -> Revision:
    seq, id_, of_post, record, saved = row
    return Revision(seq, id_, of_post, None if record is None else json.loads(record), saved)
