"""Posting lists as arrays: decoded once per segment from Whoosh's blocks, and kept within a bound."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.matching.wrappers import FilterMatcher

from archive.search.whoosh.index.damage import decoding

Numbers = npt.NDArray[np.int64]
Documents = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]

_PLACE_BITS = 32
#: Room for the offset of a phrase's last word below place 0.
_FIRST_PLACE = 1 << 16

#: How many places apart two words are near each other, and how much it counts, falling with the distance, where they
#: are not one behind the other.
NEAR_PLACES = 8
NEAR = 0.3

#: How many times shorter a list must be than another to be looked up in it one by one.
_FEWER = 20

#: Farther than any two words.
_FAR = 1 << 40

#: Bytes that being kept takes, and that four arrays take beside their numbers. Terms that a segment does not have are
#: kept too, as one and the same list of nothing.
_KEPT_BYTES, _ARRAYS_BYTES = 300, 600

#: Bytes of decoded posting lists kept in a process.
CACHE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands: documents in ascending order, their weights, and the places in each."""

    documents: Documents
    weights: Weights
    #: Places of all documents in a row, and where each document's begin.
    places: npt.NDArray[np.uint32]
    starts: Numbers

    @property
    def size(self) -> int:
        """Number of bytes held, the four arrays' own and that of being kept by a key included."""
        if not len(self.documents):
            return _KEPT_BYTES
        arrays = (self.documents, self.weights, self.places, self.starts)
        return sum(array.nbytes for array in arrays) + _ARRAYS_BYTES + _KEPT_BYTES


NOWHERE = Postings(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint32), np.zeros(1, np.int64))


class PostingCache:
    """Decoded posting lists by segment and term; safe to share between threads."""

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        """Keep at most `most_bytes`."""
        self._most = most_bytes
        self._held: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._size = 0
        #: Bytes of all posting lists ever put here.
        self.decoded_bytes = 0
        self._lock = threading.Lock()

    def read(
        self, segments: Sequence[tuple[Any, int]], lists: Iterable[tuple[str, str]], reading: threading.RLock
    ) -> dict[tuple[str, str], Postings]:
        """Return where terms, each given with its field, stand in all segments.

        A segment is Whoosh's reader with the number of its first document. What is not held is decoded under the lock
        `reading`, and then held.
        """
        return {
            (field, term): joined([(self._of_segment(leaf, field, term, reading), base) for leaf, base in segments])
            for field, term in lists
        }

    def _of_segment(self, leaf: Any, field: str, term: str, reading: threading.RLock) -> Postings:
        key = (leaf.segment().segment_id(), field, term)
        with self._lock:
            postings = self._held.get(key)
            if postings is not None:
                self._held.move_to_end(key)
                return postings
        with reading, decoding():
            postings = decoded(leaf, field, term.encode())
        self._hold(key, postings)
        return postings

    def _hold(self, key: tuple[str, str, str], postings: Postings) -> None:
        """Hold a posting list, letting go of the longest unused."""
        with self._lock:
            if key in self._held:
                return
            self._held[key] = postings
            self._size += postings.size
            self.decoded_bytes += postings.size
            while self._size > self._most and len(self._held) > 1:
                _, dropped = self._held.popitem(last=False)
                self._size -= dropped.size


def decoded(leaf: Any, field: str, term: bytes) -> Postings:
    """Return where a term stands in one segment, deleted documents included.

    Where it is torn, raise one of the errors that `decoding` takes for damage.
    """
    if (field, term) not in leaf:
        return NOWHERE
    matcher = leaf.postings(field, term)
    if isinstance(matcher, FilterMatcher):  # the segment has deleted documents, which a snapshot leaves out
        matcher = matcher.child
        matcher.reset()  # it was moved past them
    documents, weights, places, counts = (np.concatenate(column) for column in zip(*_blocks(matcher), strict=True))
    starts = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    if not len(documents) == len(weights) == len(counts) or starts[-1] != len(places):
        raise ValueError(f"the arrays of {field}:{term!r} do not fit each other")
    if documents[0] < 0 or documents[-1] >= leaf.doc_count_all() or np.any(np.diff(documents) <= 0):
        raise ValueError(f"the documents of {field}:{term!r} are out of order or not in the segment")
    return Postings(documents, weights, places, starts)


