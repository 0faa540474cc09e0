"""Writing the index: a whole generation from all records, or what changed since a `seq`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from whoosh.index import FileIndex
from whoosh.writing import SegmentWriter

from archive.index_files import IndexFiles, State, write_error
from archive.records import Post
from archive.revisions import Revision
from archive.schema import BORROWED, codec, comment_document, post_document, stored
from archive.store import Store

#: Texts per commit: what a commit holds in memory, and what a killed build repeats.
BATCH = 5_000
REBUILD_BATCH = 40_000

#: Memory of one build before it spills to disk.
LIMIT_MB = 128

#: Share of deleted documents from which an index is merged into one segment.
MOST_DELETED = 0.25


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit did."""

    state: State
    written: int
    deleted: int


def build(
    files: IndexFiles, generation: str, store: Store, progress: Callable[[int, int], None] | None
) -> tuple[int, int]:
    """Write all records into a new generation; return the `seq` it holds and the number of documents."""
    seq = store.last_seq()
    total = len(store.text_ids())
    written = 0
    index = files.open(generation)
    documents = _all_documents(store.posts())
    while added := _commit(files, index, islice(documents, REBUILD_BATCH), [], merge=False):
        written += added
        if progress is not None:
            progress(written, max(written, total))
    return seq, written


def apply(files: IndexFiles, state: State, store: Store) -> Batch | None:
    """Write the next changes after `state`, and return the state to point to; `None` when there are none."""
    revisions = store.changes(state.seq, BATCH)
    if not revisions:
        return None
    last = {revision.id: revision for revision in revisions}
    index = files.open(state.generation)
    with index.searcher() as searcher:
        known = {id_: hit for id_ in last if (hit := _known(searcher, id_)) is not None}
    documents = _changed_documents(store, last, known)
    # What borrows a changed title may stand in the index or not; deleting what is not there costs a look-up.
    gone = [id_ for id_ in known if id_ not in documents]
    replaced = [id_ for id_ in documents if id_ in known or id_ not in last]
    _commit(files, index, documents.values(), gone + replaced, merge=True)
    sizes = files.sizes(state.generation)
    return Batch(replace(state, seq=revisions[-1].seq, sizes=sizes), len(documents), len(gone))


def _known(searcher: Any, id_: str) -> dict[str, Any] | None:
    number = searcher.document_number(id=id_)
    return None if number is None else stored(searcher.stored_fields(number)["hit"])


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
        yield from ((document["id"], document) for document in _documents(post) if document["id"] != id_)


def _all_documents(posts: Iterable[Post]) -> Iterator[dict[str, Any]]:
    for post in posts:
        yield from _documents(post)


def _documents(post: Post) -> Iterator[dict[str, Any]]:
    values = post.without_thread().to_json()
    yield post_document(values)
    for comment in post.comments:
        yield comment_document(comment.to_json(), values)


def _commit(
    files: IndexFiles, index: FileIndex, documents: Iterable[dict[str, Any]], gone: list[str], *, merge: bool
) -> int:
    try:
        writer = SegmentWriter(index, codec=codec(), limitmb=LIMIT_MB, timeout=1.0)
        try:
            for id_ in gone:
                writer.delete_by_term("id", id_)
            added = 0
            for document in documents:
                writer.add_document(**document)
                added += 1
        except BaseException:
            writer.cancel()
            raise
        everything = sum(segment.doc_count_all() for segment in writer.segments)
        optimize = merge and writer.deleted_count() > max(1000, MOST_DELETED * everything)
        writer.commit(merge=merge, optimize=optimize)
    except OSError as error:
        raise write_error(files.directory, error) from error
    return added
