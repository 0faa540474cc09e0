"""Writing the index: a whole generation from all records, or what changed since a `seq`."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from whoosh.index import LockError

from archive.errors import ArchiveBusyError
from archive.records.models import Post
from archive.search.whoosh.index.copies import Copies
from archive.search.whoosh.index.files import IndexFiles, State, write_error
from archive.search.whoosh.index.postings import PostingCache
from archive.search.whoosh.index.schema import BORROWED, comment_document, post_document
from archive.search.whoosh.index.segment import BatchWriter
from archive.search.whoosh.index.snapshot import Snapshot
from archive.store.posts import Store
from archive.store.revisions import Revision

#: Texts per commit of changes.
BATCH = 5_000

#: Bytes of records of a part at most, about 60,000 texts: they settle how much memory a process needs to write it.
MOST_BYTES = 125_000_000

#: Texts compared at once.
COMPARED = 500

#: Whoosh's description of a written segment.
Segment = Any


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit did."""

    state: State
    written: int
    deleted: int


def build(
    files: IndexFiles, generation: str, store: Store, progress: Callable[[int, int], None] | None = None
) -> tuple[int, int]:
    """Write all records into a new generation; return the `seq` it holds and the number of documents."""
    seq = store.last_seq()
    sizes = store.sizes()
    total = sum(texts for _, texts, _ in sizes)
    copies = Copies()
    found: list[Segment] = []
    written = 0
    for part in parts([(id_, size) for id_, _, size in sizes]):
        segment = _write_part(files, generation, store, part, copies)
        found.append(segment)
        written += segment.doc_count_all()
        if progress is not None:
            progress(written, max(written, total))
    _commit_parts(files, generation, found)
    return seq, written


def apply(files: IndexFiles, state: State, store: Store) -> Batch | None:
    """Write the next changes after `state`, and return the state to point to; `None` when there are none.

    Raise `IndexDamageError` where the index cannot be read, and `ArchiveWriteError` where the disk refuses.
    """
    revisions = store.changes(state.seq, BATCH)
    if not revisions:
        return None
    last = {revision.id: revision for revision in revisions}
    snapshot = Snapshot(files.open(state.generation), PostingCache())
    try:
        numbers = snapshot.numbers_of(last)
        known = dict(zip(numbers, snapshot.stored(numbers.values()), strict=True))
        documents = _changed_documents(store, last, known)
        numbers |= snapshot.numbers_of(id_ for id_ in documents if id_ not in last)
        copies = Copies(snapshot, without=numbers.values())
        noted = list(copies.noted(documents.values(), BATCH))
    finally:
        snapshot.close()
    gone = len(known.keys() - documents.keys())
    _commit(files, state.generation, noted, numbers.values())
    sizes = files.sizes(state.generation)
    return Batch(replace(state, seq=revisions[-1].seq, sizes=sizes), len(documents), gone)


def merge(files: IndexFiles, state: State) -> State | None:
    """Merge segments where that is worth it, and return the state to point to; `None` where it is not.

    It is a commit of its own, so that what is new need not wait for it. One that was killed left files that a commit
    removes, with segments to merge or without.
    """
    try:
        segments = files.segments(state.generation)
        lengths = files.lengths(state.generation)
        chosen = to_merge(
            segments, {segment.segment_id(): lengths[segment.make_filename(".seg")] for segment in segments}
        )
        if not chosen and lengths.keys() == state.sizes.keys():
            return None
        _commit(files, state.generation, merged={segment.segment_id() for segment in chosen})
        return replace(state, sizes=files.sizes(state.generation))
    except OSError as error:
        raise write_error(files.directory, error) from error


