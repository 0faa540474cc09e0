"""One committed state of the index as arrays: posting lists, columns, and the texts themselves.

Segments never change, so a later snapshot keeps what an earlier one decoded. Documents are numbered through all
segments.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.index import FileIndex

from archive.search.snippets import Document
from archive.search.whoosh.index.damage import IndexDamageError, decoding
from archive.search.whoosh.index.postings import Documents, Numbers, PostingCache, Postings, Weights
from archive.search.whoosh.index.schema import (
    BY_POST_AUTHOR,
    HIDDEN,
    NAMES_COLUMNS,
    NO_DATE,
    TAGS_BETWEEN,
    YEAR_ONLY,
    key_of,
    stored,
)
from archive.search.words import fold

Mask = npt.NDArray[np.bool_]

_NO_DOCUMENTS: Documents = np.zeros(0, np.int32)

#: What stands between the names of those who wrote a post together.
_SEVERAL = "; "

#: Seconds since 1970 at which the years of dates begin and end.
_FIRST_DATE, _LAST_DATE = -62_135_596_800, 253_402_300_799

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


@dataclass(frozen=True)
class Names:
    """A column of names: a code per document, and what each code means; code 0 is no name.

    A name of several, as "Ruth Adeyemi; Sam Ito", counts for each of them.
    """

    codes: Documents
    names: list[str]

    @cached_property
    def known(self) -> list[str]:
        """The name of each code, and behind them those that stand only in names of several."""
        return list(dict.fromkeys([*self.names, *(one for ones in self._several.values() for one in ones)]))

    def counts(self, documents: Any) -> Any:
        """Return how many of these documents each of `known` names."""
        counts = np.bincount(self.codes[documents], minlength=len(self.known))
        owners, ones = self._shared
        np.add.at(counts, ones, counts[owners])
        counts[owners] = 0
        counts[0] = 0
        return counts

    def fitting(self, fits: Callable[[str], bool]) -> Any:
        """Return of each document whether its name, folded, or one of its names fits."""
        fitting = np.array([bool(name) and fits(name) for name in self._folded], np.bool_)
        owners, ones = self._shared
        np.logical_or.at(fitting, owners, fitting[ones])
        return fitting[self.codes]

    @cached_property
    def _folded(self) -> list[str]:
        return [fold(name) for name in self.known]

    @cached_property
    def _several(self) -> dict[int, list[str]]:
        return {
            code: [one for one in dict.fromkeys(name.split(_SEVERAL)) if one]
            for code, name in enumerate(self.names)
            if _SEVERAL in name
        }

    @cached_property
    def _shared(self) -> tuple[Documents, Documents]:
        """Codes of names of several, and beside each that of one of them in `known`."""
        places = {name: code for code, name in enumerate(self.known)}
        pairs = [(code, places[one]) for code, ones in self._several.items() for one in ones]
        shared = np.array(pairs, np.int32).reshape(len(pairs), 2)
        return shared[:, 0], shared[:, 1]


@dataclass(frozen=True, slots=True)
class CopyGroups:
    """The documents that have copies, and the group of each: the same number for all that say the same."""

    documents: Documents
    groups: Documents

    def among(self, mask: Mask) -> "CopyGroups":
        """Return those of the documents that stand in a mask of all documents."""
        chosen = mask[self.documents]
        return CopyGroups(self.documents[chosen], self.groups[chosen])


class Snapshot:
    """An open, unchanging state of the index; safe to share between threads.

    Much is read when it is first asked for: all that reads raises `IndexDamageError`.
    """

    def __init__(self, index: FileIndex, cache: PostingCache) -> None:
        """Open the last commit of `index`; raise `IndexDamageError` when it is torn or swapped."""
        with decoding():
            self._reader = index.reader()
        self._cache = cache
        #: Whoosh's readers share one file position.
        self._lock = threading.RLock()
        self._expansions: dict[tuple[Any, ...], list[str]] = {}
        try:
            with decoding():
                self.size = int(self._reader.doc_count_all())
                self._leaves = list(self._reader.leaf_readers()) if self.size else []
            self.alive = self._alive()
        except BaseException:
            self._reader.close()
            raise

    def close(self) -> None:
        """Close the files; what was decoded stays usable."""
        with self._lock:
            self._reader.close()

    def postings(self, lists: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Postings]:
        """Return where terms, each given with its field, stand in all segments."""
        return self._cache.read(self._leaves, lists, self._lock)

    def holding(self, field: str, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many documents each of these terms stands, without decoding its postings."""
        with self._lock, decoding():
            return {term: self._holding(field, term.encode()) for term in terms}

    def expanded(self, field: str, prefix: str) -> list[str]:
        """Return the commonest terms that begin with `prefix`."""
        return self._once((field, prefix), lambda: self._expanded(field, prefix))

    def near(self, field: str, term: str, edits: int) -> list[str]:
        """Return terms at most `edits` letters away from `term`, with the same first letter."""
        return self._once((field, term, edits), lambda: self._near(field, term, edits))

    def stored(self, numbers: Iterable[int]) -> list[dict[str, Any]]:
        """Return what each of these documents stores, by name; see `schema.STORED_NAMES`."""
        return [self._stored(number) for number in numbers]

    def documents(self, numbers: Sequence[int], scores: Weights) -> list[Document]:
        """Return documents as hits are made of them, given the scores of all documents."""
        tags = self.names("tag_names")
        return [
            Document(
                id=values["id"],
                post_id=values["post_id"],
                url=values["url"],
                title=values["title"],
                author=values["author"],
                site=values["borrowed"]["site"],
                language=values["borrowed"]["language"],
                published=values["published"],
                published_precision=values["published_precision"],
                text=values["text"],
                tags=tuple(tag for tag in tags.names[tags.codes[number]].split(TAGS_BETWEEN) if tag),
                score=float(scores[number]),
            )
            for number, values in zip(numbers, self.stored(numbers), strict=True)
        ]

    def numbers(self, name: str, kind: type, missing: int = 0) -> Any:
        """Return a column of numbers, `missing` where a segment has none."""
        values: npt.NDArray[Any] = np.full(self.size, missing, kind)
        with self._lock, decoding():
            for leaf, base in self._leaves:
                if leaf.has_column(name):
                    read = leaf.column_reader(name, translate=False).values
                    values[base : base + len(read)] = read
        return values

    def ids(self, numbers: Iterable[int]) -> Iterator[str]:
        """Yield the ids of these documents."""
        return (self._stored(number)["id"] for number in numbers)

    @cached_property
    def dates(self) -> Numbers:
        """Seconds since 1970 of each document, `schema.NO_DATE` without one."""
        dates: Numbers = self.numbers("date", np.int64, NO_DATE)
        if np.any((dates != NO_DATE) & ((dates < _FIRST_DATE) | (dates > _LAST_DATE))):
            raise IndexDamageError("a date outside the years 1 to 9999")
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
    def copies(self) -> CopyGroups:
        """The documents that have copies."""
        return _copy_groups(self.numbers("copies", np.uint64), self.alive)

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
        held = np.flatnonzero(np.isin(keys, np.array(list(wanted), np.uint64)) & self.present)
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
        return self._names[column]

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
            with self._lock, decoding():
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
            with decoding():
                deleted = list(leaf.deleted_docs_set)
                present[np.array(deleted, np.int64) + base] = False
        self.present = present
        alive: Mask = present & ((self.marks & HIDDEN) == 0)
        return alive

    def _holding(self, field: str, term: bytes) -> int:
        return sum(leaf.doc_frequency(field, term) for leaf, _ in self._leaves if (field, term) in leaf)

    def _stored(self, number: int) -> dict[str, Any]:
        leaf, base = next((leaf, base) for leaf, base in reversed(self._leaves) if number >= base)
        with self._lock, decoding():
            return stored(leaf.stored_fields(number - base)["hit"])

    @cached_property
    def _names(self) -> dict[str, Names]:
        """All columns of names: a page needs each of them."""
        columns: dict[str, Names] = {}
        with self._lock, decoding():
            for column in NAMES_COLUMNS:
                codes = np.zeros(self.size, np.int32)
                numbers = {"": 0}
                for leaf, base in self._leaves:
                    if leaf.has_column(column):
                        reader = leaf.column_reader(column, translate=False)
                        known = np.array([numbers.setdefault(name, len(numbers)) for name in reader.names], np.int32)
                        codes[base : base + len(reader.codes)] = known[reader.codes]
                columns[column] = Names(codes, list(numbers))
        return columns


def _copy_groups(numbers: npt.NDArray[np.uint64], alive: Mask) -> CopyGroups:
    """Return the groups of two or more among documents with the column `copies`."""
    numbered = np.flatnonzero((numbers != 0) & alive)
    if not len(numbered):
        return CopyGroups(_NO_DOCUMENTS, _NO_DOCUMENTS)
    order = numbered[np.argsort(numbers[numbered], kind="stable")]
    ordered = numbers[order]
    goes_on = np.concatenate([[False], ordered[1:] == ordered[:-1], [False]])
    several = goes_on[1:] | goes_on[:-1]
    groups = np.cumsum(~goes_on[:-1])
    return CopyGroups(order[several].astype(np.int32), groups[several].astype(np.int32))
