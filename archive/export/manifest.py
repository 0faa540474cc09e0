"""manifest.json: what a dataset holds, how it was chosen, and the digests by which it is verified."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from archive.errors import DatasetError
from archive.export.shards import Compression, ShardFile, is_safe_path

#: Raised when rows change their meaning; readers refuse what they do not know.
SCHEMA = "sales-archive/1"
NAME = "manifest.json"
#: Counts the posts whose language nobody knows.
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest of a dataset. It holds no time: the same archive gives the same bytes."""

    schema: str = SCHEMA
    program: str
    #: Id of the archive.
    archive: str
    #: `seq` of the last change in the dataset, from which the next update goes on.
    cursor: int
    #: `cursor` of the manifest this updates; `None` when the dataset is whole.
    since: int | None = None
    authors: str
    #: True when contacts in texts were masked.
    masked: bool
    compression: Compression
    selection: dict[str, Any] = field(default_factory=dict)
    #: Posts, comments and sites; first and last year; what was left out, by reason.
    counts: dict[str, Any] = field(default_factory=dict)
    #: Rows by shape.
    rows: dict[str, int] = field(default_factory=dict)
    files: tuple[ShardFile, ...] = ()

    def to_json(self) -> str:
        """Return the file's text."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest, or that of a dataset directory; raise `DatasetError`."""
        path = path / NAME if path.is_dir() else path
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise DatasetError(f"cannot read {path}: {reason}; is it a dataset of `sales-archive export`?") from error
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            raise DatasetError(f"{path} is no manifest of form {SCHEMA}; export again, or upgrade the program")
        try:
            files = tuple(ShardFile(**file) for file in values.pop("files"))
            manifest = cls(**values, files=files)
        except (KeyError, TypeError) as error:
            raise DatasetError(f"{path} lacks or adds fields: {error}") from error
        wrong = [
            attribute.name
            for attribute in fields(cls)
            if attribute.type == "int" and not isinstance(getattr(manifest, attribute.name), int)
        ]
        if wrong or not all(is_safe_path(file.path) for file in files):
            raise DatasetError(f"{path} is damaged: {', '.join(wrong) or 'a file outside the dataset'}")
        return manifest
