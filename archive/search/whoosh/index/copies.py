"""Copies of a text, found when it is indexed: copies get one number, by which a search folds them.

A comment is a copy of what the same name wrote word for word. A post is looked for among those that share a band of
its signature, and is a copy from `similarity.SAME` on. What makes a number is the first text's words, so an edited
original leaves the group and its copies stay one.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from archive.records.similarity import SAME, Likeness, likeness, normal
from archive.search.whoosh.index.schema import BAND_COLUMNS, key_of, stored
from archive.search.whoosh.index.snapshot import Snapshot

#: Characters of a text that are compared.
MOST_CHARACTERS = 50_000

#: Bins of a band. Of copies that are just alike enough, 96 of 100 share a band of eight with three bins; of those
#: with nine bins of ten equal, all. Of 20,000 unlike posts about one shares a band by chance, and is then compared.
ROWS = 3

_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)


class Copies:
    """The posts of a build, or of one commit and the index it adds to."""

    def __init__(self, snapshot: Snapshot | None = None, *, without: Collection[int] = ()) -> None:
        """Compare with the texts of an index, too, except the documents of the numbers in `without`."""
        self._snapshot = snapshot
        self._without = frozenset(without)
        self._by_band: dict[tuple[int, int], list[int]] = {}
        self._seen: list[tuple[Likeness, int, int]] = []

    def noted(self, documents: Iterable[dict[str, Any]], together: int) -> Iterator[dict[str, Any]]:
        """Yield documents with the number of their copies; so many are looked up in the index at once."""
        batch: list[dict[str, Any]] = []
        for document in documents:
            batch.append(document)
            if len(batch) >= together:
                yield from self._noted(batch)
                batch = []
        yield from self._noted(batch)

    def _noted(self, documents: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        texts = [stored(document["hit"])["text"][:MOST_CHARACTERS] for document in documents]
        found = [
            likeness(text) if document["kind"] == "post" else None
            for document, text in zip(documents, texts, strict=True)
        ]
        signed = [_bands(each.signature) for each in found if each is not None and each.signature is not None]
        self._look_up(signed)
        for document, text, like in zip(documents, texts, found, strict=True):
            if document["kind"] == "post":
                yield document | self._post(like, len(text))
            else:
                yield document | {"copies": _comment_number(document["author_name"], text)}

    def _post(self, like: Likeness | None, length: int) -> dict[str, int]:
        if like is None:
            return {}
        number = _number(like.digest)
        if like.signature is None:
            return {"copies": number}
        bands = list(enumerate(_bands(like.signature)))
        rivals = {rival for band in bands for rival in self._by_band.get(band, ())}
        similarity, first = max(
            ((self._similarity(rival, like, length), -rival) for rival in rivals), default=(0.0, 0)
        )
        if similarity >= SAME:
            number = self._seen[-first][2]
        self._see(like, length, number, bands)
        return {"copies": number} | {BAND_COLUMNS[at]: band for at, band in bands}

    def _similarity(self, rival: int, like: Likeness, length: int) -> float:
        """Return how alike a post that was seen is, 0 where what one has more must be more than copies differ by."""
        other, other_length, _ = self._seen[rival]
        short, long = sorted((length, other_length))
        return like.similarity(other) if short >= SAME * long else 0.0

    def _see(self, like: Likeness, length: int, number: int, bands: list[tuple[int, int]]) -> None:
        for band in bands:
            self._by_band.setdefault(band, []).append(len(self._seen))
        self._seen.append((like, length, number))

    def _look_up(self, wanted: Sequence[tuple[int, ...]]) -> None:
        """See the texts of the index that share a band with one of those wanted."""
        snapshot = self._snapshot
        if snapshot is None or not wanted:
            return
        matching = np.zeros(snapshot.size, np.bool_)
        for at, name in enumerate(BAND_COLUMNS):
            matching |= np.isin(
                snapshot.numbers(name, np.uint32), np.array([bands[at] for bands in wanted], np.uint32)
            )
        numbers = snapshot.numbers("copies", np.uint64)
        rivals = [
            number for number in np.flatnonzero(matching & snapshot.alive).tolist() if number not in self._without
        ]
        for number in rivals:
            (values,) = snapshot.stored([number])  # one at a time: they may be many, and long
            text = values["text"][:MOST_CHARACTERS]
            like = likeness(text)
            if like is not None and like.signature is not None:
                self._see(like, len(text), int(numbers[number]), list(enumerate(_bands(like.signature))))
        self._without |= frozenset(np.flatnonzero(matching).tolist())


def _bands(signature: bytes) -> tuple[int, ...]:
    """Return a number other than 0 for each band of a signature."""
    bins: npt.NDArray[np.uint64] = np.frombuffer(signature, np.uint32, ROWS * len(BAND_COLUMNS)).astype(np.uint64)
    mixed = (bins.reshape(-1, ROWS) * _MIXERS).sum(axis=1, dtype=np.uint64) >> np.uint64(32)
    return tuple(int(each) | 1 for each in mixed)


def _comment_number(author: str, text: str) -> int:
    """Return the number of a comment's copies, 0 where none can be told: two readers may write "Thanks!"."""
    words = normal(text)
    return key_of(f"{author}\0{words}") if author and words else 0


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big") | 1
