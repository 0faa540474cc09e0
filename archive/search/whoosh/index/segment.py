"""Writing one segment of the index: Whoosh's files and codec, filled a posting list at a time."""

import zlib
from collections.abc import Iterable, Iterator
from operator import sub
from pickle import dumps
from typing import Any

import numpy as np
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3Codec, W3FieldWriter, W3TermInfo
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.system import pack_int, pack_ushort
from whoosh.writing import SegmentWriter

from archive.search.whoosh.index.damage import decoding_to_write
from archive.search.whoosh.index.inverting import InvertedField
from archive.search.whoosh.index.postings import Postings
from archive.search.whoosh.index.schema import SCHEMA, SPELLINGS, WordsField, words

#: Postings per block: 1,024 are read and packed faster than Whoosh's 128.
BLOCK = 1024

#: How hard zlib tries; a rebuild is bound by the processor, not by the disk.
COMPRESSION = 1

#: Shorter posting lists are written as they are: half of all terms stand in one text.
WORTH_COMPRESSING = 16

#: The version of pickles that Whoosh writes.
_PICKLE = 2

#: Rarer spellings are left out of the vocabulary for suggestions, of so many texts or more: most are mistakes.
LEAST_SPELLINGS = 2
MANY_TEXTS = 10_000


class BatchWriter(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a batch of documents as one segment."""

    def __init__(self, index: FileIndex, **options: Any) -> None:
        """Write to `index`, holding its lock unless `_lk=False` says that the caller does."""
        super().__init__(index, codec=_Codec(blocklimit=BLOCK, compression=COMPRESSION), **options)
        self._inverted = {name: InvertedField() for name, field in SCHEMA.items() if isinstance(field, WordsField)}

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

    def absorb(self, segments: Iterable[Any]) -> None:
        """Add the texts of other segments, which the caller then leaves out; raise `IndexDamageError`."""
        for segment in segments:
            with decoding_to_write():
                reader = SegmentReader(self.storage, self.schema, segment)
            for document in _documents(reader):
                self.add_document(**document)
            reader.close()

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        writer = self.fieldwriter
        for name, inverted in sorted([*self._inverted.items(), (SPELLINGS, None)]):
            writer.start_field(name, SCHEMA[name])
            for term, postings in self._spellings() if inverted is None else inverted.posting_lists():
                writer.add_list(term, postings)
            writer.finish_field()
        writer.close()

    def _spellings(self) -> Iterator[tuple[bytes, Postings]]:
        """Yield each spelling with one posting, whose weight is the number of its occurrences in the segment."""
        counts = self._inverted["words"].spellings()
        for spelling, count in sorted((spelling.encode(), count) for spelling, count in counts.items()):
            if count >= LEAST_SPELLINGS or self.docnum < MANY_TEXTS:
                yield spelling, _counted(count)


class _Codec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's codec with a writer that takes whole posting lists; any Whoosh reads what it writes."""

    def __reduce__(self) -> tuple[type[W3Codec], tuple[()]]:
        """Be pickled into the table of contents as Whoosh's own: an index must not name a class that may move."""
        return W3Codec, ()

    def field_writer(self, storage: Any, segment: Any) -> "_FieldWriter":
        return _FieldWriter(self, storage, segment)


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer of terms and their posting lists, a list at a time: most have one posting."""

    def add_list(self, term: bytes, postings: Postings) -> None:
        documents, weights = postings.documents.tolist(), postings.weights.tolist()
        begin = self._postfile.tell()
        blocks = [WHOOSH3_HEADER_MAGIC]
        for at in range(0, len(documents), BLOCK):
            blocks += _block(postings, documents[at : at + BLOCK], weights[at : at + BLOCK], at)
        packed = b"".join(blocks)
        self._postfile.write(packed)
        info = W3TermInfo(sum(weights), len(weights), maxweight=max(weights), minid=documents[0], maxid=documents[-1])
        info.set_extent(begin, len(packed))
        self._tindex.add(pack_ushort(self._fieldid) + term, info.to_bytes())


def _block(postings: Postings, documents: list[int], weights: list[float], at: int) -> tuple[bytes, bytes, bytes]:
    """Return the postings from `at` as Whoosh's reader takes them: the length, what the block tells, and itself."""
    cuts = postings.starts[at : at + len(documents) + 1]
    places = postings.places[cuts[0] : cuts[-1]].tobytes()
    counts = (cuts[1:] - cuts[:-1]).astype(np.uint32).tobytes()
    deltas = (documents[0], *map(sub, documents[1:], documents))
    data = dumps((deltas, _alike(weights), (places, counts)), _PICKLE)
    compression = COMPRESSION if len(postings.documents) >= WORTH_COMPRESSING else 0
    if compression:
        data = zlib.compress(data, compression)
    # The two zeros are the least and the greatest length of its texts, which stand in a column of ours.
    told = dumps((len(documents), documents[-1], max(weights), compression, 0, 0), _PICKLE)
    length = len(told) + len(data)
    return pack_int(-length if at + len(documents) == len(postings.documents) else length), told, data


def _alike(weights: list[float]) -> float | tuple[float, ...] | None:
    """Return the weights of a block as Whoosh packs them: one where all are alike, none where all are 1."""
    first = weights[0]
    if weights.count(first) < len(weights):
        return tuple(weights)
    return None if first == 1.0 else first


def _documents(reader: SegmentReader) -> Iterator[dict[str, Any]]:
    """Yield the documents of a segment as they were added, without those deleted.

    Raise `IndexDamageError`, `MemoryError` and `OSError`.
    """
    with decoding_to_write():
        columns = {
            name: reader.column_reader(name, translate=False)
            for name, field in SCHEMA.items()
            if field.column_type and reader.has_column(name)
        }
        numbers = list(reader.all_doc_ids())
    for number in numbers:
        with decoding_to_write():
            hit = reader.stored_fields(number)["hit"]
            document = {name: column[number] for name, column in columns.items()}
        yield document | {"hit": hit} | words(hit, document.get("tag_names", ""))


def _counted(number: int) -> Postings:
    """Return the posting that holds the number of occurrences of a spelling."""
    return Postings(
        np.zeros(1, np.int32), np.full(1, number, np.float32), np.zeros(0, np.uint32), np.zeros(2, np.int64)
    )
