"""The search index: follows the record store by `seq`, and rebuilds itself when it cannot be used.

The index can be deleted at any time. Only this program's own files are ever opened: a copied index has another
archive's id and is rebuilt, not read.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveError
from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking
from archive.search.whoosh.index.files import DAMAGE, IndexFiles, State
from archive.search.whoosh.index.schema import VERSION
from archive.search.whoosh.index.writing import apply, build, merge
from archive.search.whoosh.searcher import Searcher
from archive.search.whoosh.suggest import Completed
from archive.store.posts import Store

#: How long a sync waits for another one.
WAIT_SECONDS = 60.0

_REMEDY = "run `sales-archive index --rebuild`"

#: Told the revisions or texts done, and their number.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did."""

    #: Documents written: exactly the texts that changed, and the comments of posts whose title did.
    written: int
    deleted: int
    #: Why the index was built anew, in words; `None` when it was not.
    rebuilt: str | None
    #: `seq` of the last revision that search now finds.
    seq: int


class Index:
    """The search index of one archive; safe to share between threads."""

    def __init__(self, directory: Path, store: Store, *, archive_id: str) -> None:
        """Use `directory`, which need not exist yet, for the records in `store`."""
        self._files = IndexFiles(directory)
        self._store = store
        self._archive_id = archive_id
        self._searcher = Searcher(self._files, archive_id)

    def sync(
        self,
        *,
        progress: Progress | None = None,
        rebuild: bool = False,
        wait_seconds: float = WAIT_SECONDS,
    ) -> SyncReport:
        """Bring the index up to the records, building it anew when it cannot be used or `rebuild` asks for it.

        Raise `ArchiveBusyError` when another process is at it for longer than `wait_seconds`, and
        `ArchiveWriteError` when the disk refuses; what was committed stays.
        """
        with self._files.writing(wait_seconds):
            state = self._files.state()
            self._files.tidy(state)
            reason = "asked for" if rebuild else self._unusable(state)
            if reason is None and state is not None:
                try:
                    return self._follow(state, progress)
                except DAMAGE as error:
                    reason = f"damaged: {type(error).__name__}: {error}"
            generation = self._files.create()
            seq, written = build(self._files, generation, self._store, progress)
            state = State(generation, VERSION, self._archive_id, seq, self._files.sizes(generation))
            self._files.use(state)
            rest = self._follow(state, progress)
            return SyncReport(written + rest.written, rest.deleted, reason, rest.seq)

    def search(self, query: Query) -> Results:
        """Return the page of results for `query`; raise `QueryError` when it cannot be answered."""
        return self._searcher.search(query)

    def matching(self, query: Query) -> frozenset[str]:
        """Return the ids of all texts that `query` finds; raise `QueryError`."""
        return self._searcher.matching(query)

    def complete(self, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` words of the archive, commonest first, that begin as `begun` does."""
        return self._searcher.complete(begun, number)

    def complete_name(self, column: Completed, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` sites, authors or tags, most texts first, of which a word begins as `begun` does."""
        return self._searcher.complete_name(column, begun, number)

    def related(self, post_id: str, number: int = 5) -> tuple[Hit, ...]:
        """Return up to `number` other posts on what a post is about, nearest first; none for an unknown post."""
        return self._searcher.related(post_id, number)

    def key_terms(self, query: Query, number: int = 10) -> tuple[str, ...]:
        """Return up to `number` words that tell the best hits of `query` from other texts, the most telling first."""
        return self._searcher.key_terms(query, number)

    def marking(self, text: str) -> Marking:
        """Return what marks the words of a query in whole texts, as snippets do."""
        return self._searcher.marking(text)

    def seq(self) -> int:
        """Return the `seq` of the last revision that search finds; 0 without an index."""
        state = self._files.state()
        return state.seq if state and self._is_ours(state) else 0

    def is_current(self) -> bool:
        """Tell whether the index can be read and holds all that the records do; `sync` makes it so."""
        state = self._files.state()
        return state is not None and self._unusable(state) is None and state.seq == self._store.last_seq()

    def damage(self) -> list[str]:
        """Return how the index differs from the records, in words; empty when it follows them."""
        state = self._files.state()
        if state is None and not self._store.last_seq():
            return []
        if reason := self._unusable(state):
            return [f"the search index is unusable ({reason}); run `sales-archive index`"]
        if state is None or state.seq < self._store.last_seq():
            behind = self._store.last_seq() - (state.seq if state else 0)
            return [f"the search index is {behind} revisions behind; run `sales-archive index`"]
        try:
            indexed = self._searcher.ids()
        except DAMAGE as error:
            return [f"the search index is damaged ({type(error).__name__}: {error}); {_REMEDY}"]
        return _differences(indexed, self._store.text_ids())

    def close(self) -> None:
        """Close the files."""
        self._searcher.close()

    def _follow(self, state: State, progress: Progress | None) -> SyncReport:
        written = deleted = 0
        while (batch := apply(self._files, state, self._store)) is not None:
            state = batch.state
            self._files.use(state)
            written, deleted = written + batch.written, deleted + batch.deleted
            if progress is not None:
                progress(state.seq, max(state.seq, self._store.last_seq()))
        # What is new is found already: where a merge finds no room, the next sync tries it again.
        with suppress(ArchiveError, MemoryError):
            while (merged := merge(self._files, state)) is not None:
                state = merged
                self._files.use(state)
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
        return self._files.torn(state)

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