def joined(found: Sequence[tuple[Postings, int]]) -> Postings:
    """Return the posting lists of segments as one, given the number of each segment's first document."""
    found = [(postings, base) for postings, base in found if len(postings.documents)]
    if not found:
        return NOWHERE
    if len(found) == 1 and not found[0][1]:
        return found[0][0]
    sizes = np.cumsum([0] + [len(postings.places) for postings, _ in found])
    starts = [postings.starts[:-1] + size for (postings, _), size in zip(found, sizes[:-1], strict=True)]
    return Postings(
        np.concatenate([postings.documents + np.int32(base) for postings, base in found]),
        np.concatenate([postings.weights for postings, _ in found]),
        np.concatenate([postings.places for postings, _ in found]),
        np.concatenate([*starts, sizes[-1:]]),
    )


def following(found: list[Postings]) -> Postings:
    """Return where terms follow each other at adjacent places, with the number of times as weight."""
    lists = sorted((postings.documents for postings in found), key=len)
    documents = reduce(_common, lists)
    keys = None
    for offset, postings in enumerate(found):
        if not len(documents):
            return NOWHERE
        these = _keys(postings, documents, offset)
        keys = these if keys is None else np.intersect1d(keys, these, assume_unique=True)
        if offset and len(found) > offset + 1:
            documents = np.unique(keys >> _PLACE_BITS).astype(np.int32)
    assert keys is not None  # noqa: S101 (`found` is not empty)
    where, times = np.unique(keys >> _PLACE_BITS, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(times)])
    places = ((keys & ((1 << _PLACE_BITS) - 1)) - _FIRST_PLACE).astype(np.uint32)
    return Postings(where.astype(np.int32), times.astype(np.float32), places, starts)


def near(among: Documents, left: Postings, right: Postings) -> tuple[Documents, Weights]:
    """Return in which of some documents two terms stand within `NEAR_PLACES`, and how often and closely they do.

    An occurrence of the left one counts 1 where the right one follows it, and less the farther the nearest is.
    """
    documents = reduce(_common, [among, left.documents, right.documents])
    if not len(documents):
        return documents, NOWHERE.weights
    here, there = _keys(left, documents, 0), _keys(right, documents, 0)
    after = np.searchsorted(there, here)
    ahead = np.where(after < len(there), there[np.minimum(after, len(there) - 1)] - here, _FAR)
    behind = np.where(after > 0, here - there[np.maximum(after - 1, 0)], _FAR)
    closeness = NEAR * (1 - np.minimum(ahead, behind) / (NEAR_PLACES + 1))
    closeness[ahead == 1] = 1.0
    summed = np.bincount(np.searchsorted(documents, here >> _PLACE_BITS), weights=np.maximum(closeness, 0.0))
    where = np.flatnonzero(summed)
    return documents[where], summed[where].astype(np.float32)


def _blocks(matcher: Any) -> Iterator[tuple[Any, ...]]:
    """Yield documents, weights, places and their number per document, of each block of a posting list."""
    while matcher.is_active():
        matcher._read_data()  # Whoosh has no public way to a whole block
        deltas, weights, (places, counts) = matcher._data
        documents = np.cumsum(np.array(deltas, np.int32), dtype=np.int32)
        if weights is None or isinstance(weights, float):
            weights = np.full(len(documents), 1.0 if weights is None else weights)
        yield (
            documents,
            np.array(weights, np.float32),
            np.frombuffer(places, np.uint32),
            np.frombuffer(counts, np.uint32),
        )
        matcher._next_block()


def _common(left: Documents, right: Documents) -> Documents:
    """Return the documents in both of two ascending lists."""
    few, many = sorted((left, right), key=len)
    return many[_positions(many, few)]


def _positions(held: Documents, wanted: Documents) -> Numbers:
    """Return where in `held` those of `wanted` stand that are there; both are ascending."""
    if not len(held) or not len(wanted):
        return np.zeros(0, np.int64)
    if len(wanted) * _FEWER < len(held):
        positions = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        found: Numbers = positions[held[positions] == wanted]
        return found
    there = np.zeros(int(max(held[-1], wanted[-1])) + 1, np.bool_)  # faster than sorting them together
    there[wanted] = True
    return np.flatnonzero(there[held])


def _keys(postings: Postings, documents: Documents, offset: int) -> Any:
    """Return document and place, less `offset`, of each occurrence in some documents as one number, ascending."""
    chosen = _positions(postings.documents, documents)
    begins = postings.starts[chosen]
    counts = postings.starts[chosen + 1] - begins
    ends = np.cumsum(counts)
    places = postings.places[np.arange(ends[-1]) + np.repeat(begins - ends + counts, counts)]
    owners = np.repeat(postings.documents[chosen].astype(np.int64) << _PLACE_BITS, counts)
    return owners + (places.astype(np.int64) + (_FIRST_PLACE - offset))
