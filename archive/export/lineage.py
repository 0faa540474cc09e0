"""Which dataset an archive was made of: as long as it holds just that, its exports are that dataset again.

So a dataset has the same bytes wherever it is made, and updates go on from the archive or from a copy of it.
"""

import json
from dataclasses import asdict, dataclass

from archive.export.manifest import Manifest
from archive.store.database import Connection, meta, set_meta
from archive.store.revisions import last_seq

_NAME = "loaded"
_BEGUN = "loading"


@dataclass(frozen=True, slots=True)
class _Origin:
    """The dataset that was loaded last, or is being loaded, and the `seq` of the copy after what is of it."""

    archive: str
    cursor: int
    seq: int


def standing(connection: Connection) -> tuple[str, int]:
    """Return the archive and the cursor that a dataset made of this snapshot states."""
    last = last_seq(connection)
    origin = _origin(connection)
    if origin is not None and origin.seq == last:
        return origin.archive, origin.cursor
    return meta(connection, "archive_id") or "", last


def seq_of(connection: Connection, manifest: Manifest) -> int | None:
    """Return the `seq` of this archive up to which a dataset goes; `None` when it is of another archive."""
    if manifest.archive == meta(connection, "archive_id"):
        return manifest.cursor
    origin = _origin(connection)
    if origin is None or (manifest.archive, manifest.cursor) != (origin.archive, origin.cursor):
        return None
    return origin.seq


def continues(connection: Connection, manifest: Manifest) -> bool:
    """Tell whether loading a dataset makes a copy: of an empty archive, or of a copy of what the dataset updates.

    An archive in which the same load was cut short, and nothing was done since, counts as it was before.
    """
    last = last_seq(connection)
    if _origin(connection, _BEGUN) == _Origin(manifest.archive, manifest.cursor, last):
        return True
    if manifest.since is None:
        return last == 0
    return _origin(connection) == _Origin(manifest.archive, manifest.since, last)


def note_loading(connection: Connection, manifest: Manifest) -> None:
    """Note that the archive holds a part of a dataset on top of what it continues, in the caller's transaction."""
    _note(connection, _BEGUN, manifest)


def note_loaded(connection: Connection, manifest: Manifest) -> None:
    """Note that the archive holds a dataset and nothing else, in the caller's transaction."""
    _note(connection, _NAME, manifest)
    set_meta(connection, _BEGUN, None)


def _note(connection: Connection, name: str, manifest: Manifest) -> None:
    origin = _Origin(manifest.archive, manifest.cursor, last_seq(connection))
    set_meta(connection, name, json.dumps(asdict(origin)))


def _origin(connection: Connection, name: str = _NAME) -> _Origin | None:
    text = meta(connection, name)
    return None if text is None else _Origin(**json.loads(text))
