"""Writing one segment of the index: Whoosh's files and codec, filled a posting list at a time."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import W3Codec, W3PostingsWriter
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from archive.index_inverting import InvertedField
from archive.schema import SCHEMA, SPELLINGS, WordsField
from archive.search_postings import NOWHERE, Postings, decoded, joined

#: Postings per block: 1,024 are read and packed faster than Whoosh's 128.
BLOCK = 1024

#: How hard zlib tries; a rebuild is bound by the processor, not by the disk.
COMPRESSION = 1

#: Shorter posting lists are written as they are: half of all terms stand in one text.
WORTH_COMPRESSING = 16

#: Segments below this size are merged, this many at a time.
SMALL_SEGMENT = 10_000
MOST_SMALL_SEGMENTS = 8

#: Share of deleted texts from which a segment is written anew.
MOST_DELETED = 0.3

#: Rarer spellings are left out of the vocabulary for suggestions: most are mistakes.
LEAST_SPELLINGS = 2


class BatchWriter(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a batch of documents as one segment."""

    def __init__(self, index: FileIndex, **options: Any) -> None:
        """Write to `index`, holding its lock unless `_lk=False` says that the caller does."""
        super().__init__(index, codec=_Codec(blocklimit=BLOCK, compression=COMPRESSION), **options)
        self._inverted = {name: InvertedField() for name, field in SCHEMA.items() if isinstance(field, WordsField)}
        self._merged: list[dict[tuple[str, bytes], Postings]] = []

    def add_document(self, **fields: Any) -> None:
        """Add a document of `schema.post_document` or `comment_document`."""
        document, per_document = self.docnum, self.perdocwriter
        per_document.start_doc(document)
        for name, value in fields.items():
            inverted = self._inverted.get(name)
            field = SCHEMA[name]
            if inverted is not None:
                inverted.add(document, value)
            elif field.stored:
                per_document.add_field(name, field, value, 0)
            else:
                per_document.add_column_value(name, field.column_type, value)
        per_document.finish_doc()
        self._added = True
        self.docnum += 1

    def end(self) -> Any:
        """Finish the segment without committing it, and return it."""
        segment = self._finalize_segment()
        self._finish()
        return segment

    def add_postings_to_pool(self, reader: SegmentReader, startdoc: int, docmap: dict[int, int] | None) -> None:
        """Take over the posting lists of a segment that is merged into this one."""
        moved = np.full(reader.doc_count_all(), -1, np.int64)
        if docmap is None:
            moved[:] = np.arange(startdoc, startdoc + len(moved))
        else:
            moved[list(docmap)] = list(docmap.values())
        self._merged.append(dict(_moved_lists(reader, moved)))

    def merge_some(self, _: Any, segments: list[Any]) -> list[Any]:
        """Merge small segments when there are many, and those full of deleted texts; Whoosh's `mergetype`."""
        small = [segment for segment in segments if segment.doc_count_all() < SMALL_SEGMENT]
        worn = [segment for segment in segments if segment.deleted_count() > MOST_DELETED * segment.doc_count_all()]
        chosen = [*small, *worn] if len(small) >= MOST_SMALL_SEGMENTS else worn
        for segment in dict.fromkeys(chosen):
            reader = SegmentReader(self.storage, self.schema, segment)
            self.add_reader(reader)
            reader.close()
        return [segment for segment in segments if segment not in chosen]

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        writer = self.fieldwriter
        for name, inverted in sorted([*self._inverted.items(), (SPELLINGS, None)]):
            writer.start_field(name, SCHEMA[name])
            new = self._spellings() if inverted is None else inverted.posting_lists()
            for term, postings in _with_merged(name, new, self._merged):
                writer.start_term(term)
                writer._postwriter.add_list(postings)
                writer.finish_term()
            writer.finish_field()
        writer.close()

    def _spellings(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield each spelling with one posting, whose weight is the number of its occurrences in the segment."""
        counts = self._inverted["words"].spellings()
        for spelling, count in sorted((spelling.encode(), count) for spelling, count in counts.items()):
            if count >= LEAST_SPELLINGS or self.docnum < SMALL_SEGMENT:
                yield spelling, _count(count)


class _Codec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's codec with a writer that takes whole posting lists; any Whoosh reads what it writes."""

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> "_PostingsWriter":
        return _PostingsWriter(dbfile, blocklimit=BLOCK, byteids=byteids, compression=COMPRESSION)


class _PostingsWriter(W3PostingsWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer of blocks, each filled at once."""

    _ids: "array[int]"
    _weights: "array[float]"
    _values: tuple[bytes, bytes]

    def add_list(self, postings: Postings) -> None:
        self._compression = COMPRESSION if len(postings.documents) >= WORTH_COMPRESSING else 0
        for begin in range(0, len(postings.documents), BLOCK):
            if self._ids:
                self._write_block()
            block = slice(begin, begin + BLOCK)
            self._ids = array("I", postings.documents[block].astype(np.uint32).tobytes())
            self._weights = array("f", postings.weights[block].astype(np.float32).tobytes())
            cuts = postings.starts[begin : begin + BLOCK + 1]
            self._values = postings.places[cuts[0] : cuts[-1]].tobytes(), np.diff(cuts).astype(np.uint32).tobytes()
            self._maxweight = max(self._weights)

    def _mini_values(self) -> tuple[bytes, bytes]:
        return self._values

    def _mini_ids(self) -> tuple[int, ...]:
        ids = self._ids
        return (ids[0], *(ids[at] - ids[at - 1] for at in range(1, len(ids))))

    def _mini_weights(self) -> float | tuple[float, ...] | None:
        first = self._weights[0]
        if self._weights.count(first) == len(self._weights):
            return None if first == 1.0 else float(first)
        return tuple(self._weights)


def _moved_lists(reader: SegmentReader, moved: Any) -> Iterator[tuple[tuple[str, bytes], Postings]]:
    """Yield the posting lists of a segment with its documents renumbered, without those deleted."""
    for field, term in reader.all_terms():
        postings = decoded(reader, field, term)
        if field == SPELLINGS:
            yield (field, term), postings
            continue
        kept = moved[postings.documents] >= 0
        if not kept.any():
            continue
        counts = np.diff(postings.starts)
        yield (
            (field, term),
            Postings(
                moved[postings.documents[kept]],
                postings.weights[kept],
                postings.places[np.repeat(kept, counts)],
                np.concatenate([[0], np.cumsum(counts[kept])]),
            ),
        )


def _with_merged(
    field: str, new: Iterable[tuple[bytes, Postings]], merged: Sequence[dict[tuple[str, bytes], Postings]]
) -> Iterator[tuple[bytes, Postings]]:
    """Yield the posting lists of a field, those of merged segments behind the new ones."""
    if not merged:
        yield from new
        return
    known = dict(new)
    terms = {term for lists in merged for name, term in lists if name == field}
    for term in sorted(terms.union(known)):
        found = [(known.get(term, NOWHERE), 0), *((lists.get((field, term), NOWHERE), 0) for lists in merged)]
        if field == SPELLINGS:
            yield term, _count(sum(float(postings.weights.sum()) for postings, _ in found))
        else:
            yield term, joined(found)


def _count(number: float) -> Postings:
    """Return the posting that holds the number of occurrences of a spelling."""
    return Postings(
        np.zeros(1, np.int32), np.full(1, number, np.float32), np.zeros(0, np.uint32), np.zeros(2, np.int64)
    )
