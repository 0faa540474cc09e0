"""One committed state of the index as arrays: posting lists, columns, and the texts themselves.

Segments never change, so a later snapshot keeps what an earlier one decoded. Documents are numbered through all
segments.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.index import FileIndex

from archive.search.whoosh.folding import Copied, copied
from archive.search.whoosh.index.schema import (
    BY_POST_AUTHOR,
    HIDDEN,
    NO_DATE,
    TAGS_BETWEEN,
    YEAR_ONLY,
    key_of,
    stored,
)
from archive.search.whoosh.names import Names
from archive.search.whoosh.postings import Documents, Numbers, PostingCache, Postings, Weights, decoded, joined

Mask = npt.NDArray[np.bool_]

#: BM25: how soon repeated words stop counting, and how much long texts are held back. One setting, tried on three
#: public collections (docs/search.md).
K1 = 2.2
B = 0.7

#: Words that every text is taken to have beyond its own: a three-word comment is not the best on anything.
_LENGTH_FLOOR = 50

#: Terms that one prefix or misspelling is expanded to, the commonest.
MOST_EXPANSIONS = 128

#: Terms looked at per segment to find them.
MOST_SCANNED = 5_000

#: Expansions remembered.
MOST_REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags of all posts: what each code means, and the pairs of a document and the code of one of its tags."""

    names: list[str]
    documents: Documents
    codes: Documents


