"""Where raw responses lie: one row for each record of the WARC files."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from archive.store.database import Database

#: Ends the name of a WARC file while a crawl writes it.
OPEN = ".open"


@dataclass(frozen=True, slots=True)
class Capture:
    """One record of a WARC file."""

    url: str
    #: `WARC-Date`, UTC.
    at: str
    #: `WARC-Payload-Digest`.
    digest: str
    #: Name of the file in the archive's `warc/`.
    file: str
    offset: int
    length: int
    #: `response`, or `revisit` when an earlier record holds the same payload.
    kind: str


class Captures:
    """The captures in a `Database`."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._database = database

    def add(self, captures: list[Capture]) -> None:
        """Note records that were written and flushed."""
        with self._database.write() as connection:
            rows = [astuple(capture) for capture in captures]
            connection.executemany(
                "INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (file, offset) DO UPDATE SET"
                " url = excluded.url, at = excluded.at, digest = excluded.digest, length = excluded.length,"
                " kind = excluded.kind",
                rows,
            )

    def original(self, digest: str) -> Capture | None:
        """Return the response that holds this payload; `None` when none does."""
        row = self._database.connection.execute(
            "SELECT url, at, digest, file, offset, length, kind FROM captures"
            " WHERE digest = ? AND kind = 'response' LIMIT 1",
            (digest,),
        ).fetchone()
        return None if row is None else Capture(*row)

    def newest_of(self, url: str) -> Capture | None:
        """Return the newest capture of an address; `None` when there is none."""
        row = self._database.connection.execute(
            "SELECT url, at, digest, file, offset, length, kind FROM captures WHERE url = ?"
            " ORDER BY at DESC, offset DESC LIMIT 1",
            (url,),
        ).fetchone()
        return None if row is None else Capture(*row)

    def forget(self, file: str, offset: int = 0) -> None:
        """Drop what is noted of a file from `offset` on: the part that a crash tore off."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM captures WHERE file = ? AND offset >= ?", (file, offset))

    def damage(self, directory: Path) -> list[str]:
        """Return the WARC files that are not there or end before what is noted of them, in words."""
        rows = self._database.connection.execute(
            "SELECT file, max(offset + length), count(*) FROM captures GROUP BY file ORDER BY file"
        ).fetchall()
        findings = []
        for name, end, number in rows:
            size = _size(directory / name)
            if size is None:
                findings.append(f"the WARC file {name} with {number} raw responses is missing")
            elif size < end:
                findings.append(f"the WARC file {name} has {size} of {end} bytes; the next crawl cuts what is torn")
        return findings

    def newest(self) -> Iterator[Capture]:
        """Yield the newest capture of each address, ordered by file and offset."""
        yield from (
            Capture(*row)
            for row in self._database.connection.execute(
                "SELECT url, at, digest, file, offset, length, kind FROM captures c"
                " WHERE at = (SELECT max(at) FROM captures WHERE url = c.url) ORDER BY file, offset"
            )
        )


def _size(path: Path) -> int | None:
    """Return the size of a WARC file, under the name it has while it is written too."""
    for candidate in (path, path.with_name(path.name + OPEN)):
        with suppress(OSError):
            return candidate.stat().st_size
    return None
