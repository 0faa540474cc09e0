"""WARC files on disk: open ones, which one process holds, and torn ones, which a killed process left."""

import gzip
import logging
import os
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from warcio.warcwriter import WARCWriter

from archive.archive import Archive
from archive.files.durable import sync
from archive.files.lock import acquire
from archive.store.captures import OPEN

logger = logging.getLogger(__name__)

#: warcio's own level, 9, takes nearly twice the time for 1.4 % less space.
LEVEL = 5
_BLOCK = 64 * 1024


class OpenWarc:
    """A WARC file that this process writes; the lock tells others that it is alive."""

    def __init__(self, path: Path) -> None:
        """Make the file and lock it."""
        self._path = path
        self._file = path.open("xb")
        if not acquire(self._file, wait_seconds=0):
            raise BlockingIOError(f"{path} is held by another process")
        sync(path.parent)  # a file that a power cut takes with its name could not be missed
        self._record = BytesIO()
        self.writer = WARCWriter(self._record, gzip=False, warc_version="WARC/1.1")
        #: Its final name.
        self.name = path.name.removesuffix(OPEN)

    def append(self, record: Any) -> tuple[int, int]:
        """Write a record; return its offset and length."""
        offset = self._file.tell()
        self.writer.write_record(record)
        member = gzip.compress(self._record.getvalue(), compresslevel=LEVEL, mtime=0)
        self._record.seek(0)
        self._record.truncate()
        self._file.write(member)
        self._file.flush()
        return offset, len(member)

    def close(self) -> None:
        """Give the file its final name, once all of it is on the disk: a named file is whole."""
        os.fsync(self._file.fileno())
        self._path.rename(self._path.with_name(self.name))
        sync(self._path.parent)
        self._file.close()


def close_torn(archive: Archive) -> None:
    """Cut the files of killed processes after their last whole record, and give them their final names."""
    for path in sorted((archive.directory / "warc").glob(f"*{OPEN}")):
        with path.open("r+b") as file:
            if not acquire(file, wait_seconds=0):
                continue  # its process lives
            if not path.exists():
                continue  # another process was faster
            end = whole_length(path)
            name = path.name.removesuffix(OPEN)
            torn = path.stat().st_size - end
            logger.warning("%s was left by a killed crawl; %d torn bytes are cut, %d kept", path.name, torn, end)
            archive.captures.forget(name, end)
            if end == 0:
                path.unlink()
                continue
            file.truncate(end)
            os.fsync(file.fileno())
            path.rename(path.with_name(name))
            sync(path.parent)


def whole_length(path: Path) -> int:
    """Return how many bytes of a file of gzip members are whole members."""
    end = 0
    member = zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        position = 0
        while block := file.read(_BLOCK):
            while block:
                try:
                    member.decompress(block)
                except zlib.error:
                    return end
                used = len(block) - len(member.unused_data)
                position += used
                block = member.unused_data
                if member.eof:
                    end = position
                    member = zlib.decompressobj(wbits=31)
    return end
