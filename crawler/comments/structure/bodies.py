"""What a comment says, without its byline and its buttons."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from crawler.comments.structure.bylines import is_button, is_glue, without_addressee
from crawler.comments.structure.outline import LINE, PARAGRAPH, Outline, joined
from crawler.comments.structure.parts import SAMPLE, Line, Part
from crawler.pages.text import single_spaced, text_of

#: A text that so many of the comments share, at the same place, is the template's.
SHARED = 0.6
#: …if there are comments enough to tell.
COMPARED = 3

#: Words of a name with what stands beside it.
MAX_AROUND_AUTHOR = 10

_WRITER = re.compile(r"author|user|(?:^|[-_\s])(?:who|profile|poster|member)(?:$|[-_\s])", re.IGNORECASE)
_MACHINERY = re.compile(
    r"repl(?:y|ies)|permalink|rating|vote|like|report|flag|share|avatar|action|tools?\b|edit|badge|meta\b|footer|"
    r"number|count|perma|score|button|btn|control",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"^[\s\-–—|/•·,:;»>~*)\].]*(?:(?:says?|said|wrote|writes|sagt|schreibt|dit|dice|on|at|by)\b[\s\-–—|:,.]*){0,3}(?=\S)",
    re.IGNORECASE,
)
#: A word or two, a colon, and a few words more.
_LABELLED = re.compile(r"(\w[\w'-]{0,20}(?: [\w'-]{1,20})?)\s?:(?!//)\s*\S{0,40}(?: \S{1,40}){0,4}")
_BLOCK = frozenset({"p", "div", "blockquote", "ul", "ol", "dl", "dd", "td", "section", "article", "table", "pre"})
_DIGITS = re.compile(r"[+-]?\d+")
_NUMBERING = re.compile(r"[\s#|·•.,:;/()\[\]–—-]*\d{0,9}[\s#|·•.,:;/()\[\]–—-]*")
_GAPS = re.compile(r"\n{3,}")


def read_texts(outline: Outline, parts: Sequence[Part]) -> None:
    """Fill in the text of each part."""
    shared = _shared_words(outline, parts)
    labels = _shared_labels(parts)
    for part in parts:
        removed = _removed(outline, part, shared, labels)
        part.text = _written(outline, part, removed) or _least(part)
    _unquote(parts)


def _least(part: Part) -> str:
    """Return the line that must be all that was said, "+1" or ":)", where nothing else was found."""
    for line in part.lines:
        worded = any(each.isalpha() for each in line.text)
        if line.first != part.date_at and not worded and not _NUMBERING.fullmatch(line.text):
            return line.text
    return ""


def has_prose(part: Part) -> bool:
    """Tell whether a part holds more than byline and buttons, more cheaply than by reading its text."""
    return any(not _is_meta(part, line, set()) for line in part.lines)


def _shared_words(outline: Outline, parts: Sequence[Part]) -> set[tuple[str, str]]:
    """Return what most comments have in common: the kind of an element, and its words."""
    if len(parts) < COMPARED:
        return set()
    parts = parts[:SAMPLE]
    counts = Counter(words for part in parts for words in {_words(outline, slot) for slot in part.slots.items()})
    return {words for words, count in counts.items() if count >= SHARED * len(parts)}


def _words(outline: Outline, slot: tuple[str, int]) -> tuple[str, str]:
    path, number = slot
    return path.rpartition("/")[2], _DIGITS.sub("#", outline.text(outline.element(number)))


def _shared_labels(parts: Sequence[Part]) -> set[str]:
    """Return the labels of short lines that most comments have, as "Location" of "Location: Oslo"."""
    if len(parts) < COMPARED:
        return set()
    parts = parts[:SAMPLE]
    counts = Counter(label for part in parts for label in {_label(line) for line in part.lines} if label)
    return {label for label, count in counts.items() if count >= SHARED * len(parts)}


def _label(line: Line) -> str:
    found = _LABELLED.fullmatch(line.text)
    return found[1].lower() if found else ""


def _unquote(parts: Sequence[Part]) -> None:
    """Take the quote marks off where the template sets what every comment says as a quote."""
    texts = [part.text for part in parts if part.text]
    if len(texts) >= COMPARED and all(map(_is_quote, texts)):
        for part in parts:
            part.text = "\n".join(line.removeprefix(">").removeprefix(" ") for line in part.text.split("\n"))


def _is_quote(text: str) -> bool:
    return all(line.startswith(">") for line in text.split("\n") if line)


def _removed(outline: Outline, part: Part, shared: set[tuple[str, str]], labels: set[str]) -> set[int]:
    """Return the indices of the pieces that are not part of what was said."""
    removed: set[int] = set()
    around = _around_author(outline, part)
    for path, number in part.slots.items():
        if (
            _words(outline, (path, number)) in shared
            or number in {around, part.author_at}
            or _is_machinery(outline, number)
        ):
            end = outline.ends[number]
            removed.update(index for index, (_, owner, _text) in enumerate(part.pieces) if number <= owner < end)
    for line in part.lines:
        if _label(line) in labels:
            removed.update(range(line.first, line.last))
    prose = [index for index, line in enumerate(part.lines) if not _is_meta(part, line, removed)]
    first, last = (prose[0], prose[-1]) if prose else (0, -1)
    for index, line in enumerate(part.lines):
        if not first <= index <= last or (index not in prose and line.first == part.date_at):
            removed.update(range(line.first, line.last))
    return removed


def _around_author(outline: Outline, part: Part) -> int | None:
    """Return the `cite` or the like around the author's name, which holds an address or a title at most."""
    if part.author_at is None:
        return None
    parent = outline.parents[part.author_at]
    if parent <= part.item.run.start or outline.words(outline.element(parent)) > MAX_AROUND_AUTHOR:
        return None
    element = outline.elements[parent]
    own = f"{element.get('class') or ''} {element.get('id') or ''}"
    return parent if element.tag == "cite" or _WRITER.search(own) or element.get("itemprop") == "author" else None


