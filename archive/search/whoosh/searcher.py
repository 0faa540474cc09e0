"""Search: a query's words in, a page of results out."""

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, cast

import numpy as np

from archive.errors import QueryError
from archive.search.query.parser import parse
from archive.search.query.tree import All
from archive.search.query.wording import chosen
from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking
from archive.search.whoosh.evaluate import Evaluation
from archive.search.whoosh.index.files import DAMAGE, OPEN_SECONDS, IndexFiles, again_until, open_error
from archive.search.whoosh.index.mapped import unload
from archive.search.whoosh.index.schema import VERSION
from archive.search.whoosh.page import page
from archive.search.whoosh.postings import PostingCache
from archive.search.whoosh.related import key_terms, related
from archive.search.whoosh.snapshot import Snapshot
from archive.search.whoosh.suggest import Completed, completions, names

#: The longest a query may take.
TIME_LIMIT_SECONDS = 2.0

#: The same where all that match are wanted and nobody waits at a page.
MATCHING_SECONDS = 60.0

#: Bytes of posting lists decoded after which what decoding leaves behind is given back to the system.
GIVE_BACK_BYTES = 16 * 1024 * 1024

_NOTHING_INDEXED = "Nothing is indexed yet; crawl a site, or run `sales-archive index`."


class Searcher:
    """Searches the index in use, which may move at any time; safe to share between threads."""

    def __init__(self, files: IndexFiles, archive_id: str) -> None:
        """Search what `files` points to, if it is of this archive."""
        self._files = files
        self._archive_id = archive_id
        self._cache = PostingCache()
        self._lock = threading.Lock()
        self._stamp = (0, 0)
        self._snapshot: Snapshot | None = None
        #: Bytes that the cache had decoded when memory was last given back; `None` when a snapshot is new.
        self._given_back: int | None = None

    def search(self, query: Query) -> Results:
        """Return a page of results; raise `QueryError`, and `ArchiveOpenError` when the index is damaged."""
        started = time.monotonic()
        parsed = parse(query.text)
        filters = chosen(query.filters)
        with self._snapshot_in_use() as snapshot:
            if snapshot is None:
                return Results(query=query, understood="", total=0, took_ms=0.0, message=_NOTHING_INDEXED)
            try:
                results = page(snapshot, query, parsed, filters, started + TIME_LIMIT_SECONDS)
            except DAMAGE as error:
                raise open_error(self._files.directory, error) from error
        return replace(results, took_ms=(time.monotonic() - started) * 1000)

    def matching(self, query: Query) -> frozenset[str]:
        """Return the ids of all texts that `query` finds, however many.

        Raise `QueryError` for a query that says nothing or takes longer than `MATCHING_SECONDS`.
        """
        parsed = parse(query.text)
        if parsed.root is None:
            raise QueryError(f"the query {query.text!r} holds nothing to search for")
        deadline = time.monotonic() + MATCHING_SECONDS
        with self._snapshot_in_use() as snapshot:
            if snapshot is None:
                return frozenset()
            try:
                found = Evaluation(snapshot, deadline).find(parsed.root, chosen(query.filters))
                ids = frozenset(str(snapshot.hit(int(number))["id"]) for number in np.flatnonzero(found.mask))
            except DAMAGE as error:
                raise open_error(self._files.directory, error) from error
        if found.cut:
            raise QueryError(f"the query {query.text!r} took longer than {MATCHING_SECONDS:.0f} s; narrow it")
        return ids

    def complete(self, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` words, commonest first, that begin as `begun` does."""
        with self._snapshot_in_use() as snapshot:
            return completions(snapshot, begun, number) if snapshot is not None else []

    def complete_name(self, column: Completed, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` sites, authors or tags, most texts first, of which a word begins as `begun` does."""
        with self._reading() as snapshot:
            return names(snapshot, column, begun, number) if snapshot is not None else []

    def related(self, post_id: str, number: int = 5) -> tuple[Hit, ...]:
        """Return up to `number` other posts on what a post is about, nearest first."""
        with self._reading() as snapshot:
            return related(snapshot, post_id, number) if snapshot is not None else ()

    def key_terms(self, query: Query, number: int = 10) -> tuple[str, ...]:
        """Return up to `number` words that tell the best hits of a query from other texts; raise `QueryError`."""
        root = All(tuple(part for part in (parse(query.text).root, *chosen(query.filters)) if part is not None))
        with self._reading() as snapshot:
            return key_terms(snapshot, root, number) if snapshot is not None else ()

    def marking(self, text: str) -> Marking:
        """Return what marks the words of a query in whole texts; nothing is marked of a query that says nothing."""
        root = parse(text).root
        with self._reading() as snapshot:
            if snapshot is None or root is None:
                return Marking()
            return Marking(Evaluation(snapshot, time.monotonic() + TIME_LIMIT_SECONDS).find(root).terms)

    def ids(self) -> list[str]:
        """Return the ids of all documents, as often as they stand there."""
        with self._snapshot_in_use() as snapshot:
            return list(snapshot.ids()) if snapshot is not None else []

    def close(self) -> None:
        """Close the files."""
        with self._lock:
            self._retire()
            self._stamp = (0, 0)

    @contextmanager
    def _reading(self) -> Iterator[Snapshot | None]:
        """Give the snapshot in use; damage becomes `ArchiveOpenError`."""
        with self._snapshot_in_use() as snapshot:
            try:
                yield snapshot
            except DAMAGE as error:
                raise open_error(self._files.directory, error) from error

    @contextmanager
    def _snapshot_in_use(self) -> Iterator[Snapshot | None]:
        with self._lock:
            snapshot = self._newest()
            if snapshot is not None:
                snapshot.users += 1
        try:
            yield snapshot
        finally:
            with self._lock:
                if snapshot is not None:
                    snapshot.users -= 1
                    if snapshot is not self._snapshot and not snapshot.users:
                        snapshot.close()
                worked = self._has_worked()
            if worked:
                give_back()
                unload()

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
            except DAMAGE as error:
                # A writer removed what the pointer named a moment ago; or the files are torn, and stay so.
                if not (self._files.stamp() != stamp or again_until(deadline)):
                    raise open_error(self._files.directory, error) from error
                stamp = self._files.stamp()
            else:
                self._retire()
                self._snapshot, self._stamp, self._given_back = snapshot, stamp, None
                return snapshot

    def _retire(self) -> None:
        snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None and not snapshot.users:
            snapshot.close()


def give_back() -> None:
    """Ask the C library to return to the system what is free; do nothing where it has no way to (all but glibc)."""
    if _TRIM is not None:
        _TRIM(0)


def share_heap() -> None:
    """Let all threads allocate from one heap; call it before there are any. Does nothing but on glibc."""
    if _OPTION is not None:
        _OPTION(_ARENA_MAX, 1)


def _find(name: str, *arguments: type[Any]) -> Callable[..., int] | None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such function
            found = getattr(ctypes.CDLL(None), name)
            found.argtypes = arguments
            return cast(Callable[..., int], found)
    return None


#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENA_MAX = -8

_TRIM = _find("malloc_trim", ctypes.c_size_t)
_OPTION = _find("mallopt", ctypes.c_int, ctypes.c_int)
