"""Inverting texts: from the words of documents to posting lists, a whole batch at a time by array operations.

Whoosh hands on every posting as a tuple that is sorted, spilled and packed one by one; that was most of the time of
a build. Here a document only appends the numbers of its written words; terms, places and weights are made of them
for all documents at once.
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from archive.search.whoosh.index.postings import Postings
from archive.search.words import WORD, Words, fold

#: Places left empty between the parts of a field, so that no phrase spans two of them.
GAP = 16

#: A text of a field, how much its words count, and how they are cut into terms.
Part = tuple[str, float, Words]

Numbers = npt.NDArray[Any]


class _WordNumbers(dict[str, int]):
    """Numbers of the written words of one language."""

    def __init__(self, field: "InvertedField", words: Words) -> None:
        self._field = field
        self._words = words

    def __missing__(self, word: str) -> int:
        number = self[word] = self._field.number(word, self._words)
        return number


class InvertedField:
    """One field of a batch of documents."""

    def __init__(self) -> None:
        """Begin empty."""
        self._written: dict[int, _WordNumbers] = {}
        self._terms: dict[str, int] = {}
        # Per written word: where its terms begin in the two following, how many places it takes, and its plain form.
        self._begins = array("q", [0])
        self._term_numbers = array("i")
        self._term_offsets = array("i")
        self._widths = array("i")
        self._plain: list[str] = []
        # Per word of a text, and per part.
        self._tokens = array("i")
        self._part_documents = array("i")
        self._part_weights = array("f")
        self._part_lengths = array("i")

    def number(self, word: str, words: Words) -> int:
        """Return a new number for a written word."""
        terms, width = words(word)
        for term, offset in terms:
            self._term_numbers.append(self._terms.setdefault(term, len(self._terms)))
            self._term_offsets.append(offset)
        self._begins.append(len(self._term_numbers))
        self._widths.append(width)
        self._plain.append(fold(word) if width == 1 else "")
        return len(self._widths) - 1

    def add(self, document: int, parts: Iterable[Part]) -> None:
        """Add the parts of a document; documents only grow."""
        for text, weight, words in parts:
            found = WORD.findall(text)
            if not found:
                continue
            written = self._written.get(id(words))
            if written is None:
                written = self._written[id(words)] = _WordNumbers(self, words)
            self._tokens.fromlist([written[word] for word in found])
            self._part_documents.append(document)
            self._part_weights.append(weight)
            self._part_lengths.append(len(found))

    def spellings(self) -> dict[str, int]:
        """Return how often each word without inner signs stands there, in lower case and without accents."""
        counts = np.bincount(np.array(self._tokens, np.int32), minlength=len(self._plain))
        found: dict[str, int] = {}
        for plain, count in zip(self._plain, counts.tolist(), strict=True):
            if plain:
                found[plain] = found.get(plain, 0) + count
        return found

    def posting_lists(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield the terms in the order of their bytes, with their posting lists."""
        if not self._tokens:
            return
        numbers, documents, weights, places = self._occurrences()
        order = np.argsort(numbers, kind="stable")
        numbers, documents, weights, places = numbers[order], documents[order], weights[order], places[order]
        firsts = np.flatnonzero(_changes(numbers) | _changes(documents))
        posting_weights = np.add.reduceat(weights, firsts)
        posting_documents = documents[firsts]
        starts = np.append(firsts, len(places))
        begins = np.searchsorted(numbers[firsts], np.arange(len(self._terms) + 1)).tolist()
        for term, number in sorted((term.encode(), number) for term, number in self._terms.items()):
            begin, end = begins[number], begins[number + 1]
            cuts = starts[begin : end + 1]
            where = places[cuts[0] : cuts[-1]]
            yield term, Postings(posting_documents[begin:end], posting_weights[begin:end], where, cuts - cuts[0])

    def _occurrences(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Return term, document, weight and place of each occurrence, in the order of the texts."""
        tokens = np.array(self._tokens, np.int32)
        lengths = np.array(self._part_lengths, np.int64)
        begins = np.array(self._begins, np.int32)
        each = np.diff(begins)[tokens]
        which = np.repeat(begins[tokens] - np.cumsum(each, dtype=np.int32) + each, each)
        which += np.arange(len(which), dtype=np.int32)
        documents = np.repeat(np.array(self._part_documents, np.int32), lengths)
        weights = np.repeat(np.array(self._part_weights, np.float32), lengths)
        places = np.repeat(self._places(tokens, lengths), each)
        places += np.array(self._term_offsets, np.int32)[which]
        return (
            np.array(self._term_numbers, np.int32)[which],
            np.repeat(documents, each),
            np.repeat(weights, each),
            places.astype(np.uint32),
        )

    def _places(self, tokens: Numbers, lengths: Numbers) -> Numbers:
        """Return the place of each word in its document, parts set apart by `GAP`."""
        widths = np.array(self._widths, np.int32)[tokens]
        places = np.cumsum(widths, dtype=np.int32) - widths
        places += np.repeat(np.arange(len(lengths), dtype=np.int32) * GAP, lengths)
        documents = np.array(self._part_documents, np.int64)
        first_parts = np.flatnonzero(np.diff(documents, prepend=-1))
        first_words = (np.cumsum(lengths) - lengths)[first_parts]
        words = np.add.reduceat(lengths, first_parts)
        places -= np.repeat(places[first_words], words)
        return places


def _changes(numbers: Numbers) -> Numbers:
    """Return where a number is another than the one before it; the first is."""
    changes: Numbers = np.diff(numbers, prepend=np.int32(-1)) != 0
    return changes
