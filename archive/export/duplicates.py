"""Find posts that say the same: syndicated, moved or lightly edited copies, and comments repeated under them.

Posts that share a band of their signatures are compared, and are copies from `likeness.SAME` on.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from archive.records.models import Comment, Post
from archive.records.similarity import BINS, SAME, Likeness, digest, likeness, normal

#: Bins of a band, and bytes of a bin.
_BAND = 4
_BYTES = 4


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A text left out because another says the same."""

    id: str
    #: The id of the text that stays: the earliest, then the first by id.
    of: str
    kind: str
    #: `same text` or `nearly the same text`.
    reason: str
    #: Share of equal bins, 1 for the same text.
    similarity: float


@dataclass(slots=True)
class _SignedPost:
    """What is kept of a post while others are read."""

    order: tuple[bool, float, str]
    likeness: Likeness


class Duplicates:
    """Posts seen so far, in some 700 bytes each."""

    def __init__(self) -> None:
        """Begin with none."""
        self._posts: list[_SignedPost] = []

    def see(self, post: Post) -> None:
        """Take note of a post; one without text is no copy of anything."""
        measured = likeness(post.text)
        if measured is None:
            return
        published = post.published.timestamp() if post.published else 0.0
        self._posts.append(_SignedPost((post.published is None, published, post.id), measured))

    def posts(self) -> list[Duplicate]:
        """Return the copies among the posts seen, in order of ids; each is a copy of one that stays."""
        seen = sorted(self._posts, key=lambda signed: signed.order)
        candidates = _candidates(seen)
        first_by_digest: dict[bytes, int] = {}
        #: The post that stays for each that was judged: itself, or the one it is a copy of.
        stays: dict[int, int] = {}
        copies = []
        for number, signed in enumerate(seen):
            first = first_by_digest.setdefault(signed.likeness.digest, number)
            rivals = {stays[first]} if first != number else {stays[other] for other in candidates.get(number, ())}
            similarity, nearest = max(
                ((seen[other].likeness.similarity(signed.likeness), -other) for other in rivals), default=(0.0, 0)
            )
            stays[number] = -nearest if similarity >= SAME else number
            if stays[number] != number:
                copies.append(_duplicate(signed, seen[-nearest], similarity))
        return sorted(copies, key=lambda copy: copy.id)


def repeated_comments(originals: Iterable[Post], copies: Iterable[Post]) -> Iterator[Duplicate]:
    """Yield the comments under copied posts that somebody also wrote, word for word, under the original."""
    known: dict[bytes, str] = {}
    for post in originals:
        for comment in post.comments:
            if key := _comment_key(comment):
                known.setdefault(key, comment.id)
    for post in copies:
        for comment in post.comments:
            of = known.get(_comment_key(comment) or b"")
            if of is not None and of != comment.id:
                yield Duplicate(comment.id, of, "comment", "same text", 1.0)


def _comment_key(comment: Comment) -> bytes | None:
    text = normal(comment.text)
    return digest(f"{comment.author or ''}\0{text}") if text else None


def _duplicate(copy: _SignedPost, original: _SignedPost, similarity: float) -> Duplicate:
    reason = "same text" if copy.likeness.digest == original.likeness.digest else "nearly the same text"
    return Duplicate(copy.order[2], original.order[2], "post", reason, round(similarity, 3))


def _candidates(seen: list[_SignedPost]) -> dict[int, set[int]]:
    """Return, for each post, the earlier ones that share a band with it."""
    signed = [(number, post.likeness.signature) for number, post in enumerate(seen) if post.likeness.signature]
    numbers = array("I", (number for number, _ in signed))
    candidates: dict[int, set[int]] = {}
    if not signed:
        return candidates
    for at in range(0, _BYTES * BINS, _BYTES * _BAND):  # band by band: all at once would be a copy of all
        bands = b"".join([signature[at : at + _BYTES * _BAND] for _, signature in signed])
        band = np.frombuffer(bands, np.dtype((np.void, _BYTES * _BAND)))
        order = np.argsort(band, kind="stable")
        same = np.flatnonzero(band[order][1:] == band[order][:-1])
        for place in same:
            earlier, later = sorted((numbers[int(order[place])], numbers[int(order[place + 1])]))
            candidates.setdefault(later, set()).add(earlier)
    return candidates
