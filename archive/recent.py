"""What was archived of a site lately: lengths of texts and sizes of threads, by which its health is judged."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.database import Database
from archive.records import format_time

#: What was changed longer ago says nothing of how pages are read now.
LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Characters of the texts of posts, the first archived last."""

    latest: tuple[int, ...]
    earlier: tuple[int, ...]


class Recent:
    """The latest records of one site."""

    def __init__(self, database: Database, site: str) -> None:
        """Use an open database."""
        self._ask = database.connection.execute
        self._site = site

    def textless(self, limit: int) -> list[bool]:
        """Tell of the posts written last, of those archived whole, which say nothing beyond their title."""
        rows = self._ask(
            "SELECT json_extract(record, '$.text') IN ('', json_extract(record, '$.title')) IS TRUE"
            " FROM (SELECT seq FROM posts WHERE site = ? ORDER BY seq DESC LIMIT ?) JOIN revisions USING (seq)"
            " WHERE json_extract(record, '$.status') = 'whole'",
            (self._site, limit),
        )
        return [bool(textless) for (textless,) in rows]

    def changes(self, limit: int) -> list[tuple[int, int]]:
        """Return the characters before and after of the posts changed last, of those changed lately."""
        rows = self._ask(
            "SELECT length(json_extract(b.record, '$.text')), length(json_extract(a.record, '$.text'))"
            " FROM posts p JOIN revisions a USING (seq)"
            " JOIN revisions b ON b.seq = (SELECT max(seq) FROM revisions WHERE id = p.id AND seq < p.seq)"
            " WHERE p.site = ? AND a.saved >= ? AND json_extract(a.record, '$.status') = 'whole'"
            " AND json_extract(b.record, '$.status') = 'whole' ORDER BY p.seq DESC LIMIT ?",
            (self._site, format_time(datetime.now(UTC) - LATELY), limit),
        )
        return list(rows)

    def threads(self, limit: int) -> list[tuple[int, int]]:
        """Return the stated and the archived size of the threads visited last, of those that a stranger can read."""
        rows = self._ask(
            "SELECT p.stated, (SELECT count(*) FROM comments c JOIN revisions r USING (seq) WHERE c.post_id = p.id"
            " AND json_extract(r.record, '$.system') = json_extract(q.record, '$.comment_system'))"
            " FROM posts p JOIN revisions q USING (seq) JOIN pages g ON g.post_id = p.id"
            " WHERE p.site = ? AND p.stated > 0 AND (g.thread_whole IS NOT 0 OR g.failures > 0)"
            " GROUP BY p.id ORDER BY max(g.visited) DESC LIMIT ?",
            (self._site, limit),
        )
        return list(rows)

    def lengths(self, latest: int, earlier: int) -> Lengths:
        """Return the characters of the posts archived first at last, so many, and of those archived before them."""
        rows = self._ask(
            "SELECT length(json_extract(record, '$.text')) FROM (SELECT seq, (SELECT min(seq) FROM revisions r"
            " WHERE r.id = p.id) AS began FROM posts p WHERE site = ? ORDER BY began DESC LIMIT ?)"
            " JOIN revisions USING (seq) WHERE json_extract(record, '$.status') = 'whole' ORDER BY began DESC",
            (self._site, latest + earlier),
        )
        found = [length for (length,) in rows]
        return Lengths(tuple(found[:latest]), tuple(found[latest:]))
