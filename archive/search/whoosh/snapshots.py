"""The snapshot that questions are answered from: the last commit of the index in use, opened once for all threads."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from archive.search.memory import give_back
from archive.search.whoosh.index.damage import IndexDamageError
from archive.search.whoosh.index.files import OPEN_SECONDS, IndexFiles, again_until, open_error
from archive.search.whoosh.index.mapped import unload
from archive.search.whoosh.index.postings import PostingCache
from archive.search.whoosh.index.schema import VERSION
from archive.search.whoosh.index.snapshot import Snapshot

#: Bytes of posting lists decoded after which what decoding leaves behind is given back to the system.
GIVE_BACK_BYTES = 16 * 1024 * 1024


class Snapshots:
    """Opens the index in use, which may move at any time; safe to share between threads."""

    def __init__(self, files: IndexFiles, archive_id: str) -> None:
        """Open what `files` points to, if it is of this archive."""
        self._files = files
        self._archive_id = archive_id
        self._cache = PostingCache()
        self._lock = threading.Lock()
        self._stamp = (0, 0)
        self._snapshot: Snapshot | None = None
        #: Questions at work on each snapshot; one that was replaced is closed when the last of them ends.
        self._users: dict[Snapshot, int] = {}
        #: Bytes that the cache had decoded when memory was last given back; `None` when a snapshot is new.
        self._given_back: int | None = None

    @contextmanager
    def newest(self) -> Iterator[Snapshot | None]:
        """Give the last commit, `None` without an index of this archive; raise `ArchiveOpenError` when it is torn."""
        with self._lock:
            snapshot = self._newest()
            if snapshot is not None:
                self._users[snapshot] = self._users.get(snapshot, 0) + 1
        try:
            yield snapshot
        finally:
            with self._lock:
                if snapshot is not None:
                    self._let_go(snapshot)
                worked = self._has_worked()
            if worked:
                give_back()
                unload()

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._retire()
            self._stamp = (0, 0)

    def _has_worked(self) -> bool:
        """Tell whether enough was decoded since the last time, or for the first time from a new snapshot."""
        decoded = self._cache.decoded_bytes
        if self._given_back is not None and decoded - self._given_back < GIVE_BACK_BYTES:
            return False
        self._given_back = decoded
        return True

    def _newest(self) -> Snapshot | None:
        stamp = self._files.stamp()
        if stamp == self._stamp and self._snapshot is not None:
            return self._snapshot
        deadline = time.monotonic() + OPEN_SECONDS
        while True:
            state = self._files.state()
            if state is None or state.schema != VERSION or state.archive_id != self._archive_id:
                self._retire()
                return None
            try:
                snapshot = Snapshot(self._files.open(state.generation), self._cache)
            except IndexDamageError as error:
                # A writer removed what the pointer named a moment ago; or the files are torn, and stay so.
                if not (self._files.stamp() != stamp or again_until(deadline)):
                    raise open_error(self._files.directory, error) from error
                stamp = self._files.stamp()
            else:
                self._retire()
                self._snapshot, self._stamp, self._given_back = snapshot, stamp, None
                return snapshot

    def _let_go(self, snapshot: Snapshot) -> None:
        self._users[snapshot] -= 1
        if not self._users[snapshot]:
            del self._users[snapshot]
            if snapshot is not self._snapshot:
                snapshot.close()

    def _retire(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None and snapshot not in self._users:
            snapshot.close()
