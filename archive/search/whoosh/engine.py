"""The embedded engine: an index in Whoosh's files, which follows the record store by `seq`.

The index can be deleted at any time, and is built anew when it cannot be used. Only this program's own files are ever
opened: a copied index has another archive's id and is rebuilt, not read.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from archive.errors import ArchiveError, QueryError
from archive.search.engine import MATCHING_SECONDS, SEARCH_SECONDS, WAIT_SECONDS, NameKind, Progress, SyncReport
from archive.search.memory import give_back
from archive.search.query.parser import parse
from archive.search.query.tree import All
from archive.search.query.wording import NOTHING_INDEXED, chosen
from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking
from archive.search.whoosh.evaluate import Evaluation
from archive.search.whoosh.index.damage import IndexDamageError
from archive.search.whoosh.index.files import OPEN_SECONDS, IndexFiles, State, again_until, open_error
from archive.search.whoosh.index.mapped import unload
from archive.search.whoosh.index.postings import PostingCache
from archive.search.whoosh.index.schema import VERSION
from archive.search.whoosh.index.snapshot import Snapshot
from archive.search.whoosh.index.writing import apply, build, merge
from archive.search.whoosh.page import page
from archive.search.whoosh.related import key_terms, related
from archive.search.whoosh.suggest import completions, names
from archive.store.posts import Store

#: Bytes of posting lists decoded after which what decoding leaves behind is given back to the system.
GIVE_BACK_BYTES = 16 * 1024 * 1024

_REMEDY = "run `sales-archive index --rebuild`"


class WhooshEngine:
    """A `SearchEngine` in a directory of the archive; its methods are described there."""

    def __init__(self, directory: Path, store: Store, *, archive_id: str) -> None:
        """Use `directory`, which need not exist yet, for the records in `store`."""
        #: The generations of the index.
        self.files = IndexFiles(directory)
        self._store = store
        self._archive_id = archive_id
        self._snapshots = Snapshots(self.files, archive_id)

    def sync(
        self, *, progress: Progress | None = None, rebuild: bool = False, wait_seconds: float = WAIT_SECONDS
    ) -> SyncReport:
        """Write what changed since the `seq` noted in the index, or a new generation that is then swapped in."""
        with self.files.writing(wait_seconds):
            state = self.files.state()
            self.files.tidy(state)
            reason = "asked for" if rebuild else self._unusable(state)
            if reason is None and state is not None:
                try:
                    return self._follow(state, progress)
                except IndexDamageError as error:
                    reason = f"damaged: {error}"
            try:
                return self._build(reason, progress)
            except IndexDamageError as error:  # what was written a moment ago is gone already
                raise open_error(self.files.directory, error) from error

    def search(self, query: Query) -> Results:
        """Evaluate the query over the arrays of the last commit."""
        started = time.monotonic()
        parsed = parse(query.text)
        filters = chosen(query.filters)
        with self._readable() as snapshot:
            if snapshot is None:
                return Results(query=query, understood="", total=0, took_ms=0.0, message=NOTHING_INDEXED)
            results = page(snapshot, query, parsed, filters, started + SEARCH_SECONDS)
        return replace(results, took_ms=(time.monotonic() - started) * 1000)

    def matching(self, query: Query) -> frozenset[str]:
        """Read the ids of all that matches, without ordering it."""
        parsed = parse(query.text)
        if parsed.root is None:
            raise QueryError(f"the query {query.text!r} holds nothing to search for")
        deadline = time.monotonic() + MATCHING_SECONDS
        with self._readable() as snapshot:
            if snapshot is None:
                return frozenset()
            matches = Evaluation(snapshot, deadline).find(parsed.root, chosen(query.filters))
            ids = frozenset(snapshot.ids(np.flatnonzero(matches.mask).tolist()))
        if matches.cut:
            raise QueryError(f"the query {query.text!r} took longer than {MATCHING_SECONDS:.0f} s; narrow it")
        return ids

    def complete(self, begun: str, number: int = 10) -> list[str]:
        """Look the words up among the spellings of the index."""
        with self._readable() as snapshot:
            return completions(snapshot, begun, number) if snapshot is not None else []

    def complete_name(self, kind: NameKind, begun: str, number: int = 10) -> list[str]:
        """Look the names up in their column."""
        with self._readable() as snapshot:
            return names(snapshot, kind, begun, number) if snapshot is not None else []

    def related(self, post_id: str, number: int = 5) -> tuple[Hit, ...]:
        """Search for the telling words of the post."""
        with self._readable() as snapshot:
            return related(snapshot, post_id, number) if snapshot is not None else ()

    def key_terms(self, query: Query, number: int = 10) -> tuple[str, ...]:
        """Weigh the words of the best hits."""
        root = All(tuple(part for part in (parse(query.text).root, *chosen(query.filters)) if part is not None))
        with self._readable() as snapshot:
            return key_terms(snapshot, root, number) if snapshot is not None else ()

    def marking(self, text: str) -> Marking:
        """Evaluate the query for the terms it leads to, expansions among them."""
        root = parse(text).root
        with self._readable() as snapshot:
            if snapshot is None or root is None:
                return Marking()
            return Marking(Evaluation(snapshot, time.monotonic() + SEARCH_SECONDS).find(root).terms)

    def snapshot(self) -> AbstractContextManager[Snapshot | None]:
        """Give the last commit as arrays, `None` without an index: what every question is answered from."""
        return self._snapshots.newest()

    def seq(self) -> int:
        """Read the `seq` noted beside the index."""
        state = self.files.state()
        return state.seq if state is not None and self._is_ours(state) else 0

    def is_current(self) -> bool:
        """Open the index, and compare its `seq` with that of the records."""
        state = self.files.state()
        return state is not None and self._unusable(state) is None and state.seq == self._store.last_seq()

    def damage(self) -> list[str]:
        """Compare the ids in the index with those of the records."""
        state = self.files.state()
        if state is None and not self._store.last_seq():
            return []
        if reason := self._unusable(state):
            return [f"the search index is unusable ({reason}); run `sales-archive index`"]
        if state is None or state.seq < self._store.last_seq():
            behind = self._store.last_seq() - (state.seq if state else 0)
            return [f"the search index is {behind} revisions behind; run `sales-archive index`"]
        with self.snapshot() as snapshot:
            try:
                indexed = [] if snapshot is None else list(snapshot.ids(np.flatnonzero(snapshot.present).tolist()))
            except IndexDamageError as error:
                return [f"the search index is damaged ({error}); {_REMEDY}"]
        return _differences(indexed, self._store.text_ids())

    def close(self) -> None:
        """Close the files."""
        self._snapshots.close()

    @contextmanager
    def _readable(self) -> Iterator[Snapshot | None]:
        """Give the last commit; damage that is met while reading it becomes `ArchiveOpenError`."""
        with self.snapshot() as snapshot:
            try:
                yield snapshot
            except IndexDamageError as error:
                raise open_error(self.files.directory, error) from error

    def _build(self, reason: str | None, progress: Progress | None) -> SyncReport:
        generation = self.files.create()
        seq, written = build(self.files, generation, self._store, progress)
        state = State(generation, VERSION, self._archive_id, seq, self.files.sizes(generation))
        self.files.use(state)
        rest = self._follow(state, progress)
        return SyncReport(written + rest.written, rest.deleted, reason, rest.seq)

    def _follow(self, state: State, progress: Progress | None) -> SyncReport:
        written = deleted = 0
        while (batch := apply(self.files, state, self._store)) is not None:
            state = batch.state
            self.files.use(state)
            written, deleted = written + batch.written, deleted + batch.deleted
            if progress is not None:
                progress(state.seq, max(state.seq, self._store.last_seq()))
        # What is new is found already: where a merge finds no room, the next sync tries it again.
        with suppress(ArchiveError, MemoryError):
            while (merged := merge(self.files, state)) is not None:
                state = merged
                self.files.use(state)
        return SyncReport(written, deleted, None, state.seq)

    def _unusable(self, state: State | None) -> str | None:
        if state is None:
            return "there was none"
        if state.schema != VERSION:
            return "made by another version"
        if state.archive_id != self._archive_id:
            return "of another archive"
        if state.seq > self._store.last_seq():
            return "ahead of the records"
        return self.files.torn(state)

    def _is_ours(self, state: State) -> bool:
        return state.schema == VERSION and state.archive_id == self._archive_id


def _differences(indexed: list[str], recorded: set[str]) -> list[str]:
    found = set(indexed)
    wrong = []
    if lacking := recorded - found:
        wrong.append(f"{len(lacking)} texts are not in the search index, one is {min(lacking)}; {_REMEDY}")
    if foreign := found - recorded:
        wrong.append(f"{len(foreign)} texts of the search index are not archived, one is {min(foreign)}; {_REMEDY}")
    if len(indexed) > len(found):
        wrong.append(f"{len(indexed) - len(found)} texts are in the search index twice; {_REMEDY}")
    return wrong


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
