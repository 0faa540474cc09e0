"""Write rows as JSON Lines, cut into shards, the same bytes for the same rows.

Shards are cut by uncompressed size. Gzip members name no file and no time. Lines are UTF-8 and end in a line feed;
U+2028 and U+0085 stand in them as they are, so read lines of the file, never `str.splitlines`.
"""

import gzip
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Compression = Literal["gzip", "zstd", "plain"]

SUFFIXES: dict[Compression, str] = {"gzip": ".jsonl.gz", "zstd": ".jsonl.zst", "plain": ".jsonl"}

#: Uncompressed; small enough to be read in one piece, large enough that a site has few.
SHARD_BYTES = 256_000_000

_BLOCK_BYTES = 256_000
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 9

#: Rows are trees: no need to look for circles.
_encoded = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardFile:
    """A finished file of a dataset."""

    #: Relative to the dataset's directory, with slashes.
    path: str
    rows: int
    #: Size and SHA-256 of the file, and of its uncompressed content: two versions of zlib may differ in the first.
    bytes: int
    sha256: str
    content_bytes: int
    content_sha256: str


class Shards:
    """The files of one shape; files are opened as rows come."""

    def __init__(self, root: Path, under: str, *, compression: Compression, shard_bytes: int = SHARD_BYTES) -> None:
        """Write to `root/under/part-00000…`."""
        self._root = root
        self._under = under
        self._compression = compression
        self._shard_bytes = shard_bytes
        self._open: _OpenShard | None = None
        self._files: list[ShardFile] = []

    def write(self, row: Mapping[str, Any]) -> None:
        """Add a row."""
        line = encoded(row)
        if self._open is not None and self._open.content_bytes + len(line) > self._shard_bytes:
            self._close()
        if self._open is None:
            name = f"part-{len(self._files):05d}{SUFFIXES[self._compression]}"
            self._open = _OpenShard(self._root, f"{self._under}/{name}", self._compression)
        self._open.write(line)

    def close(self) -> list[ShardFile]:
        """Finish the last file and return all."""
        self._close()
        return self._files

    def abandon(self) -> None:
        """Close what is open after a failure; the file is not whole."""
        if self._open is not None:
            self._open.abandon()
            self._open = None

    def _close(self) -> None:
        if self._open is not None:
            self._files.append(self._open.close())
            self._open = None


class _OpenShard:
    """A file being written: rows are gathered into blocks, which a thread of its own compresses meanwhile."""

    def __init__(self, root: Path, path: str, compression: Compression) -> None:
        self._path = path
        self._target = root / path
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._target.open("wb")
        self._stream = compressed(self._file, compression)
        self._digest = hashlib.sha256()
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None
        self._block = bytearray()
        self.content_bytes = 0
        self._rows = 0

    def write(self, line: bytes) -> None:
        self._block += line
        self.content_bytes += len(line)
        self._rows += 1
        if len(self._block) >= _BLOCK_BYTES:
            self._pass_on()

    def abandon(self) -> None:
        self._thread.shutdown()
        with suppress(OSError):  # a full disk refuses the end of a stream too
            self._stream.close()
        with suppress(OSError):
            self._file.close()

    def close(self) -> ShardFile:
        self._pass_on()
        self._wait()
        self._thread.shutdown()
        if self._stream is not self._file:
            self._stream.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return ShardFile(
            path=self._path,
            rows=self._rows,
            bytes=self._target.stat().st_size,
            sha256=file_digest(self._target),
            content_bytes=self.content_bytes,
            content_sha256=self._digest.hexdigest(),
        )

    def _pass_on(self) -> None:
        """Hand the block to the thread once it is done with the last: two blocks are in memory at most."""
        self._wait()
        block, self._block = self._block, bytearray()
        self._writing = self._thread.submit(self._append, block)

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _append(self, block: bytearray) -> None:
        self._stream.write(block)
        self._digest.update(block)


def plain_file(root: Path, path: str, rows: Iterable[Mapping[str, Any]]) -> ShardFile:
    """Write rows to one uncompressed file, which is there even when there are none."""
    file = _OpenShard(root, path, "plain")
    for row in rows:
        file.write(encoded(row))
    return file.close()


def encoded(row: Mapping[str, Any]) -> bytes:
    """Return a row as a line of JSON, its keys in their order."""
    return (_encoded(row) + "\n").encode()


def compressed(file: IO[bytes], compression: Compression) -> IO[bytes]:
    """Return a stream that compresses into `file`, which stays open when the stream is closed."""
    if compression == "gzip":
        return cast(
            "IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=_GZIP_LEVEL, mtime=0)
        )
    if compression == "zstd":
        return cast("IO[bytes]", zstd.ZstdFile(file, mode="wb", level=_ZSTD_LEVEL))
    return file


@contextmanager
def uncompressed(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to read its uncompressed bytes, by the end of its name."""
    if path.name.endswith(".gz"):
        with gzip.open(path, "rb") as stream:
            yield cast("IO[bytes]", stream)
    elif path.name.endswith(".zst"):
        with zstd.open(path, "rb") as stream:
            yield cast("IO[bytes]", stream)
    else:
        with path.open("rb") as stream:
            yield stream


def is_safe_path(path: str) -> bool:
    """Tell whether a path that a manifest gives stays within the dataset's directory."""
    return bool(path) and not path.startswith("/") and "\\" not in path and ".." not in path.split("/")


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
