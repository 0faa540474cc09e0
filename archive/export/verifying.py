"""Verify a dataset: digests, counts, and that every row has the keys of its shape."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import error as ZlibError  # noqa: N812 (zlib names its error so)

from archive.export import manifest as manifest_file
from archive.export.manifest import UNKNOWN, Manifest
from archive.export.shapes.base import Feature, Features
from archive.export.shapes.registry import SHAPES
from archive.export.shapes.threads import THREADS
from archive.export.shards import ShardFile, file_digest, uncompressed
from archive.search.engine import Progress

_PLAIN = {"string": str, "int64": int, "bool": bool}


def verify(directory: Path, progress: Progress | None = None) -> list[str]:
    """Return what is wrong with a dataset, in words; empty when it is as its manifest says.

    `progress` is called with the files read and the number of all. Raise `DatasetError` when there is no manifest to
    go by.
    """
    manifest = Manifest.read(directory / manifest_file.NAME)
    counts = _PostCounts()
    findings: list[str] = []
    for number, file in enumerate(manifest.files, 1):
        findings += _file_findings(directory, file, counts)
        if progress is not None:
            progress(number, len(manifest.files))
    stated = {file.path for file in manifest.files}
    there = {path.relative_to(directory).as_posix() for path in (directory / "data").rglob("*") if path.is_file()}
    findings += [f"{path} is not in the manifest" for path in sorted(there - stated)]
    for name, rows in manifest.rows.items():
        held = sum(file.rows for file in manifest.files if file.path.startswith(f"data/{name}/"))
        if held != rows:
            findings.append(f"data/{name}: the manifest states {rows} rows, its files {held}")
    # only whole files can be counted, and only `threads` has a row for each post
    return findings or (list(_count_findings(manifest, counts)) if "threads" in manifest.rows else [])


@dataclass(slots=True)
class _PostCounts:
    """What the rows of shape `threads` say of their posts."""

    sites: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def count(self, row: Mapping[str, Any]) -> None:
        self.sites[row["metadata"]["site"]] += 1
        self.languages[row["metadata"]["language"] or UNKNOWN] += 1


def _count_findings(manifest: Manifest, counts: _PostCounts) -> Iterator[str]:
    for name, counted in (("sites", counts.sites), ("languages", counts.languages)):
        stated = manifest.counts.get(name)
        if stated != dict(counted):
            yield f"{manifest_file.NAME} states other posts by {name} than data/threads holds"


@dataclass(slots=True)
class _Content:
    rows: int = 0
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    findings: list[str] = field(default_factory=list)


def _file_findings(directory: Path, file: ShardFile, counts: _PostCounts) -> Iterator[str]:
    path = directory / file.path
    if not path.is_file():
        yield f"{file.path} is missing"
        return
    if path.stat().st_size != file.bytes:
        yield f"{file.path} has {path.stat().st_size} bytes instead of {file.bytes}"
    elif file_digest(path) != file.sha256:
        yield f"{file.path} is not what was written: its SHA-256 differs"
    try:
        content = _content(path, file, counts)
    except (OSError, EOFError, ZlibError) as error:
        yield f"{file.path} cannot be read: {error}"
        return
    yield from content.findings
    if content.rows != file.rows:
        yield f"{file.path} has {content.rows} rows instead of {file.rows}"
    if (content.size, content.digest.hexdigest()) != (file.content_bytes, file.content_sha256):
        yield f"{file.path}: its content is not what was written"


def _content(path: Path, file: ShardFile, counts: _PostCounts) -> _Content:
    """Read a file through; of wrong rows the first is told."""
    parts = file.path.split("/")
    shape = SHAPES.get(parts[1]) if parts[0] == "data" else None
    content = _Content()
    with uncompressed(path) as stream:
        for line in stream:
            content.rows += 1
            content.size += len(line)
            content.digest.update(line)
            if shape is not None and not content.findings:
                row, wrong = _row(line, shape.features)
                content.findings += [f"{file.path}, line {content.rows}: {wrong}"] if wrong else []
                if shape is THREADS and not wrong:
                    counts.count(row)
    return content


def _row(line: bytes, features: Features) -> tuple[Any, str | None]:
    """Return a row and what is wrong with it."""
    try:
        row = json.loads(line)
        return row, _fault(row, features, "row")
    except (ValueError, RecursionError) as error:
        return None, f"no JSON: {error}"


def _fault(value: Any, feature: Feature, name: str) -> str | None:
    if isinstance(feature, str):
        return None if value is None or type(value) is _PLAIN[feature] else f"{name} is no {feature}"
    if isinstance(feature, Mapping):
        if not isinstance(value, dict) or list(value) != list(feature):
            return f"{name} has other keys"
        return next((wrong for key, kind in feature.items() if (wrong := _fault(value[key], kind, key))), None)
    if not isinstance(value, list):
        return f"{name} is no list"
    return next((wrong for item in value if (wrong := _fault(item, feature[0], name))), None)
