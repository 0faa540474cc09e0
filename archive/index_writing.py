"""Writing the index: a whole generation from all records, or what changed since a `seq`."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from whoosh.index import LockError

from archive.errors import ArchiveBusyError
from archive.index_copies import Copies
from archive.index_files import IndexFiles, State, write_error
from archive.index_merging import to_merge
from archive.index_parts import Segment, commit_parts, parts
from archive.index_processes import fitting
from archive.index_segment import BatchWriter
from archive.index_workers import segments
from archive.machine import free_bytes, processors
from archive.revisions import Revision
from archive.schema import BORROWED, comment_document, post_document
from archive.search_postings import PostingCache
from archive.search_snapshot import Snapshot
from archive.store import Store

#: Texts per commit of changes.
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit did."""

    state: State
    written: int
    deleted: int


def build(
    files: IndexFiles,
    generation: str,
    store: Store,
    *,
    processes: int | None = 1,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, int]:
    """Write all records into a new generation; return the `seq` it holds and the number of documents.

    `None` stands for as many processes as fit.
    """
    seq = store.last_seq()
    sizes = store.sizes()
    total = sum(texts for _, texts, _ in sizes)
    if processes is None:
        bytes_ = sum(size for _, _, size in sizes)
        processes = fitting(bytes_, processors=processors(), free_bytes=free_bytes())
    cut = parts([(id_, size) for id_, _, size in sizes], processes)
    found: list[Segment] = []
    written = 0
    with closing(segments(files, generation, store, cut, processes)) as each:
        for segment in each:
            found.append(segment)
            written += segment.doc_count_all()
            if progress is not None:
                progress(written, max(written, total))
    commit_parts(files, generation, found)
    return seq, written


def apply(files: IndexFiles, state: State, store: Store) -> Batch | None:
    """Write the next changes after `state`, and return the state to point to; `None` when there are none."""
    revisions = store.changes(state.seq, BATCH)
    if not revisions:
        return None
    last = {revision.id: revision for revision in revisions}
    snapshot = Snapshot(files.open(state.generation), PostingCache())
    try:
        numbers = snapshot.numbers_of(last)
        known = {id_: snapshot.hit(number) for id_, number in numbers.items()}
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
        segments = files.open(state.generation)._segments()  # Whoosh has no public way to them
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
        writer = BatchWriter(files.open(generation), timeout=1.0)
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
