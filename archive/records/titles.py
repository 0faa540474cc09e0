"""Titles that a page says again above its text: records keep them, readers need not read them twice."""

import re
from collections.abc import Sequence

#: Words of what may stand above a title: a category, a series, "Essay".
KICKER_WORDS = 4
#: Characters by which a title may be longer on the page than in its record: marks, spaces.
_LONGER = 20

_WORD = re.compile(r"\w+")


def above_text(paragraphs: Sequence[str], title: str | None) -> int:
    """Return how many of the first paragraphs are the title or stand above it; 0 where nothing would be left."""
    wanted = _words(title or "")
    for number, paragraph in enumerate(paragraphs[:2] if wanted else (), start=1):
        if len(paragraph) > len(title or "") + _LONGER and len(paragraph.split()) > KICKER_WORDS:
            return 0
        words = _words(paragraph)
        if words == wanted:
            return number if len(paragraphs) > number else 0
        if len(words) > KICKER_WORDS:
            return 0
    return 0


def below_title(text: str, title: str | None) -> str:
    """Return a text without the title that its page says again, and what stands above that."""
    paragraphs = text.split("\n\n", 2)
    above = above_text(paragraphs, title)
    return "\n\n".join(paragraphs[above:]) if above else text


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
