"""Which dataset an archive was made of: as long as it holds just that, its exports are that dataset again.

So a dataset has the same bytes wherever it is made, and updates go on from the archive or from a copy of it.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass

from archive.export.manifest import Manifest

_NAME = "loaded"


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The dataset that was loaded last, and the `seq` of the copy after it."""

    archive: str
    cursor: int
    seq: int


def standing(connection: sqlite3.Connection) -> tuple[str, int]:
    """Return the archive and the cursor that a dataset made of this snapshot states."""
    last = _last_seq(connection)
    loaded = _loaded(connection)
    if loaded is not None and loaded.seq == last:
        return loaded.archive, loaded.cursor
    return _noted(connection, "archive_id") or "", last


def seq_of(connection: sqlite3.Connection, manifest: Manifest) -> int | None:
    """Return the `seq` of this archive up to which a dataset goes; `None` when it is of another archive."""
    if manifest.archive == _noted(connection, "archive_id"):
        return manifest.cursor
    loaded = _loaded(connection)
    if loaded is None or (manifest.archive, manifest.cursor) != (loaded.archive, loaded.cursor):
        return None
    return loaded.seq


def continues(connection: sqlite3.Connection, manifest: Manifest) -> bool:
    """Tell whether loading a dataset makes a copy: of an empty archive, or of a copy of what the dataset updates."""
    last = _last_seq(connection)
    if manifest.since is None:
        return last == 0
    return _loaded(connection) == _Loaded(manifest.archive, manifest.since, last)


def note_loaded(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Note that the archive holds a dataset and nothing else, in the caller's transaction."""
    loaded = _Loaded(manifest.archive, manifest.cursor, _last_seq(connection))
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_NAME, json.dumps(asdict(loaded))))


def _loaded(connection: sqlite3.Connection) -> _Loaded | None:
    text = _noted(connection, _NAME)
    return None if text is None else _Loaded(**json.loads(text))


def _noted(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _last_seq(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM revisions").fetchone()[0])