class Snapshot:
    """An open, unchanging state of the index; safe to share between threads."""

    def __init__(self, index: FileIndex, cache: PostingCache) -> None:
        """Open the last commit of `index`; raise one of `index_files.DAMAGE` when it is torn or swapped."""
        #: Searches at work on it; it is closed when the last one ends.
        self.users = 0
        self._reader = index.reader()
        self._cache = cache
        #: Whoosh's readers share one file position.
        self._lock = threading.RLock()
        self._expansions: dict[tuple[Any, ...], list[str]] = {}
        try:
            self._leaves = list(self._reader.leaf_readers()) if self._reader.doc_count_all() else []
            self.size = int(self._reader.doc_count_all())
            self.alive = self._alive()
        except BaseException:
            self._reader.close()
            raise

    def close(self) -> None:
        """Close the files; what was decoded stays usable."""
        with self._lock:
            self._reader.close()

    def postings(self, field: str, term: str) -> Postings:
        """Return where a term stands, in all segments."""
        found = [(self._leaf_postings(leaf, field, term), base) for leaf, base in self._leaves]
        return joined([(postings, base) for postings, base in found if len(postings.documents)])

    def holding(self, field: str, term: str) -> int:
        """Return in how many documents a term stands, without decoding its postings."""
        key = term.encode()
        with self._lock:
            return sum(leaf.doc_frequency(field, key) for leaf, _ in self._leaves if (field, key) in leaf)

    def expanded(self, field: str, prefix: str) -> list[str]:
        """Return the commonest terms that begin with `prefix`."""
        return self._once((field, prefix), lambda: self._expanded(field, prefix))

    def near(self, field: str, term: str, edits: int) -> list[str]:
        """Return terms at most `edits` letters away from `term`, with the same first letter."""
        return self._once((field, term, edits), lambda: self._near(field, term, edits))

    def hit(self, number: int) -> dict[str, Any]:
        """Return what the document stores; see `schema.stored`."""
        with self._lock:
            for leaf, base in reversed(self._leaves):
                if number >= base:
                    return stored(leaf.stored_fields(number - base)["hit"])
        raise KeyError(number)

    def numbers(self, name: str, kind: type, missing: int = 0) -> Any:
        """Return a column of numbers, `missing` where a segment has none."""
        values: npt.NDArray[Any] = np.full(self.size, missing, kind)
        with self._lock:
            for leaf, base in self._leaves:
                if leaf.has_column(name):
                    read = leaf.column_reader(name, translate=False).values
                    values[base : base + len(read)] = read
        return values

    def ids(self) -> Iterator[str]:
        """Yield the id of every text."""
        for leaf, base in self._leaves:
            for number in range(leaf.doc_count_all()):
                if self._present[base + number]:
                    with self._lock:
                        id_ = str(leaf.stored_fields(number)["hit"][0])
                    yield id_

    @cached_property
    def dates(self) -> Numbers:
        """Seconds since 1970 of each document, `schema.NO_DATE` without one."""
        dates: Numbers = self.numbers("date", np.int64, NO_DATE)
        return dates

    @cached_property
    def years(self) -> Documents:
        """Year of each document, 0 without a date."""
        dates = np.where(self.dates == NO_DATE, 0, self.dates)
        years = dates.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int32) + 1970
        return np.where(self.dates == NO_DATE, 0, years).astype(np.int32)

    @cached_property
    def months(self) -> Documents:
        """Months since the year 0 of each document, 0 where no more than the year is known."""
        dates = np.where(self.dates == NO_DATE, 0, self.dates)
        months = dates.astype("datetime64[s]").astype("datetime64[M]").astype(np.int32) + 1970 * 12
        unknown = (self.dates == NO_DATE) | ((self.marks & YEAR_ONLY) != 0)
        return np.where(unknown, 0, months).astype(np.int32)

    @cached_property
    def lengths(self) -> Documents:
        """Words of each document's text."""
        lengths: Documents = self.numbers("length", np.int32, 0)
        return lengths

    @cached_property
    def marks(self) -> npt.NDArray[np.uint8]:
        """Bits of `schema.BY_POST_AUTHOR` and the like of each document."""
        marks: npt.NDArray[np.uint8] = self.numbers("marks", np.uint8, 0)
        return marks

    @cached_property
    def post_keys(self) -> npt.NDArray[np.uint64]:
        """`schema.key_of` each document's post."""
        keys: npt.NDArray[np.uint64] = self.numbers("post_key", np.uint64, 0)
        return keys

    @cached_property
    def threads(self) -> Documents:
        """Thread of each document: numbers from 0, the same for a post and its comments."""
        return np.unique(self.post_keys, return_inverse=True)[1].astype(np.int32)

    @cached_property
    def copied(self) -> Copied:
        """The documents that have copies."""
        return copied(self.numbers("copies", np.uint64), self.alive)

    @cached_property
    def kinds_are_posts(self) -> Documents:
        """1 for a post, 0 for a comment."""
        posts: Documents = (self.names("kind").codes == self.code("kind", "post")).astype(np.int32)
        return posts

    @cached_property
    def thread_sizes(self) -> Documents:
        """Number of comments in the thread of each document."""
        replies = self.alive & (self.kinds_are_posts == 0)
        return np.bincount(self.threads[replies], minlength=self.size + 1)[self.threads].astype(np.int32)

    def having(self, what: str) -> Mask:
        """Return where there is a `date`, or which posts have `comments` or an `author-reply`."""
        cached = self.__dict__.setdefault("_having", {})
        if what not in cached:
            cached[what] = self.dates != NO_DATE if what == "date" else self._answered(what == "author-reply")
        found: Mask = cached[what]
        return found

    def numbers_of(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the document number of each of these texts that is there."""
        wanted = {key_of(id_): id_ for id_ in ids}
        keys = self.numbers("key", np.uint64, 0)
        held = np.flatnonzero(np.isin(keys, np.array(list(wanted), np.uint64)) & self._present)
        return {wanted[int(keys[number])]: int(number) for number in held}

    @cached_property
    def length_norms(self) -> Weights:
        """BM25's K1 times the length of each document against the average."""
        lengths = self.lengths + _LENGTH_FLOOR
        mean = lengths[self.alive].mean() if self.alive.any() else 1.0
        return (K1 * (1 - B + B * lengths / mean)).astype(np.float32)

    def code(self, column: str, name: str) -> int:
        """Return the code of a name, -1 when no document has it."""
        names = self.names(column).names
        return names.index(name) if name in names else -1

    def names(self, column: str) -> Names:
        """Return a column of names."""
        cached = self.__dict__.setdefault("_names", {})
        if column not in cached:
            cached[column] = self._read_names(column)
        found: Names = cached[column]
        return found

    @cached_property
    def tags(self) -> Tags:
        """Tags and categories of each post, folded."""
        column = self.names("tag_names")
        numbers: dict[str, int] = {}
        held = [
            [numbers.setdefault(tag, len(numbers)) for tag in dict.fromkeys(names.split(TAGS_BETWEEN)) if tag]
            for names in column.names
        ]
        sizes = np.array([len(codes) for codes in held], np.int64)
        flat = np.array([code for codes in held for code in codes], np.int32)
        tagged = np.flatnonzero(column.codes)
        counts = sizes[column.codes[tagged]]
        begins = (np.cumsum(sizes) - sizes)[column.codes[tagged]]
        places = np.arange(counts.sum()) + np.repeat(begins - np.cumsum(counts) + counts, counts)
        return Tags(list(numbers), np.repeat(tagged, counts).astype(np.int32), flat[places])

    def _answered(self, by_author: bool) -> Mask:
        replies = self.alive & (self.kinds_are_posts == 0)
        if by_author:
            replies &= (self.marks & BY_POST_AUTHOR) != 0
        numbers = np.bincount(self.threads[replies], minlength=self.size + 1)
        answered: Mask = (numbers[self.threads] > 0) & (self.kinds_are_posts == 1)
        return answered

    def _once(self, key: tuple[Any, ...], find: Callable[[], list[str]]) -> list[str]:
        if key not in self._expansions:
            with self._lock:
                if len(self._expansions) >= MOST_REMEMBERED:
                    self._expansions.clear()
                self._expansions[key] = find()
        return self._expansions[key]

    def _expanded(self, field: str, prefix: str) -> list[str]:
        counts: dict[str, float] = {}
        for leaf, _ in self._leaves:
            for scanned, ((name, term), info) in enumerate(leaf.iter_from(field, prefix.encode())):
                text = term.decode()
                if name != field or not text.startswith(prefix) or scanned >= MOST_SCANNED:
                    break
                counts[text] = counts.get(text, 0) + info.weight()
        return sorted(counts, key=lambda term: (-counts[term], term))[:MOST_EXPANSIONS]

    def _near(self, field: str, term: str, edits: int) -> list[str]:
        found: set[str] = set()
        for leaf, _ in self._leaves:
            found.update(leaf.terms_within(field, term, edits, prefix=1))
        return sorted(found)[:MOST_EXPANSIONS]

    def _alive(self) -> Mask:
        present = np.ones(self.size, np.bool_)
        for leaf, base in self._leaves:
            deleted = list(leaf.deleted_docs_set)
            present[np.array(deleted, np.int64) + base] = False
        self._present = present
        alive: Mask = present & ((self.marks & HIDDEN) == 0)
        return alive

    def _leaf_postings(self, leaf: Any, field: str, term: str) -> Postings:
        key = (leaf.segment().segment_id(), field, term)
        found = self._cache.get(key)
        if found is None:
            with self._lock:
                found = decoded(leaf, field, term.encode())
            self._cache.put(key, found)
        return found

    def _read_names(self, column: str) -> Names:
        codes = np.zeros(self.size, np.int32)
        numbers = {"": 0}
        with self._lock:
            for leaf, base in self._leaves:
                if not leaf.has_column(column):
                    continue
                reader = leaf.column_reader(column, translate=False)
                known = np.array([numbers.setdefault(name, len(numbers)) for name in reader.names], np.int32)
                codes[base : base + len(reader.codes)] = known[reader.codes]
        return Names(codes, list(numbers))
