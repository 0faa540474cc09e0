"""Differences between two texts, word by word, as runs to show."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

Change = Literal["same", "added", "removed"]
#: A run of text and what became of it.
Run = tuple[Change, str]

#: Words on both sides that are compared one by one; a larger change is shown as a whole.
MOST_WORDS = 1_500
#: Paragraphs on both sides; the comparison takes time with their product.
MOST_PARAGRAPHS = 2_000

_WORDS = re.compile(r"\s+|[^\s]+")
_PARAGRAPHS = re.compile(r"\n\s*\n")


def compare(before: str, after: str) -> tuple[tuple[Run, ...], ...]:
    """Return the paragraphs of both texts, in order, each as runs of what stayed, came and went."""
    old, new = _paragraphs(before), _paragraphs(after)
    if len(old) + len(new) > MOST_PARAGRAPHS:
        return (*((("removed", text),) for text in old), *((("added", text),) for text in new))
    paragraphs: list[tuple[Run, ...]] = []
    for kind, old_start, old_end, new_start, new_end in _steps(old, new):
        if kind == "equal":
            paragraphs += [(("same", text),) for text in old[old_start:old_end]]
        else:
            paragraphs += _paired(old[old_start:old_end], new[new_start:new_end])
    return tuple(paragraphs)


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Run, ...]]:
    """Yield changed paragraphs, the first of one side beside the first of the other."""
    both = min(len(old), len(new))
    for before, after in zip(old, new, strict=False):
        yield tuple(_word_runs(before, after))
    yield from ((("removed", text),) for text in old[both:])
    yield from ((("added", text),) for text in new[both:])


def _word_runs(before: str, after: str) -> Iterator[Run]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        yield "removed", before
        yield "added", after
        return
    for kind, old_start, old_end, new_start, new_end in _steps(old, new):
        if kind == "equal":
            yield "same", "".join(old[old_start:old_end])
            continue
        if old_end > old_start:
            yield "removed", "".join(old[old_start:old_end])
        if new_end > new_start:
            yield "added", "".join(new[new_start:new_end])


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()  # type: ignore[return-value]  # named tuples of these


def _paragraphs(text: str) -> list[str]:
    return [part for part in _PARAGRAPHS.split(text) if part.strip()]
