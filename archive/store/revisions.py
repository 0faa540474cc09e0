"""Rows of `revisions`: the newest record of each text, and how one is added."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from archive.records.models import canonical, parse_time
from archive.store.database import Connection


@dataclass(frozen=True, slots=True)
class Revision:
    """One row of history."""

    seq: int
    id: str
    post_id: str
    #: The record's JSON, a post's without its thread; `None` when the text went away.
    record: dict[str, Any] | None
    saved: str


def known_post(connection: Connection, id_: str) -> tuple[str, str, int | None] | None:
    """Return the newest record of a post, its hash, and the stated size of its thread."""
    row: tuple[str, str, int | None] | None = connection.execute(
        "SELECT r.record, p.hash, p.stated FROM posts p JOIN revisions r USING (seq) WHERE p.id = ?", (id_,)
    ).fetchone()
    return row


def known_comments(connection: Connection, of_post: str) -> dict[str, tuple[str, str, int]]:
    """Return the newest record of each comment of a post, its hash, and its position, in the order shown."""
    rows = connection.execute(
        "SELECT c.id, r.record, c.hash, c.position FROM comments c JOIN revisions r USING (seq)"
        " WHERE c.post_id = ? ORDER BY c.position, c.id",
        (of_post,),
    )
    return {id_: (record, digest, position) for id_, record, digest, position in rows}


def known_thread(connection: Connection, of_post: str, own_system: str | None) -> list[dict[str, Any]]:
    """Return the newest records of a post's comments in the order shown, those of its own system first."""
    rows = connection.execute(
        "SELECT r.record, c.position FROM comments c JOIN revisions r USING (seq)"
        " WHERE c.post_id = ? ORDER BY c.position, c.id",
        (of_post,),
    ).fetchall()
    # One text of JSON for all: reading each alone takes half as long again.
    records: list[dict[str, Any]] = json.loads(f"[{','.join([record for record, _ in rows])}]")
    systems = set()
    for record, (_, position) in zip(records, rows, strict=True):
        record["position"] = position
        systems.add(record.get("system", ""))
    if len(systems) > 1:
        records.sort(key=lambda record: (record.get("system", "") != own_system, record.get("system", "")))
    return records


def records(connection: Connection, of_post: str | None = None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the id, the post's id and the record of every revision that holds one, of one post or of all."""
    query = "SELECT id, post_id, record FROM revisions WHERE record IS NOT NULL"
    rows = (
        connection.execute(query) if of_post is None else connection.execute(f"{query} AND post_id = ?", (of_post,))
    )
    for id_, post_id, record in rows:
        yield id_, post_id, json.loads(record)


def last_seq(connection: Connection) -> int:
    """Return the `seq` of the newest revision, 0 when there is none."""
    row = connection.execute("SELECT max(seq) FROM revisions").fetchone()
    return int(row[0] or 0)


def changed_since(connection: Connection, seq: int) -> frozenset[str]:
    """Return the ids of the texts that changed after `seq`, and of those beside them in their threads.

    Rows of a thread depend on each other: a comment's on the language and the rights of its post, and on its place.
    """
    rows = connection.execute(
        "WITH changed AS (SELECT id, post_id FROM revisions WHERE seq > ?)"
        " SELECT id FROM changed UNION SELECT post_id FROM changed"
        " UNION SELECT id FROM comments WHERE post_id IN (SELECT post_id FROM changed)",
        (seq,),
    )
    return frozenset(str(id_) for (id_,) in rows)


def rewritten(connection: Connection, of_post: str) -> frozenset[str]:
    """Return the ids of the comments of a post that were archived with more than one text."""
    rows = connection.execute(
        "WITH again AS (SELECT c.id FROM comments c JOIN revisions r ON r.id = c.id WHERE c.post_id = ?"
        " GROUP BY c.id HAVING COUNT(*) > 1)"
        " SELECT r.id FROM again JOIN revisions r ON r.id = again.id WHERE r.record IS NOT NULL"
        " GROUP BY r.id HAVING COUNT(DISTINCT json_extract(r.record, '$.text')) > 1",
        (of_post,),
    )
    return frozenset(str(id_) for (id_,) in rows)


def damage(connection: Connection) -> list[str]:
    """Return what is inconsistent among the records, in words; empty when sound."""
    ask = connection.execute
    findings = [
        f"comment {id_} belongs to a post that is not there"
        for (id_,) in ask("SELECT id FROM comments WHERE post_id NOT IN (SELECT id FROM posts)")
    ]
    findings += [
        f"text {id_} has no revision"
        for (id_,) in ask(
            "SELECT id FROM (SELECT id, seq FROM posts UNION ALL SELECT id, seq FROM comments)"
            " WHERE seq NOT IN (SELECT seq FROM revisions WHERE record IS NOT NULL)"
        )
    ]
    return findings


def revise(
    connection: Connection,
    id_: str,
    of_post: str,
    values: dict[str, Any] | None,
    saved: str,
    digest: str | None = None,
) -> int:
    """Add a revision of a text and return its `seq`; `values` is `None` when the text went away."""
    record = None if values is None else canonical(values)
    cursor = connection.execute(
        "INSERT INTO revisions (id, post_id, record, hash, saved) VALUES (?, ?, ?, ?, ?)",
        (id_, of_post, record, digest, saved),
    )
    return cursor.lastrowid


def content_hash(values: dict[str, Any], passing: tuple[str, ...]) -> str:
    """Return the SHA-256 of what a record says, without the fields in `passing`."""
    content = {name: value for name, value in values.items() if name not in passing}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def dated(values: dict[str, Any]) -> str | None:
    """Return when a record was published as 2015-03, as 2015 where no more than the year is known; `None` undated."""
    published: str | None = values["published"]
    return published and published[: 4 if values["published_precision"] == "year" else 7]


def revision(row: tuple[int, str, str, str | None, str]) -> Revision:
    """Return a row of `seq, id, post_id, record, saved` as a `Revision`."""
    seq, id_, of_post, record, saved = row
    return Revision(seq, id_, of_post, None if record is None else json.loads(record), saved)


#: How far two statements of one moment lie apart at most, by the precision of the coarser, the finest first.
_SPANS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
_RANKS = {name: rank for rank, name in enumerate(_SPANS)}


def settled(known: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a record as read, with the date that is known where the one read says no more."""
    if _says_no_more(known, read):
        return read | {name: known[name] for name in ("published", "published_precision")}
    return read


def _says_no_more(known: dict[str, Any], read: dict[str, Any]) -> bool:
    if known["published"] is None or read["published"] is None:
        return False
    coarser = read["published_precision"] or "second"
    if coarser == "second" or _RANKS[coarser] < _RANKS[known["published_precision"] or "second"]:
        return False
    return abs(parse_time(known["published"]) - parse_time(read["published"])) < _SPANS[coarser]
