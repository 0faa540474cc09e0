"""Make an archive of a dataset again, from its `threads`.

A dataset may come from anywhere: every value is checked before it is archived.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from zlib import error as ZlibError  # noqa: N812 (zlib names its error so)

from archive.archive import Archive
from archive.errors import DatasetError
from archive.export import manifest as manifest_file
from archive.export.dataset import DELETED, RULES
from archive.export.lineage import continues, note_loaded, note_loading
from archive.export.manifest import Manifest
from archive.export.shapes.threads import post_of
from archive.export.shards import uncompressed
from archive.export.verifying import verify
from archive.records.models import Post
from archive.records.validation import faults
from archive.search.engine import Progress
from archive.store.deny import Rule, deny

#: Posts of one transaction.
_BATCH = 100
#: Characters of a line; the largest real thread of the sample has 2.4 million.
_MOST_CHARACTERS = 200_000_000


@dataclass(slots=True)
class LoadReport:
    """What a load did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Posts of which the archive holds a later fetch.
    older: int = 0
    denied: int = 0
    erased: int = 0


def load(archive: Archive, source: Path, progress: Progress | None = None) -> LoadReport:
    """Archive what a dataset directory, a file of rows, or stdin (`-`) holds in shape `threads`.

    A directory is verified first, and an update erases what it lists as deleted. What the archive holds of a
    later fetch stays. `progress` is called with the posts loaded and their number in all, as far as it is known.
    Raise `DatasetError`, naming file and line; the batches before it stay.
    """
    loaded = LoadReport()
    counter = _PostCounter(progress)
    if source.is_dir():
        manifest = _verified(source)
        is_copy = continues(archive.database.connection, manifest)
        copied = manifest if is_copy else None
        _load_rules(archive, source)
        _erase(archive, source, loaded, copied)  # first: a place whose text was removed comes again as a placeholder
        for file in manifest.files:
            if file.path.startswith("data/threads/"):
                with uncompressed(source / file.path) as stream:
                    _add(
                        archive, counter.counted(_posts(stream, file.path), manifest.counts["posts"]), loaded, copied
                    )
        if is_copy and not (loaded.denied or loaded.older):
            with archive.database.write() as connection:
                note_loaded(connection, manifest)
    elif str(source) == "-":
        _add(archive, counter.counted(_posts(sys.stdin.buffer, "stdin")), loaded)
    elif source.is_file():
        with uncompressed(source) as stream:
            _add(archive, counter.counted(_posts(stream, str(source))), loaded)
    else:
        raise DatasetError(f"{source} is neither a dataset directory nor a file")
    return loaded


class _PostCounter:
    """Tells how many posts were loaded, of all files together."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0

    def counted(self, posts: Iterator[Post], total: int = 0) -> Iterator[Post]:
        """Yield the posts; `total` is 0 where their number is not known before."""
        for post in posts:
            yield post
            self._done += 1
            if self._progress is not None:
                self._progress(self._done, max(total, self._done))


def _verified(source: Path) -> Manifest:
    manifest = Manifest.read(source / manifest_file.NAME)
    if "threads" not in manifest.rows:
        raise DatasetError(f"{source} has no rows of shape threads, from which alone an archive can be made")
    if findings := verify(source):
        raise DatasetError(f"{source} is damaged: {findings[0]}; see all with `sales-archive verify {source}`")
    return manifest


def _add(archive: Archive, posts: Iterator[Post], loaded: LoadReport, copied: Manifest | None = None) -> None:
    batch: list[Post] = []
    for post in posts:
        batch.append(post)
        if len(batch) == _BATCH:
            _commit(archive, batch, loaded, copied)
            batch = []
    _commit(archive, batch, loaded, copied)


def _commit(archive: Archive, posts: Iterable[Post], loaded: LoadReport, copied: Manifest | None) -> None:
    with archive.database.write() as connection:
        for post in posts:
            known = archive.store.post(post.id)
            if known and known.fetched and (post.fetched is None or post.fetched < known.fetched):
                loaded.older += 1
                continue
            change = archive.store.add(connection, post)
            setattr(loaded, change.post, getattr(loaded, change.post) + 1)
        if copied is not None:
            note_loading(connection, copied)


def _posts(stream: IO[bytes], name: str) -> Iterator[Post]:
    for number, line in enumerate(_lines(stream, name), 1):
        try:
            post = post_of(json.loads(line))
            wrong = faults(post)
        except json.JSONDecodeError as error:
            reason = f"not JSON ({error.msg}, column {error.colno})"
            raise DatasetError(f"{name}, line {number}: {reason}; is it a file of dataset rows?") from error
        except KeyError as error:
            raise DatasetError(f"{name}, line {number}: lacks the key {error}; is it of shape threads?") from error
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise DatasetError(f"{name}, line {number}: {error}") from error
        if wrong:
            raise DatasetError(f"{name}, line {number}: {wrong[0]}")
        yield post


def _lines(stream: IO[bytes], name: str) -> Iterator[bytes]:
    try:
        while line := stream.readline(_MOST_CHARACTERS):
            yield line
    except (OSError, EOFError, ZlibError) as error:
        raise DatasetError(f"{name} cannot be read: {error}") from error


def _rows(source: Path, path: str) -> Iterator[dict[str, Any]]:
    if (source / path).is_file():
        with (source / path).open("rb") as stream:
            for number, line in enumerate(stream, 1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise DatasetError(f"{path}, line {number}: no object")
                yield row


def _load_rules(archive: Archive, source: Path) -> None:
    with archive.database.write() as connection:
        for row in _rows(source, RULES):
            try:
                deny(connection, Rule(**row))
            except TypeError as error:
                raise DatasetError(f"{RULES}: {error}") from error


def _erase(archive: Archive, source: Path, loaded: LoadReport, copied: Manifest | None) -> None:
    ids = [str(row.get("id")) for row in _rows(source, DELETED)]
    held = [id_ for id_ in ids if archive.store.post_of(id_) or archive.store.post(id_)]
    with archive.database.write() as connection:
        archive.store.erase(connection, held)
        if copied is not None:
            note_loading(connection, copied)
    loaded.erased = len(held)


def is_lossy(source: Path) -> bool:
    """Tell whether a dataset directory lacks names or contacts that its archive had."""
    if not source.is_dir():
        return False
    manifest = Manifest.read(source / manifest_file.NAME)
    return manifest.authors != "keep" or manifest.masked
