"""A post whose address has changed for good is one post, not two."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from archive.likeness import SAME, likeness
from archive.records import Post, format_time, post_id
from archive.revisions import revise
from archive.store import Store


def leave_old_addresses(connection: sqlite3.Connection, store: Store, post: Post, aliases: Iterable[str]) -> None:
    """Take away the records that a post had under addresses that now lead to it, in the caller's transaction.

    Their revisions stay. Only a record that says the same goes: a blog that is given up leads all of its addresses to
    one farewell. One of which other places speak stays, too: their comments would not be found at the new address.
    """
    for old in sorted({post_id(each) for each in aliases} - {post.id}):
        known = store.post(old, connection)
        if known is not None and _says_the_same(known, post) and _is_alone(known):
            _take_away(connection, known)


def _says_the_same(known: Post, post: Post) -> bool:
    before, now = likeness(known.text), likeness(post.text)
    return before is not None and now is not None and before.similarity(now) >= SAME


def _is_alone(known: Post) -> bool:
    return all(each.system == known.comment_system for each in known.comments)


def _take_away(connection: sqlite3.Connection, known: Post) -> None:
    saved = format_time(datetime.now(UTC))
    for id_ in (*(each.id for each in known.comments), known.id):
        revise(connection, id_, known.id, None, saved)
    connection.execute("DELETE FROM comments WHERE post_id = ?", (known.id,))
    connection.execute("DELETE FROM posts WHERE id = ?", (known.id,))