def _changed_documents(
    store: Store, last: dict[str, Revision], known: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    documents: dict[str, dict[str, Any]] = {}
    posts: dict[str, dict[str, Any] | None] = {}
    for id_, revision in last.items():
        if revision.post_id not in posts:
            posts[revision.post_id] = _post_record(store, revision.post_id)
        post = posts[revision.post_id]
        if revision.record is None or post is None:
            continue
        if id_ != revision.post_id:
            documents[id_] = comment_document(revision.record, post)
            continue
        documents[id_] = post_document(revision.record)
        if id_ in known and known[id_]["borrowed"] != {name: post.get(name) for name in BORROWED}:
            documents |= {text: document for text, document in _thread(store, id_) if text not in documents}
    return documents


def _post_record(store: Store, id_: str) -> dict[str, Any] | None:
    history = store.history(id_)
    return history[-1].record if history else None


def _thread(store: Store, id_: str) -> Iterator[tuple[str, dict[str, Any]]]:
    post = store.post(id_)
    if post is not None:
        values = post.without_thread().to_json()
        yield from ((comment.id, comment_document(comment.to_json(), values)) for comment in post.comments)


def _stays(segment: Segment, merged: Collection[str]) -> bool:
    return segment.segment_id() not in merged and segment.doc_count() > 0


def _commit(
    files: IndexFiles,
    generation: str,
    documents: Iterable[dict[str, Any]] = (),
    gone: Iterable[int] = (),
    *,
    merged: Collection[str] = (),
) -> None:
    """Delete documents by their numbers, add others, and merge segments by their ids, in one commit."""
    try:
        writer = BatchWriter(files.open_to_write(generation), timeout=1.0)
        try:
            for number in gone:
                writer.delete_document(number)
            for document in documents:
                writer.add_document(**document)
            writer.absorb(segment for segment in writer.segments if segment.segment_id() in merged)
            writer.commit(mergetype=lambda _, segments: [each for each in segments if _stays(each, merged)])
        except BaseException:
            if not writer.is_closed:
                writer.cancel()
            raise
    except LockError as error:
        raise ArchiveBusyError(f"another process is writing {files.directory}; try again later") from error
    except OSError as error:
        raise write_error(files.directory, error) from error


#: So many small segments of about one size are merged. Together they have no more bytes than a part of a build, which
#: settles how much memory a merge needs.
TOGETHER = 4
SMALL_BYTES = MOST_BYTES // TOGETHER

#: Where sizes end: at 2, 8, 32, 128 and 512 times as many bytes.
TINY_BYTES = 64 * 1024

#: Share of deleted texts from which a segment is written anew.
MOST_DELETED = 0.3


def to_merge(segments: Iterable[Segment], bytes_of: Mapping[str, int]) -> list[Segment]:
    """Return the segments to merge next, none when it is not worth it; given the bytes of each by its id.

    A text is so written once for each size that its segment grows through, not with each update.
    """
    worn: list[Segment] = []
    sizes: dict[int, list[Segment]] = {}
    for segment in segments:
        held = bytes_of[segment.segment_id()]
        if segment.deleted_count() > MOST_DELETED * segment.doc_count_all():
            worn.append(segment)
        elif held < SMALL_BYTES:
            sizes.setdefault((held // TINY_BYTES).bit_length() // 2, []).append(segment)
    alike = [sizes[size] for size in sorted(sizes) if len(sizes[size]) >= TOGETHER]
    for chosen in (worn, *alike):
        if chosen:
            return _fitting(chosen, bytes_of)
    return []


def _fitting(segments: list[Segment], bytes_of: Mapping[str, int]) -> list[Segment]:
    """Return as many as have `MOST_BYTES` together, one at least."""
    total = 0
    for number, segment in enumerate(segments):
        total += bytes_of[segment.segment_id()]
        if number and total > MOST_BYTES:
            return segments[:number]
    return segments


@dataclass(frozen=True, slots=True)
class Part:
    """Posts behind one another in the order of their ids."""

    #: The id they come after, and that of the last of them; `None` for all that follow.
    after: str
    until: str | None


def parts(sizes: list[tuple[str, int]]) -> list[Part]:
    """Cut posts, given as id and bytes, into as few parts of one size as `MOST_BYTES` allows."""
    total = sum(size for _, size in sizes)
    number = math.ceil(total / MOST_BYTES)
    found: list[Part] = []
    after, bytes_ = "", 0
    for id_, size in sizes:
        bytes_ += size
        if len(found) < number - 1 and bytes_ * number >= total * (len(found) + 1):
            found.append(Part(after, id_))
            after = id_
    return [*found, Part(after, None)] if sizes else []


def _write_part(files: IndexFiles, generation: str, store: Store, part: Part, copies: Copies) -> Segment:
    """Write a part; return its segment, which is empty when its posts have gone. Raise `ArchiveWriteError`."""
    try:
        writer = BatchWriter(files.open_to_write(generation), _lk=False)
        documents = _documents(store.posts(after=part.after, until=part.until))
        for document in copies.noted(documents, COMPARED):
            writer.add_document(**document)
        return writer.end()
    except OSError as error:
        raise write_error(files.directory, error) from error


def _commit_parts(files: IndexFiles, generation: str, segments: list[Segment]) -> None:
    """Make the segments of all parts the contents of a generation; raise `ArchiveWriteError`."""
    try:
        BatchWriter(files.open_to_write(generation), timeout=1.0).commit(mergetype=lambda *_: segments)
    except LockError as error:
        raise ArchiveBusyError(f"another process is writing {files.directory}; try again later") from error
    except OSError as error:
        raise write_error(files.directory, error) from error


def _documents(posts: Iterator[Post]) -> Iterator[dict[str, Any]]:
    for post in posts:
        values = post.without_thread().to_json()
        yield post_document(values)
        for comment in post.comments:
            yield comment_document(comment.to_json(), values)
