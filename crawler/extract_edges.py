"""What a page says around a post's text and a record holds in fields of its own: the title, and the list of tags."""

import re
from collections.abc import Iterable

#: Words of what may stand above a title: a category, a series, "Essay".
KICKER_WORDS = 4
#: Words of what may stand before the colon of a list of tags: "Tags", "Filed under".
LABEL_WORDS = 2

_WORD = re.compile(r"\w+")
_BETWEEN_TAGS = re.compile(r"[,;|·•]")


def without_edges(text: str, title: str | None, tags: Iterable[str], categories: Iterable[str]) -> str:
    """Leave out of a text the title at its beginning, and at its end the line that lists the post's own tags.

    Of 694 blog and news pages of 2012, the text began with the title on 161. A text that is nothing else stays.
    """
    lines = text.split("\n")
    lines = lines[_title_ends(lines, title) :]
    if lines and _lists(lines[-1], tuple(tags), tuple(categories)):
        lines.pop()
    return "\n".join(lines).strip("\n") or text


def _title_ends(lines: list[str], title: str | None) -> int:
    """Return the number of lines down to the title, 0 where none of the first two that hold words is the title."""
    wanted = _plain(title or "")
    written = [(at, _plain(line)) for at, line in enumerate(lines[:4]) if line.strip()][:2]
    for number, (at, words) in enumerate(written):
        if wanted and words == wanted:
            return at + 1
        if number or len(words.split()) > KICKER_WORDS:
            break
    return 0


def _lists(line: str, *groups: tuple[str, ...]) -> bool:
    """Tell whether a line is a word or two, a colon, and all names of a group, or of all groups, and no others."""
    label, colon, rest = line.partition(":")
    if not colon or not 1 <= len(label.split()) <= LABEL_WORDS:
        return False
    listed = {_plain(name) for name in _BETWEEN_TAGS.split(rest)}
    return any(listed == {_plain(name) for name in group} for group in (*groups, sum(groups, ())) if group)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
