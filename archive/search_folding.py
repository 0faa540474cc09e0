"""Fold copies among the hits of a page: each text is shown once, and says where else it stands.

Only the texts of one page are compared, which costs a fraction of a millisecond and needs nothing in the index.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from archive.likeness import SAME, Likeness, likeness, normal
from archive.results import Hit

#: Characters of a text that are compared.
MOST_CHARACTERS = 50_000

#: Passages of a text looked for in another before the two are measured. Copies share `SAME` of such passages or more,
#: so that one in a hundred of the least alike has none of four.
PROBES = 4

#: A passage: words of plain letters, which stay when quotation marks and dashes are set otherwise.
_PROBE = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]+){4}")


@dataclass
class _Read:
    """A text that was found, and what is worked out of it when it is needed."""

    hit: Hit
    text: str

    @cached_property
    def words(self) -> str:
        """Its words alone."""
        return normal(self.text)

    @cached_property
    def likeness(self) -> Likeness | None:
        """What is compared of it."""
        return likeness(self.text)

    @cached_property
    def probes(self) -> tuple[str, ...]:
        """Passages of it at equal distances; fewer where no words follow each other."""
        step = len(self.text) // PROBES
        found = (_PROBE.search(self.text, place * step) for place in range(PROBES))
        return tuple(match.group() for match in found if match)


def folded(hits: Sequence[Hit], texts: Sequence[str]) -> tuple[Hit, ...]:
    """Return hits in order with later copies of a text in `Hit.also` of the first; `texts` are theirs."""
    kept: list[_Read] = []
    also: dict[int, list[Hit]] = {}
    for hit, text in zip(hits, texts, strict=True):
        read = _Read(hit, text[:MOST_CHARACTERS])
        of = next((place for place, each in enumerate(kept) if _same(each, read)), None)
        if of is None:
            kept.append(read)
        else:
            also.setdefault(of, []).append(hit)
    return tuple(
        replace(each.hit, also=tuple(also[place])) if place in also else each.hit for place, each in enumerate(kept)
    )


def _same(one: _Read, other: _Read) -> bool:
    if one.hit.kind != other.hit.kind or not one.text or not _of_a_length(one.text, other.text):
        return False
    if one.hit.kind == "comment":  # two readers may write "Thanks!"
        return one.hit.author is not None and one.hit.author == other.hit.author and one.words == other.words
    if one.probes and not any(probe in other.text for probe in one.probes):
        return False
    return one.likeness is not None and other.likeness is not None and _alike(one.likeness, other.likeness)


def _alike(one: Likeness, other: Likeness) -> bool:
    return one.similarity(other) >= SAME


def _of_a_length(one: str, other: str) -> bool:
    """Tell whether texts are near enough in length to be copies: what one has more, the other lacks."""
    short, long = sorted((len(one), len(other)))
    return short >= SAME * long