def _is_machinery(outline: Outline, number: int) -> bool:
    element = outline.elements[number]
    own = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_MACHINERY.search(own)) and is_button(outline.text(outline.element(number)))


def _is_meta(part: Part, line: Line, removed: set[int]) -> bool:
    """Tell whether a line is a byline or buttons."""
    left = joined(part.pieces[index][2] for index in range(line.first, line.last) if index not in removed)
    shown = part.date_shown
    if shown and shown in left:
        left = left.replace(shown, "   ", 1)
    elif line.date is not None and line.first == part.date_at:
        left = left.replace(line.text[slice(*line.date)], " ", 1)
    if part.author and part.author in left and len(left) < len(part.author) + 60:  # else it is prose
        left = without_addressee(left.replace(part.author, " ", 1))
    elif left == line.text and line.date is None:
        return is_button(left)
    return is_glue(without_addressee(left) if line.date is not None else left)


def _written(outline: Outline, part: Part, removed: set[int]) -> str:
    dirty = sorted({part.pieces[index][1] for index in removed} | {run.start for run in part.item.inner})
    written: list[str] = []
    whole_end = -1
    whole_start = -1
    for index, (_, owner, text) in enumerate(part.pieces):
        if whole_start <= owner < whole_end:
            continue
        if index in removed and text not in (LINE, PARAGRAPH):
            continue
        whole = _whole(outline, part, owner, dirty)
        if whole is None:
            written.append(text if text in (LINE, PARAGRAPH) else single_spaced(text))
        else:
            whole_start, whole_end = whole, outline.ends[whole]
            written.append(PARAGRAPH + text_of(outline.elements[whole]) + PARAGRAPH)
    lines = [
        line.strip() if not line.startswith((" ", ">")) else line.rstrip() for line in "".join(written).split("\n")
    ]
    text = _GAPS.sub("\n\n", "\n".join(lines)).strip()
    return _LEFTOVER.sub("", text, count=1) if _shares_line(part, removed) else text


def _shares_line(part: Part, removed: set[int]) -> bool:
    """Tell whether the first line with prose holds something of the byline too."""
    for line in part.lines:
        pieces = set(range(line.first, line.last))
        if not pieces <= removed:
            return bool(pieces & removed)
    return False


def _whole(outline: Outline, part: Part, owner: int, dirty: list[int]) -> int | None:
    """Return the outermost block around a piece that holds nothing to be left out; `None` when there is none."""
    found = None
    run = part.item.run
    number = owner
    while number >= run.start and number != run.owner:
        index = bisect_left(dirty, number)
        if index < len(dirty) and dirty[index] < outline.ends[number]:
            break
        if outline.elements[number].tag in _BLOCK:
            found = number
        number = outline.parents[number]
    return found
