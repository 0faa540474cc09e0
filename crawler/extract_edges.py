"""What a page says below a post's text and a record holds in fields of its own: the list of its tags."""

import re

#: Words of what may stand before the colon of a list of tags: "Tags", "Filed under".
LABEL_WORDS = 2

_WORD = re.compile(r"\w+")
_BETWEEN_TAGS = re.compile(r"[,;|·•]")


def without_tags(text: str, tags: tuple[str, ...], categories: tuple[str, ...]) -> str:
    """Leave out the last line of a text where it lists the post's own tags. A text that is nothing else stays."""
    before, _, last = text.rpartition("\n")
    return before.rstrip("\n") if before.strip() and _lists(last, tags, categories, (*categories, *tags)) else text


def _lists(line: str, *groups: tuple[str, ...]) -> bool:
    """Tell whether a line is a word or two, a colon, and all names of one of the groups, and no others."""
    label, colon, rest = line.partition(":")
    if not colon or not 1 <= len(label.split()) <= LABEL_WORDS:
        return False
    listed = {_plain(name) for name in _BETWEEN_TAGS.split(rest)}
    return any(listed == {_plain(name) for name in group} for group in groups if group)


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
