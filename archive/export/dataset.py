"""Write a dataset: a directory that is whole or not there, or one shape to a stream."""

import json
import os
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import IO

from archive.archive import Archive
from archive.errors import DatasetError
from archive.export import manifest as manifest_file
from archive.export.cards import card, croissant
from archive.export.lineage import seq_of, standing
from archive.export.manifest import Manifest
from archive.export.people import People
from archive.export.plan import ExportPass, Plan
from archive.export.shapes.registry import SHAPES
from archive.export.shards import ShardFile, Shards, compressed, encoded, plain_file
from archive.files.swap import new_directory
from archive.search.engine import Progress
from archive.store.deny import rules

DELETED = "deleted.jsonl"
DUPLICATES = "duplicates.jsonl"
RULES = "rules.jsonl"


def write_dataset(
    archive: Archive, target: Path, plan: Plan, *, key: bytes, progress: Progress | None = None
) -> Manifest:
    """Write a dataset directory, replacing an older dataset there, and return its manifest.

    All is read from one snapshot: what spiders write meanwhile is not in it. Nothing is at `target` until all is
    written. Raise `DatasetError` when something that is no dataset stands there.
    """
    _require_replaceable(target)
    people = People(plan.authors, mask=plan.mask, key=key)
    with new_directory(target) as root, archive.database.snapshot() as connection:
        export_pass = ExportPass(archive, connection, plan, people)
        files, written = _write_shapes(root, export_pass, plan, progress)
        rows = {name: sum(file.rows for file in files if file.path.split("/")[1] == name) for name in plan.shapes}
        if plan.fold:
            files.append(plain_file(root, DUPLICATES, map(asdict, export_pass.duplicates)))
        if export_pass.changed is not None:
            gone = sorted(export_pass.changed - written)
            files.append(plain_file(root, DELETED, ({"id": id_} for id_ in gone)))
        if plan.rules:
            files.append(plain_file(root, RULES, map(asdict, rules(connection))))
        source, cursor = standing(connection)
        manifest = Manifest(
            program=f"sales-archive {version('sales-archive')}",
            archive=source,
            cursor=cursor,
            since=plan.since,
            authors=plan.authors,
            masked=plan.mask,
            compression=plan.compression,
            selection=plan.selection.to_json(),
            counts=export_pass.tally.to_json(),
            rows=rows,
            files=tuple(files),
        )
        _write_text(root / manifest_file.NAME, manifest.to_json())
        _write_text(root / "README.md", card(manifest))
        _write_text(root / "croissant.json", croissant(manifest))
    return manifest


def write_rows(archive: Archive, stream: IO[bytes], plan: Plan, *, key: bytes) -> None:
    """Write the rows of the plan's first shape to a stream."""
    with archive.database.snapshot() as connection:
        export_pass = ExportPass(archive, connection, plan, People(plan.authors, mask=plan.mask, key=key))
        output = compressed(stream, plan.compression)
        for chosen in export_pass.chosen():
            for row in SHAPES[plan.shapes[0]].rows(chosen):
                output.write(encoded(row))
        if output is not stream:
            output.close()


def cursor_of(archive: Archive, older: Path) -> int:
    """Return the `seq` up to which a dataset of this archive goes; raise `DatasetError` when it is of another."""
    seq = seq_of(archive.database.connection, Manifest.read(older))
    if seq is None:
        raise DatasetError(f"{older} is of another archive: export a whole dataset, without --since")
    return seq


def folded_in(older: Path) -> frozenset[str]:
    """Return the ids of what a dataset left out as copies; raise `DatasetError` when its list of them is missing."""
    if all(file.path != DUPLICATES for file in Manifest.read(older).files):
        return frozenset()
    path = (older if older.is_dir() else older.parent) / DUPLICATES
    try:
        return frozenset(json.loads(line)["id"] for line in path.read_bytes().splitlines())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DatasetError(f"{path} cannot be read ({error}): an update needs it beside the manifest") from error


def _write_shapes(
    root: Path, export_pass: ExportPass, plan: Plan, progress: Progress | None
) -> tuple[list[ShardFile], set[str]]:
    """Write the rows of all shapes; return their files, and of an update the ids that have a text in it."""
    shards = {
        name: Shards(root, f"data/{name}", compression=plan.compression, shard_bytes=plan.shard_bytes)
        for name in plan.shapes
    }
    written: set[str] = set()
    with ExitStack() as failing:
        for writer in shards.values():
            failing.callback(writer.abandon)
        number_of_posts = export_pass.posts_at_most()
        for number, chosen in enumerate(export_pass.chosen(), 1):
            if plan.since is not None:
                written |= chosen.with_text()
            for name, writer in shards.items():
                for row in SHAPES[name].rows(chosen):
                    writer.write(row)
            if progress is not None:
                progress(number, number_of_posts)
        return [file for writer in shards.values() for file in writer.close()], written


def _require_replaceable(target: Path) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    try:
        Manifest.read(target / manifest_file.NAME)
    except DatasetError as error:
        raise DatasetError(f"{target} exists and is not a dataset; name a new directory") from error


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
