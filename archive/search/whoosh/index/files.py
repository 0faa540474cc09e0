"""The files of the index: generations in directories of their own, and the pointer to the one in use.

`index/state.json` names the generation that readers open and the `seq` it holds. It is written last and atomically,
so a process killed at any moment leaves an index that is whole, or one whose last changes are applied again.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from whoosh.index import FileIndex

from archive.errors import ArchiveBusyError, ArchiveOpenError, ArchiveWriteError
from archive.files.durable import sync
from archive.files.lock import acquire, release
from archive.search.whoosh.index.damage import IndexDamageError, decoding, decoding_to_write
from archive.search.whoosh.index.mapped import MappedStorage
from archive.search.whoosh.index.schema import SCHEMA

#: How long a reader tries again when a writer swaps files under it.
OPEN_SECONDS = 2.0

_OPEN_AGAIN_SECONDS = 0.02
_STATE = "state.json"
#: What stays in a generation: segments, tables of contents, and the lock of a writer.
_FINISHED = (".seg", ".toc", "WRITELOCK")
_STATE_KINDS: dict[str, Callable[[Any], Any]] = {
    "generation": str,
    "schema": int,
    "archive_id": str,
    "seq": int,
    "sizes": dict,
}


@dataclass(frozen=True, slots=True)
class State:
    """Which generation is in use, and what it holds."""

    generation: str
    schema: int
    archive_id: str
    #: `seq` of the last revision applied.
    seq: int
    #: Size in bytes of each file when the state was written; segments never change.
    sizes: dict[str, int]


class IndexFiles:
    """The directory `index/`."""

    def __init__(self, directory: Path) -> None:
        """Use a directory, which need not exist yet."""
        self.directory = directory

    def state(self) -> State | None:
        """Return what is in use; `None` where nothing is, or its description cannot be read."""
        try:
            values = json.loads((self.directory / _STATE).read_bytes())
            return State(**{name: kind(values[name]) for name, kind in _STATE_KINDS.items()})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def stamp(self) -> tuple[int, int]:
        """Return a value that changes when the pointer does; zeros when there is none."""
        try:
            found = (self.directory / _STATE).stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_ino

    def open(self, generation: str) -> FileIndex:
        """Open a generation to read; raise `IndexDamageError` when it is torn or gone."""
        with decoding():
            return FileIndex(MappedStorage(str(self.directory / generation)), schema=SCHEMA)

    def open_to_write(self, generation: str) -> FileIndex:
        """Open a generation to write; raise `IndexDamageError` when it is torn, and `OSError`."""
        with decoding_to_write():
            return FileIndex(MappedStorage(str(self.directory / generation)), schema=SCHEMA)

    def segments(self, generation: str) -> list[Any]:
        """Return Whoosh's descriptions of the segments of a generation; raise as `open_to_write` does."""
        index = self.open_to_write(generation)
        with decoding_to_write():
            segments: list[Any] = index._segments()  # Whoosh has no public way to them
        return segments

    def create(self) -> str:
        """Make a new, empty generation; return its name."""
        self.tidy(keep=self.state())
        numbers = [int(path.name[1:]) for path in self._generations()]
        name = f"g{max(numbers, default=0) + 1}"
        try:
            (self.directory / name).mkdir(parents=True)
            FileIndex.create(MappedStorage(str(self.directory / name)), SCHEMA, "MAIN")
        except OSError as error:
            raise write_error(self.directory, error) from error
        return name

    def use(self, state: State) -> None:
        """Point readers to `state`, then remove other generations."""
        try:
            with NamedTemporaryFile("w", dir=self.directory, prefix=".state-", delete=False) as file:
                json.dump(asdict(state), file)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self.directory / _STATE)
            sync(self.directory)
            self.tidy(keep=state)
        except OSError as error:
            raise write_error(self.directory, error) from error

    def lengths(self, generation: str) -> dict[str, int]:
        """Return the size of each file of a generation."""
        files = sorted((self.directory / generation).iterdir())
        return {path.name: path.stat().st_size for path in files if path.suffix in {".seg", ".toc"}}

    def sizes(self, generation: str) -> dict[str, int]:
        """Return the size of each file of a generation, once they are on the disk; raise `ArchiveWriteError`."""
        try:
            found = self.lengths(generation)
            for name in found:
                sync(self.directory / generation / name)
            sync(self.directory / generation)
        except OSError as error:
            raise write_error(self.directory, error) from error
        return found

    def tidy(self, keep: State | None) -> None:
        """Remove other generations, and what writers that ended left in this one and beside it, for good."""
        others = [path for path in self._generations() if keep is None or path.name != keep.generation]
        inside = (self.directory / keep.generation).glob("*") if keep else ()
        begun = [path for path in inside if not path.name.endswith(_FINISHED)]
        for path in (*others, *begun, *self.directory.glob(".state-*")):
            shutil.rmtree(path, ignore_errors=True)
            with suppress(OSError):
                path.unlink()
        if others:
            sync(self.directory)  # what is forgotten must not come back after a power cut

    def torn(self, state: State) -> str | None:
        """Return why the generation in use cannot be read, in words; `None` when it can."""
        try:
            with decoding():
                for path in (self.directory / state.generation).iterdir():
                    size = path.stat().st_size
                    if state.sizes.get(path.name, size) != size:
                        return f"damaged: {path.name} has {size} bytes instead of {state.sizes[path.name]}"
                self.open(state.generation).reader().close()
        except IndexDamageError as error:
            return f"damaged: {error}"
        return None

    @contextmanager
    def writing(self, wait_seconds: float) -> Iterator[None]:
        """Hold the right to write; raise `ArchiveBusyError` when another process keeps it for `wait_seconds`."""
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            file = (self.directory / "lock").open("a")
        except OSError as error:
            raise write_error(self.directory, error) from error
        with file:
            if not acquire(file, wait_seconds=wait_seconds):
                raise ArchiveBusyError(
                    f"another process is writing the search index; {wait_seconds:.0f} s were not enough; "
                    "try again later, nothing is lost"
                )
            try:
                yield
            finally:
                release(file)

    def _generations(self) -> list[Path]:
        if not self.directory.is_dir():
            return []
        return [path for path in self.directory.iterdir() if path.name[:1] == "g" and path.name[1:].isdecimal()]


def write_error(path: Path, error: OSError) -> ArchiveWriteError:
    """Return the error that says a write below `path` failed."""
    return ArchiveWriteError(
        f"cannot write the search index {path}: {error}; the records are safe; free space and run again"
    )


def open_error(path: Path, error: IndexDamageError) -> ArchiveOpenError:
    """Return the error that says the index at `path` cannot be read."""
    return ArchiveOpenError(f"cannot read the search index {path}: {error}; run `sales-archive index --rebuild`")


def again_until(deadline: float) -> bool:
    """Wait a moment and return True, or return False when `deadline` (of `time.monotonic`) has passed."""
    if time.monotonic() >= deadline:
        return False
    time.sleep(_OPEN_AGAIN_SECONDS)
    return True
