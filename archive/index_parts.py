"""Building a generation of the index in parts: posts that follow each other become a segment that nothing names yet.

Parts can be written by several processes at once; one commit then names all of their segments, in the order of the
parts. So the documents have the same numbers whoever wrote them, and a build that is cut short leaves nothing.
"""

import math
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from whoosh.index import LockError

from archive.errors import ArchiveBusyError
from archive.index_copies import Copies
from archive.index_files import IndexFiles, write_error
from archive.index_segment import BatchWriter
from archive.records import Post
from archive.schema import comment_document, post_document
from archive.store import Store

#: Bytes of records of a part at most, about 60,000 texts: they settle how much memory a process needs to write it.
MOST_BYTES = 125_000_000

#: Texts compared at once.
TOGETHER = 500

#: Whoosh's description of a written segment.
Segment = Any


@dataclass(frozen=True, slots=True)
class Part:
    """Posts behind one another in the order of their ids."""

    #: The id they come after, and that of the last of them; `None` for all that follow.
    after: str
    until: str | None


def parts(sizes: list[tuple[str, int]], processes: int) -> list[Part]:
    """Cut posts, given as id and bytes, into parts of one size, a whole number for each process."""
    total = sum(size for _, size in sizes)
    number = math.ceil(total / MOST_BYTES / processes) * processes
    found: list[Part] = []
    after, bytes_ = "", 0
    for id_, size in sizes:
        bytes_ += size
        if len(found) < number - 1 and bytes_ * number >= total * (len(found) + 1):
            found.append(Part(after, id_))
            after = id_
    return [*found, Part(after, None)] if sizes else []


def copy_numbers(store: Store) -> list[tuple[int, int]]:
    """Return key and number of each post that is a copy of another, which a part alone does not tell."""
    copies = Copies()
    posts = (post_document(post.without_thread().to_json()) for post in store.posts(threads=False))
    for _ in copies.noted(posts, TOGETHER):
        pass
    return list(copies.numbers.items())


def write_part(files: IndexFiles, generation: str, store: Store, part: Part, copies: Copies) -> Segment:
    """Write a part; return its segment, which is empty when its posts have gone. Raise `ArchiveWriteError`."""
    index = files.open(generation)
    index.storage.writer = f"{os.getpid()}."
    try:
        writer = BatchWriter(index, _lk=False)
        documents = _documents(store.posts(after=part.after, until=part.until))
        for document in copies.noted(documents, TOGETHER):
            writer.add_document(**document)
        return writer.end()
    except OSError as error:
        raise write_error(files.directory, error) from error


def commit_parts(files: IndexFiles, generation: str, segments: list[Segment]) -> None:
    """Make the segments of all parts the contents of a generation; raise `ArchiveWriteError`."""
    try:
        writer = BatchWriter(files.open(generation), timeout=1.0)
        writer.commit(mergetype=lambda *_: segments)
        for left in (files.directory / generation).glob("*.tmp"):  # by a process that ended amid its part
            shutil.rmtree(left)
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
