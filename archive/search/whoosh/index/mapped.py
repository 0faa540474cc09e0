"""Read the files of a segment through `mmap`, without copying them.

Whoosh maps a segment's file and then copies every part of it into memory, so that a process would hold the whole
index, the texts too. What is here hands out views of the map instead, which the system can take back.
"""

import mmap
import os
import pickle
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile

from archive.files.durable import sync

_SEGMENT = ".seg"
#: Every class that Whoosh's table of contents and the directories of its segments were seen to name.
_KNOWN = frozenset(
    {
        ("__builtin__", "bytes"),
        ("builtins", "bytes"),
        ("builtins", "int"),
        ("builtins", "set"),
        ("_codecs", "encode"),
        ("collections", "defaultdict"),
        ("whoosh.codec.whoosh3", "W3Codec"),
        ("whoosh.codec.whoosh3", "W3Segment"),
    }
)

_MAPS: WeakSet[mmap.mmap] = WeakSet()
_LOCK = threading.Lock()


def unload() -> None:
    """Let the system take back what was read of all maps; what is read again comes from its cache of files."""
    with _LOCK:
        for whole in list(_MAPS):
            with suppress(AttributeError, ValueError):  # a system without `madvise`; a map that was closed
                whole.madvise(mmap.MADV_DONTNEED)


class MappedStorage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's directory of files, with segments opened as views."""

    def open_file(self, name: str, **options: Any) -> Any:
        """Open a file to read."""
        del options  # they say how to map or buffer it
        if not name.endswith(_SEGMENT):
            return MappedFile(memoryview(Path(self._fpath(name)).read_bytes()), name)
        with open(self._fpath(name), "rb") as file:  # noqa: PTH123 (Whoosh's path is text)
            if not os.fstat(file.fileno()).st_size:
                raise EOFError(f"the segment {name} is empty")
            whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with _LOCK:
            _MAPS.add(whole)
        return MappedFile(memoryview(whole), name, whole)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Give a table of contents its name once it, and all that it lists, are on the disk."""
        directory = Path(self.folder)
        for path in (*directory.glob(f"*{_SEGMENT}"), directory / oldname):
            sync(path)
        super().rename_file(oldname, newname, safe)
        sync(directory)


class _KnownUnpickler(pickle.Unpickler):
    """Whoosh's files are pickles, which may name any function there is: these may name what an index needs."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the known classes; raise `UnpicklingError`, which is a kind of damage."""
        if (module, name) not in _KNOWN:
            raise pickle.UnpicklingError(f"a search index has no {module}.{name}")
        return super().find_class(module, name)


class MappedFile(BufferFile):  # type: ignore[misc]  # Whoosh has no types
    """A part of a mapped file. Without `fileno`, so that Whoosh asks it for parts instead of mapping it again."""

    def __init__(self, view: memoryview, name: str | None, whole: mmap.mmap | None = None) -> None:
        """Read `view`; `whole` is closed with it."""
        super().__init__(b"", name=name)
        self._buf = view
        self.file = _ViewFile(view)
        self._whole = whole

    def subset(self, position: int, length: int, name: str | None = None) -> "MappedFile":
        """Return a part of it."""
        return MappedFile(self._buf[position : position + length], name or self._name)

    def read_pickle(self) -> Any:
        """Read a value that holds known classes only; raise `UnpicklingError`."""
        return _KnownUnpickler(self.file).load()

    def close(self) -> None:
        """Let go of the map, as soon as nobody reads a part of it any more."""
        super().close()
        if self._whole is not None:
            with suppress(BufferError):  # parts are still read; the map goes with the last of them
                self._whole.close()


class _ViewFile:
    """A position in a view, with the methods of a file that Whoosh uses."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        begin = self._at
        self._at = len(self._view) if size < 0 else min(begin + size, len(self._view))
        return bytes(self._view[begin : self._at])

    def readline(self) -> bytes:
        end = self._at
        while end < len(self._view) and self._view[end] != ord("\n"):
            end += 1
        return self.read(end + 1 - self._at)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._view)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._view = memoryview(b"")
