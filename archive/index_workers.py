"""Writing the parts of a generation in several processes.

A worker is a program of its own, `python -m archive.index_workers`, that is told parts on its standard input and
answers with segments. It needs nothing of the program that started it, neither a `__main__` that can be imported nor
a fork amid threads, and it ends with it: its input ends then.
"""

import json
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

from archive.database import Database
from archive.errors import ArchiveError
from archive.index_copies import Copies
from archive.index_files import IndexFiles
from archive.index_parts import Part, Segment, copy_numbers, write_part
from archive.store import Store


def segments(
    files: IndexFiles, generation: str, store: Store, parts: list[Part], processes: int
) -> Generator[Segment, None, None]:
    """Write parts and yield their segments in the order of the parts.

    What a worker does not bring is written here, so that what keeps it from being written is raised here too.
    """
    if min(processes, len(parts)) < 2:  # noqa: PLR2004 (another process is none)
        copies = Copies()
        yield from (write_part(files, generation, store, part, copies) for part in parts)
        return
    known = copy_numbers(store)
    command = [sys.executable, "-P", "-m", __name__, str(files.directory), generation, str(store.path)]
    with ThreadPoolExecutor(processes) as threads, ExitStack() as running:
        idle: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(min(processes, len(parts))):
            idle.put(running.enter_context(_Worker(command)))

        def written(part: Part) -> Segment:
            worker = idle.get()
            try:
                return worker.write(part, known)
            finally:
                idle.put(worker)

        for part, segment in zip(parts, threads.map(written, parts), strict=True):
            if segment is _NOT_WRITTEN:
                yield write_part(files, generation, store, part, Copies(known=known))
            else:
                yield segment


_NOT_WRITTEN = object()


class _Worker:
    """A running worker, ended at the end of the block."""

    def __init__(self, command: list[str]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):  # no room for another process
            # In a group of its own: what a terminal interrupts is the program, which ends its workers.
            self._process = subprocess.Popen(  # noqa: S603 (no shell, our own program)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            with suppress(OSError), self._process:  # what could not be written to it
                pass

    def write(self, part: Part, known: list[tuple[int, int]]) -> Segment:
        """Return the segment of a part, `_NOT_WRITTEN` when the worker has ended or was never there."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            return _NOT_WRITTEN
        try:
            self._process.stdin.write(json.dumps([asdict(part), known]).encode() + b"\n")
            self._process.stdin.flush()
            return pickle.load(self._process.stdout)  # noqa: S301 (of our own process)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            return _NOT_WRITTEN


def main() -> None:
    """Write the parts named on standard input."""
    files, generation = IndexFiles(Path(sys.argv[1])), sys.argv[2]
    told: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, told), daemon=True).start()
    with suppress(ArchiveError, OSError, sqlite3.Error, MemoryError):  # the other side meets it too, and tells it
        store = Store(Database(Path(sys.argv[3])))
        while True:
            part, known = json.loads(told.get())
            segment = write_part(files, generation, store, Part(**part), Copies(known=known))
            pickle.dump(segment, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    os._exit(1)  # the thread holds standard input


def _listen(lines: Iterable[bytes], told: "SimpleQueue[bytes]") -> None:
    """Hand on what is told; end the process with the one that tells it, whatever is being written."""
    for line in lines:
        told.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
