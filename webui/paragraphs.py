"""An archived text as blocks to show, each with an anchor of its own.

Texts are plain: paragraphs stand apart by a blank line, list items begin with "- ", quotations with "> ".
"""

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_ITEM = "- "
_QUOTE = "> "
_INDENT = re.compile(r"[ \t]{2,}\S")
_HASH_LENGTH = 8

#: How a block is shown.
Form = Literal["paragraph", "list", "quote", "preformatted"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, quotation or listing of a text."""

    #: `p-` and 8 hex digits of the block's own text, so that it stays when others are added or removed.
    anchor: str
    form: Form
    #: Lines, or items, without the signs that set them apart.
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block as one text."""
        return "\n".join(self.lines)


def blocks(text: str) -> tuple[Block, ...]:
    """Return a text's blocks in order; the second time the same words are met, `-2` is added to their anchor."""
    met: Counter[str] = Counter()
    found = []
    for part in _BLANK_LINES.split(text):
        if not part.strip():
            continue
        form, lines = _read(part.strip("\n"))
        anchor = f"p-{sha256(chr(10).join(lines).encode()).hexdigest()[:_HASH_LENGTH]}"
        met[anchor] += 1
        found.append(Block(anchor if met[anchor] == 1 else f"{anchor}-{met[anchor]}", form, lines))
    return tuple(found)


def _read(part: str) -> tuple[Form, tuple[str, ...]]:
    lines = part.split("\n")
    if all(line.startswith(_QUOTE.rstrip()) for line in lines):
        return "quote", tuple(line.removeprefix(">").removeprefix(" ") for line in lines)
    if lines[0].lstrip().startswith(_ITEM):
        return "list", _items(lines)
    if any(_INDENT.match(line) for line in lines):
        return "preformatted", tuple(lines)
    return "paragraph", tuple(line.strip() for line in lines)


def _items(lines: list[str]) -> tuple[str, ...]:
    items: list[str] = []
    for line in lines:
        bare = line.lstrip()
        if bare.startswith(_ITEM):
            items.append(bare.removeprefix(_ITEM).rstrip())
        else:
            items[-1] += f" {bare.rstrip()}"
    return tuple(items)
