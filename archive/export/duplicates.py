"""Find posts that say the same: syndicated, moved or lightly edited copies, and comments repeated under them.

Near copies by one-permutation MinHash (Li, Owen, Zhang: One Permutation Hashing, 2012) over runs of words:
posts that share a band of their signatures are compared, and are copies from `SAME` on.
"""

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from archive.records import Comment, Post

Signature = npt.NDArray[np.uint32]

_WORD = re.compile(r"\w+")
_NO_WORD = re.compile(r"[^\x00-\x7f\w]+")
#: Of each byte of ASCII, its small letter, or a space where it is of no word.
_ASCII_WORDS = bytes(ord(chr(at).lower()) if _WORD.match(chr(at)) else ord(" ") for at in range(128)) + bytes(128)
#: Bytes of a run, which begins at a word and holds some five; bins of a signature; bins of a band.
_RUN = 28
_BINS = 128
_BAND = 4
#: Below this many words a post is a copy only of the very same text.
_SHORT = 40
#: Share of equal bins from which two posts are copies. Of 400 edited copies among 4,000 posts all have more, of
#: eight million other pairs at most one.
SAME = 0.7

_EMPTY = np.uint32(0xFFFFFFFF)
_MIXER = np.uint64(0x9E3779B97F4A7C15)
_POWERS = np.array([pow(0x165667B19E3779F9, power, 1 << 64) for power in range(1, _RUN + 1)], np.uint64)


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
class _Signed:
    """What is kept of a post while others are read."""

    order: tuple[bool, float, str]
    digest: bytes
    signature: bytes | None


class Duplicates:
    """Posts seen so far, in some 700 bytes each."""

    def __init__(self) -> None:
        """Begin with none."""
        self._posts: list[_Signed] = []

    def see(self, post: Post) -> None:
        """Take note of a post; one without text is no copy of anything."""
        text = _normal(post.text)
        if not text:
            return
        published = post.published.timestamp() if post.published else 0.0
        signature = _signature(text).tobytes() if text.count(" ") >= _SHORT else None
        self._posts.append(_Signed((post.published is None, published, post.id), _digest(text), signature))

    def posts(self) -> list[Duplicate]:
        """Return the copies among the posts seen, in order of ids; each is a copy of one that stays."""
        seen = sorted(self._posts, key=lambda each: each.order)
        candidates = _candidates(seen)
        first_by_digest: dict[bytes, int] = {}
        #: The post that stays for each that was judged: itself, or the one it is a copy of.
        stays: dict[int, int] = {}
        found = []
        for number, each in enumerate(seen):
            first = first_by_digest.setdefault(each.digest, number)
            rivals = {stays[first]} if first != number else {stays[other] for other in candidates.get(number, ())}
            similarity, nearest = max(
                ((_similarity(seen[other], each), -other) for other in rivals), default=(0.0, 0)
            )
            stays[number] = -nearest if similarity >= SAME else number
            if stays[number] != number:
                found.append(_duplicate(each, seen[-nearest], similarity))
        return sorted(found, key=lambda each: each.id)


def repeated_comments(originals: Iterable[Post], copies: Iterable[Post]) -> Iterator[Duplicate]:
    """Yield the comments under copied posts that somebody also wrote, word for word, under the original."""
    known: dict[bytes, str] = {}
    for post in originals:
        for each in post.comments:
            if key := _comment_key(each):
                known.setdefault(key, each.id)
    for post in copies:
        for each in post.comments:
            of = known.get(_comment_key(each) or b"")
            if of is not None and of != each.id:
                yield Duplicate(each.id, of, "comment", "same text", 1.0)


def _comment_key(comment: Comment) -> bytes | None:
    text = _normal(comment.text)
    return _digest(f"{comment.author or ''}\0{text}") if text else None


def _duplicate(copy: _Signed, original: _Signed, similarity: float) -> Duplicate:
    reason = "same text" if copy.digest == original.digest else "nearly the same text"
    return Duplicate(copy.order[2], original.order[2], "post", reason, round(similarity, 3))


def _normal(text: str) -> str:
    """Return the words of a text in small letters, a space between them."""
    if not text.isascii():
        text = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    if text.isascii():  # also what is now without its dashes and quotation marks: a fifth of the time
        return b" ".join(text.encode().translate(_ASCII_WORDS).split()).decode()
    return " ".join(_WORD.findall(text))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _signature(text: str) -> Signature:
    letters = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(letters, _RUN)
    starts = np.flatnonzero(letters[: len(windows)] == ord(" "))
    hashes = windows[starts].astype(np.uint64) @ _POWERS
    hashes ^= hashes >> np.uint64(32)
    hashes *= _MIXER
    hashes ^= hashes >> np.uint64(29)
    bins = (hashes >> np.uint64(57)).astype(np.intp)
    values = ((hashes >> np.uint64(20)) & np.uint64(0xFFFFFFFE)).astype(np.uint32)
    signature = np.full(_BINS, _EMPTY, np.uint32)
    np.minimum.at(signature, bins, values)
    return _densified(signature)


def _densified(signature: Signature) -> Signature:
    """Fill empty bins from the next full one to the right, so that short posts can be compared too."""
    full = np.flatnonzero(signature != _EMPTY)
    nearest = full[np.searchsorted(full, np.arange(_BINS)) % len(full)]
    return signature[nearest]


def _candidates(seen: list[_Signed]) -> dict[int, set[int]]:
    """Return, for each post, the earlier ones that share a band with it."""
    numbers = array("I", (number for number, each in enumerate(seen) if each.signature is not None))
    if not numbers:
        return {}
    rows = np.frombuffer(b"".join(seen[number].signature or b"" for number in numbers), np.uint32)
    rows = rows.reshape(len(numbers), _BINS)
    found: dict[int, set[int]] = {}
    for at in range(0, _BINS, _BAND):
        band = np.ascontiguousarray(rows[:, at : at + _BAND]).view(np.dtype((np.void, 4 * _BAND))).ravel()
        order = np.argsort(band, kind="stable")
        same = np.flatnonzero(band[order][1:] == band[order][:-1])
        for place in same:
            earlier, later = sorted((numbers[int(order[place])], numbers[int(order[place + 1])]))
            found.setdefault(later, set()).add(earlier)
    return found


def _similarity(one: _Signed, other: _Signed) -> float:
    if one.digest == other.digest:
        return 1.0
    if one.signature is None or other.signature is None:
        return 0.0
    left = np.frombuffer(one.signature, np.uint32)
    right = np.frombuffer(other.signature, np.uint32)
    return float(np.count_nonzero(left == right)) / _BINS
