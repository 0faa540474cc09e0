"""The record store: posts and comments with every revision, deny rules, and the changes since a `seq`.

A revision is one text: a post without its thread, or one comment. Adding what is already there writes nothing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from archive.records.models import Comment, Post, format_time, parse_time, post_id
from archive.records.similarity import SAME, likeness
from archive.store.database import Connection, Database
from archive.store.deny import permitted
from archive.store.revisions import (
    Revision,
    content_hash,
    damage,
    dated,
    known_comments,
    known_post,
    known_thread,
    last_seq,
    revise,
    revision,
    rewritten,
    settled,
)

#: Fields that say how a text was met, not what it says; they alone make no revision.
_PASSING_POST = ("fetched", "comments_stated", "comments")
_PASSING_COMMENT = ("position",)

#: Ids read at once when all posts are read.
_IDS = 500
_NEXT_IDS = "SELECT id FROM posts WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
#: Behind every id.
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Change:
    """What one `add` did.

    A placeholder, the place of a removed comment, is not counted as a comment, as in `Store.counts`: a comment that
    becomes one is removed, and one that gets its text back is new.
    """

    #: `new`, `changed`, `unchanged`, or `denied` by a rule.
    post: str
    comments_new: int = 0
    comments_changed: int = 0
    comments_removed: int = 0
    #: Placeholders that came, changed or went without a comment before or after them.
    placeholders: int = 0
    #: Characters of the post's text as it was known before; `None` where no whole text was. No part of what was done.
    text_before: int | None = field(default=None, compare=False)

    @property
    def revisions(self) -> int:
        """Number of revision rows written."""
        comments = self.comments_new + self.comments_changed + self.comments_removed
        return comments + self.placeholders + (self.post in {"new", "changed"})


class Store:
    """Posts in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database
        #: The file, for another process to open.
        self.path = database.path

    # Writing: inside a transaction that the caller opened with `Database.write`.

    def add(self, connection: Connection, post: Post, *, thread_whole: bool = True) -> Change:
        """Write what is new in `post` and its thread, without what a rule denies; see `deny.permitted`.

        With `thread_whole`, comments that the archive has and `post` lacks are noted as removed, of the systems
        read. Without, or where no thread was seen at all, they stay, in their places, and a placeholder does not
        replace a text that was read before. Raise `ValueError` for a post whose ids do not belong together.
        """
        _require_own_ids(post)
        allowed = permitted(connection, post)
        if allowed is None:
            return Change("denied")
        saved = format_time(datetime.now(UTC))
        thread_whole = thread_whole and allowed.comment_system is not None
        if not thread_whole:
            allowed = _with_known_thread(connection, allowed)
        change = _add_post(connection, allowed, saved)
        return _add_comments(connection, allowed, saved, change, thread_whole)

    def add_discussion(self, connection: Connection, comments: tuple[Comment, ...]) -> Change | None:
        """Write the thread that another place holds about an archived post, beside the post's own thread.

        `comments` are all of one post and one system; `None` when the post is not archived.
        """
        post = self._load(connection, comments[0].post_id) if comments else None
        if post is None:
            return None
        others = tuple(comment for comment in post.comments if comment.system != comments[0].system)
        return self.add(connection, replace(post, comments=(*others, *comments)))

    def mark_gone(self, connection: Connection, id: str) -> bool:  # noqa: A002 (the record's own field name)
        """Note that the site removed a post; what was archived stays. False when there is none."""
        post = self._load(connection, id)
        if post is None or post.status == "gone":
            return False
        _add_post(connection, replace(post, status="gone"), format_time(datetime.now(UTC)))
        return True

    def erase(self, connection: Connection, ids: list[str]) -> None:
        """Delete all revisions of these texts, leaving a row without record so that followers drop them."""
        saved = format_time(datetime.now(UTC))
        for text_id in ids:
            row = connection.execute("SELECT post_id FROM revisions WHERE id = ? LIMIT 1", (text_id,)).fetchone()
            if row is None:
                continue
            connection.execute("DELETE FROM revisions WHERE id = ?", (text_id,))
            connection.execute("DELETE FROM posts WHERE id = ?", (text_id,))
            connection.execute("DELETE FROM comments WHERE id = ?", (text_id,))
            revise(connection, text_id, row[0], None, saved)

    # Reading.

    def post(self, id: str, connection: Connection | None = None) -> Post | None:  # noqa: A002 (the record's own field name)
        """Return the post with its thread as it is now; `None` when there is none."""
        return self._load(connection or self._database.connection, id)

    def posts(
        self,
        connection: Connection | None = None,
        *,
        threads: bool = True,
        after: str = "",
        until: str | None = None,
    ) -> Iterator[Post]:
        """Yield all posts, or those behind one id and up to another, with their threads or without; ordered by id."""
        source, last = connection or self._database.connection, after
        while rows := source.execute(_NEXT_IDS, (last, until or _LAST, _IDS)).fetchall():
            for (last,) in rows:
                post = self._load(source, last, threads=threads)
                if post is not None:
                    yield post

    def sizes(self) -> list[tuple[str, int, int]]:
        """Return the id of each post, the number of its texts, itself among them, and their bytes, ordered by id."""
        return self._database.connection.execute(
            "SELECT p.id, 1 + count(c.id), length(CAST(r.record AS BLOB))"
            " + coalesce(sum(length(CAST(q.record AS BLOB))), 0) FROM posts p JOIN revisions r ON r.seq = p.seq"
            " LEFT JOIN comments c ON c.post_id = p.id LEFT JOIN revisions q ON q.seq = c.seq GROUP BY 1 ORDER BY 1"
        ).fetchall()

    def changes(self, after: int, limit: int) -> list[Revision]:
        """Return the next revisions after `seq` = `after`, oldest first, at most `limit`."""
        rows = self._database.connection.execute(
            "SELECT seq, id, post_id, record, saved FROM revisions WHERE seq > ? ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [revision(row) for row in rows]

    def history(self, id: str) -> list[Revision]:  # noqa: A002 (the record's own field name)
        """Return every revision of one text, oldest first."""
        rows = self._database.connection.execute(
            "SELECT seq, id, post_id, record, saved FROM revisions WHERE id = ? ORDER BY seq", (id,)
        )
        return [revision(row) for row in rows]

    def rewritten(self, post_id: str) -> frozenset[str]:
        """Return the ids of the comments of a post that were archived with more than one text."""
        return rewritten(self._database.connection, post_id)

    def post_of(self, id: str) -> str | None:  # noqa: A002 (the record's own field name)
        """Return the id of the post under which a comment stands now; `None` when there is no such comment."""
        row = self._database.connection.execute("SELECT post_id FROM comments WHERE id = ?", (id,)).fetchone()
        return None if row is None else str(row[0])

    def addresses(self, site: str | None = None) -> list[tuple[str, datetime | None]]:
        """Return the URL of each post, of one site or all, and when it was published; the newest first."""
        rows = self._database.connection.execute(
            "SELECT p.url, json_extract(r.record, '$.published') AS published"
            " FROM posts p JOIN revisions r USING (seq) WHERE ? IS NULL OR p.site = ? ORDER BY published DESC, p.url",
            (site, site),
        )
        return [(url, parse_time(published) if published else None) for url, published in rows]

    def last_seq(self) -> int:
        """Return the `seq` of the newest revision, 0 when there is none."""
        return last_seq(self._database.connection)

    def sites(self, connection: Connection) -> dict[str, str]:
        """Return the site of each post, by the post's id."""
        return dict(connection.execute("SELECT id, site FROM posts").fetchall())

    def text_ids(self) -> set[str]:
        """Return the ids of all texts that are there now: posts and comments."""
        rows = self._database.connection.execute("SELECT id FROM posts UNION ALL SELECT id FROM comments")
        return {str(id_) for (id_,) in rows}

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return posts and comments per site; removed comments of which only the place is kept are not counted."""
        rows = self._database.connection.execute(
            "SELECT p.site, count(DISTINCT p.id), count(c.id) FILTER (WHERE NOT c.deleted) FROM posts p"
            " LEFT JOIN comments c ON c.post_id = p.id GROUP BY p.site ORDER BY p.site"
        )
        return {site: (posts, comments) for site, posts, comments in rows}

    def count(self, site: str) -> int:
        """Return the number of posts of a site."""
        row = self._database.connection.execute("SELECT count(*) FROM posts WHERE site = ?", (site,)).fetchone()
        return int(row[0])

    def damage(self) -> list[str]:
        """Return what is inconsistent among the records, in words; empty when sound."""
        return damage(self._database.connection)

    def _load(self, connection: Connection, id_: str, *, threads: bool = True) -> Post | None:
        row = known_post(connection, id_)
        if row is None:
            return None
        values = json.loads(row[0]) | {"comments_stated": row[2]}
        if not threads:
            return Post.from_json(values)
        return Post.from_json(values | {"comments": known_thread(connection, id_, values.get("comment_system"))})


def _require_own_ids(post: Post) -> None:
    ids = {comment.id for comment in post.comments}
    foreign = [comment.id for comment in post.comments if comment.post_id != post.id]
    if post.id != post_id(post.url) or foreign or len(ids) < len(post.comments):
        raise ValueError(f"ids of {post.url} or its comments do not belong together")


def _with_known_thread(connection: Connection, post: Post) -> Post:
    """Return a post whose thread was read in part, fitted to the thread that is known: nothing known is undone."""
    places = {id_: position for id_, (_, _, position) in known_comments(connection, post.id).items()}
    after_all = count(max(places.values(), default=-1) + 1)
    comments = tuple(
        replace(comment, position=places[comment.id] if comment.id in places else next(after_all))
        for comment in post.comments
        if not (comment.deleted and comment.id in places)
    )
    if not places:
        comments = post.comments
    known = known_post(connection, post.id)
    if known is None:
        return replace(post, comments=comments)
    system = post.comment_system or json.loads(known[0])["comment_system"]
    stated = known[2] if post.comments_stated is None else post.comments_stated
    return replace(post, comments=comments, comment_system=system, comments_stated=stated)


def _add_post(connection: Connection, post: Post, saved: str) -> Change:
    known = known_post(connection, post.id)
    values = post.without_thread().to_json()
    text_before = None
    if known is not None:
        before = json.loads(known[0])
        text_before = len(before["text"]) if before["status"] == "whole" else None
        values = settled(before, values)
    digest = content_hash(values, _PASSING_POST)
    if known is not None and known[1] == digest:
        if known[2] != post.comments_stated:
            connection.execute("UPDATE posts SET stated = ? WHERE id = ?", (post.comments_stated, post.id))
        return Change("unchanged", text_before=text_before)
    del values["comments"]
    seq = revise(connection, post.id, post.id, values, saved, digest)
    connection.execute(
        "INSERT INTO posts (id, url, site, seq, hash, stated, dated, signed, status)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET site = excluded.site, seq = excluded.seq, hash = excluded.hash,"
        " stated = excluded.stated, dated = excluded.dated, signed = excluded.signed, status = excluded.status",
        (post.id, post.url, post.site, seq, digest, post.comments_stated, dated(values),
         values["author"] is not None, values["status"]),
    )  # fmt: skip
    return Change("new" if known is None else "changed", text_before=text_before)


def _add_comments(connection: Connection, post: Post, saved: str, change: Change, thread_whole: bool) -> Change:
    known = known_comments(connection, post.id)
    counts: Counter[str] = Counter()
    for comment in post.comments:
        before = known.pop(comment.id, None)
        record = None if before is None else json.loads(before[0])
        values = comment.to_json() if record is None else settled(record, comment.to_json())
        digest = content_hash(values, _PASSING_COMMENT)
        if before is None or before[1] != digest:
            seq = revise(connection, comment.id, post.id, values, saved, digest)
            connection.execute(
                "INSERT INTO comments (id, post_id, seq, hash, position, dated, deleted) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash,"
                " position = excluded.position, dated = excluded.dated, deleted = excluded.deleted",
                (comment.id, post.id, seq, digest, comment.position, dated(values), values["deleted"]),
            )
            counts[_counted_as(record, values)] += 1
        elif before[2] != comment.position:
            connection.execute("UPDATE comments SET position = ? WHERE id = ?", (comment.position, comment.id))
    read = {post.comment_system, *(comment.system for comment in post.comments)} if thread_whole else set()
    for id_, (text, *_) in known.items():
        record = json.loads(text)
        if record["system"] in read:
            revise(connection, id_, post.id, None, saved)
            connection.execute("DELETE FROM comments WHERE id = ?", (id_,))
            counts[_counted_as(record, None)] += 1
    return replace(
        change,
        comments_new=counts["new"],
        comments_changed=counts["changed"],
        comments_removed=counts["removed"],
        placeholders=counts["placeholder"],
    )


def _counted_as(before: dict[str, Any] | None, after: dict[str, Any] | None) -> str:
    """Return as what `Change` counts a revision of a comment, given its record before and after, if any."""
    was, is_ = (record is not None and not record["deleted"] for record in (before, after))
    return {
        (False, True): "new",
        (True, True): "changed",
        (True, False): "removed",
        (False, False): "placeholder",
    }[was, is_]


def leave_old_addresses(connection: Connection, store: Store, post: Post, aliases: Iterable[str]) -> None:
    """Take away the records that a post had under addresses that now lead to it, in the caller's transaction.

    Their revisions stay. Only a record that says the same goes: a blog that is given up leads all of its addresses to
    one farewell. One of which other places speak stays, too: their comments would not be found at the new address.
    """
    for old in sorted({post_id(alias) for alias in aliases} - {post.id}):
        known = store.post(old, connection)
        if known is not None and _says_the_same(known, post) and _is_alone(known):
            _take_away(connection, known)


def _says_the_same(known: Post, post: Post) -> bool:
    before, now = likeness(known.text), likeness(post.text)
    return before is not None and now is not None and before.similarity(now) >= SAME


def _is_alone(known: Post) -> bool:
    return all(comment.system == known.comment_system for comment in known.comments)


def _take_away(connection: Connection, known: Post) -> None:
    saved = format_time(datetime.now(UTC))
    for id_ in (*(comment.id for comment in known.comments), known.id):
        revise(connection, id_, known.id, None, saved)
    connection.execute("DELETE FROM comments WHERE post_id = ?", (known.id,))
    connection.execute("DELETE FROM posts WHERE id = ?", (known.id,))
