"""What each comment of a group is made of: its lines, the places of its template, its date, and what it says.

Comments of one page are printed by one template. What stands at the same place in most of them, short and different
each time, is a name; what is a date everywhere is the date; what is the same everywhere is a button.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.comments.structure.bylines import is_button, is_meta
from crawler.comments.structure.groups import Item, class_key
from crawler.comments.structure.outline import LINE, PARAGRAPH, Outline, Piece, joined
from crawler.pages.dates.shown import MAX_LINE, find_date, find_time, is_age
from crawler.pages.text import single_spaced, text_of

#: Comments compared to find where the names stand.
SAMPLE = 16
#: Elements of more words are prose.
MAX_SLOT_WORDS = 14
#: Elements of one comment looked at; a pasted page of 3,000 elements is prose after these.
MAX_SLOTS = 400

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
_NUMBERS = re.compile(r"\d+")
_ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


@dataclass(slots=True)
class Line:
    """Text between two breaks."""

    #: Indices of its pieces in `Part.pieces`.
    first: int
    last: int
    text: str
    date: tuple[int, int] | None = None


@dataclass(slots=True)
class Part:
    """One comment taken apart."""

    item: Item
    pieces: list[Piece]
    lines: list[Line]
    #: First element at each place of the template, by its path from the comment's root.
    slots: dict[str, int] = field(default_factory=dict)
    author: str | None = None
    author_at: int | None = None
    #: The markup says that it is the author.
    author_sure: bool = False
    date_shown: str | None = None
    #: Machine-readable form of the date, where the page has one.
    date_machine: str | None = None
    date_at: int | None = None
    text: str = ""

    @property
    def dated_line(self) -> int | None:
        """Return the index of the line that shows the date; `None` when none does."""
        return next((index for index, line in enumerate(self.lines) if line.first == self.date_at), None)


def take_apart(outline: Outline, items: Sequence[Item]) -> list[Part]:
    """Return the parts of each comment: its pieces, lines and slots, before anything is chosen."""
    shown = [outline.shown_pieces(item.run, item.inner) for item in items]
    lines = _lines(shown)
    slots = [_slots(outline, item) for item in items]
    return [Part(*part) for part in zip(items, shown, lines, slots, strict=True)]


def read_dates(outline: Outline, parts: Sequence[Part]) -> None:
    """Fill in the date of each part, from the kind of element in which most of them have one."""
    dated = [_date_lines(outline, part) for part in parts]
    places = Counter(place for lines in dated for place in {place for _, place in lines})
    for part, lines in zip(parts, dated, strict=True):
        _take_machine(outline, part)
        if not lines:
            continue
        line, _ = max(lines, key=lambda each: (places[each[1]], _exactness(each[0])))  # the first of the best
        if line.date is not None:
            part.date_shown = line.text[slice(*line.date)].strip(" ,.-–—|/")
            part.date_at = line.first
    _read_times(parts)


def read_texts(outline: Outline, parts: Sequence[Part]) -> None:
    """Fill in the text of each part."""
    texts = [[outline.text(number) for number in part.slots.values()] for part in parts]
    slots = [_slot_texts(part, own) for part, own in zip(parts, texts, strict=True)]
    shared = _shared(slots)
    labels = _shared_labels(parts)
    for part, own in zip(parts, slots, strict=True):
        removed = _removed(outline, part, own, shared, labels)
        part.text = _written(outline, part, removed) or _least(part)
    _unquote(parts)


def has_prose(part: Part) -> bool:
    """Tell whether a part holds more than byline and buttons, more cheaply than by reading its text."""
    return any(not _is_meta(part, line, line.text) for line in part.lines)


def _lines(shown: Sequence[Sequence[Piece]]) -> list[list[Line]]:
    """Return the lines of each comment that are not empty, with the date that each shows."""
    spans = [_line_spans(pieces) for pieces in shown]
    texts = [
        [joined([piece.text for piece in pieces[first:last]]) for first, last in own]
        for pieces, own in zip(shown, spans, strict=True)
    ]
    dates = [[find_date(text) for text in own] for own in texts]
    return [
        [
            Line(first, last, text, date or _age(text, pieces[first:last]))
            for (first, last), text, date in zip(*lines, strict=True)
            if text
        ]
        for pieces, *lines in zip(shown, spans, texts, dates, strict=True)
    ]


def _line_spans(pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    first = 0
    for index, piece in enumerate(pieces):
        if piece.text is LINE or piece.text is PARAGRAPH:
            spans.append((first, index))
            first = index + 1
    return [*spans, (first, len(pieces))]


def _age(line: str, pieces: Sequence[Piece]) -> tuple[int, int] | None:
    """Return where an element's "6d" stands in a short line; in a sentence it would be a size or a count."""
    if len(line) > MAX_LINE // 4 or len(pieces) == 1:
        return None
    age = next((piece.text.strip() for piece in pieces if is_age(piece.text)), None)
    start = line.rfind(age) if age else -1
    return (start, start + len(age)) if age and start >= 0 else None


def _slots(outline: Outline, item: Item) -> dict[str, int]:
    slots: dict[str, int] = {}
    numbers = _own_elements(item)
    elements = [outline.elements[number] for number in numbers]
    kinds = [class_key(element.tag, element.get("class")) for element in elements]
    paths: dict[int, str] = {item.run.owner: ""}
    for number, kind in zip(numbers, kinds, strict=True):
        path = paths[number] = f"{paths.get(outline.parents[number], '')}/{kind}"
        if path not in slots and 0 < outline.word_counts[number] <= MAX_SLOT_WORDS:
            slots[path] = number
    return slots


def _own_elements(item: Item) -> list[int]:
    """Return the numbers of the elements of a comment, without its root and those of the comments inside it."""
    run = item.run
    numbers: list[int] = []
    number = run.start + 1 if run.owner == run.start else run.start
    stop = min(run.end, run.start + MAX_SLOTS)
    for inner in item.inner:
        numbers += range(number, min(inner.start, stop))
        number = max(number, inner.end)
    return [*numbers, *range(number, stop)]


def _exactness(line: Line) -> int:
    """Return how many numbers a date has, up to a day's and a year's: "joined May 2008" has one."""
    return min(len(_NUMBERS.findall(line.text[slice(*line.date)])), 2) if line.date is not None else 0


def _date_lines(outline: Outline, part: Part) -> list[tuple[Line, str]]:
    """Return the lines that are a date and little else, with the kind of element they stand in."""
    lines: list[tuple[Line, str]] = []
    for line in part.lines:
        if line.date is None:
            continue
        rest = line.text[: line.date[0]] + line.text[line.date[1] :]
        if len(rest.split()) <= MAX_SLOT_WORDS:
            owner = outline.elements[_owner_of(part, line, line.date[0])]
            lines.append((line, class_key(owner.tag, owner.get("class"))))
    return lines


def _owner_of(part: Part, line: Line, offset: int) -> int:
    """Return the element in which the text at an offset of a line stands."""
    passed = 0
    for _, owner, text in part.pieces[line.first : line.last]:
        passed += len(" ".join(text.split())) + 1
        if passed > offset and text.strip():
            return owner
    return part.pieces[line.first].owner


def _take_machine(outline: Outline, part: Part) -> None:
    for number in part.slots.values():
        get = outline.elements[number].get
        value = get("datetime") or (get("content") if "date" in (get("itemprop") or "").lower() else None)
        if value is None and _ISO.match(get("title") or ""):
            value = get("title")
        if value:
            part.date_machine = value
            return


def _read_times(parts: Sequence[Part]) -> None:
    """Where a theme prints a time of day in place of a date, take that as what is shown."""
    if sum(1 for part in parts if part.date_shown) * 2 > len(parts):
        return
    for part in parts:
        for line in part.lines[:3] + part.lines[-3:]:
            span = find_time(line.text) if part.date_shown is None and len(line.text) < MAX_LINE // 4 else None
            if span:
                part.date_shown, part.date_at = line.text[slice(*span)].strip(), line.first


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stands at a place of the template in one comment."""

    number: int
    text: str
    #: Kind of the element and its words, numbers replaced.
    template: tuple[str, str]


def _slot_texts(part: Part, texts: Sequence[str]) -> list[_Slot]:
    return [
        _Slot(number, text, (path.rpartition("/")[2], _DIGITS.sub("#", text)))
        for (path, number), text in zip(part.slots.items(), texts, strict=True)
    ]


def _shared(slots: Sequence[Sequence[_Slot]]) -> set[tuple[str, str]]:
    """Return what most comments have in common: the kind of an element, and its words."""
    if len(slots) < COMPARED:
        return set()
    sample = slots[:SAMPLE]
    counts = Counter(template for own in sample for template in {slot.template for slot in own})
    return {template for template, count in counts.items() if count >= SHARED * len(sample)}


def _removed(
    outline: Outline, part: Part, slots: Sequence[_Slot], shared: set[tuple[str, str]], labels: set[str]
) -> set[int]:
    """Return the indices of the pieces that are not part of what was said."""
    removed: set[int] = set()
    byline = {_around_author(outline, part), part.author_at}
    machinery = _machinery(outline, slots)
    for slot in slots:
        if slot.template in shared or slot.number in byline or slot.number in machinery:
            inside = range(slot.number, outline.ends[slot.number])
            removed.update(index for index, piece in enumerate(part.pieces) if piece.owner in inside)
    for line in part.lines:
        if _label(line) in labels:
            removed.update(range(line.first, line.last))
    lefts = [_left_of(part, line, removed) for line in part.lines]
    prose = [index for index, line in enumerate(part.lines) if not _is_meta(part, line, lefts[index])]
    first, last = (prose[0], prose[-1]) if prose else (0, -1)
    for index, line in enumerate(part.lines):
        if not first <= index <= last or (index not in prose and line.first == part.date_at):
            removed.update(range(line.first, line.last))
    return removed


def _machinery(outline: Outline, slots: Sequence[_Slot]) -> set[int]:
    """Return the elements of buttons and the like: their classes say so, and their words."""
    nodes = [(slot, outline.elements[slot.number]) for slot in slots]
    named = [slot for slot, node in nodes if _MACHINERY.search(f"{node.get('class') or ''} {node.get('id') or ''}")]
    return {slot.number for slot in named if is_button(slot.text)}


def _left_of(part: Part, line: Line, removed: set[int]) -> str:
    """Return a line without the pieces that are removed."""
    kept = [index for index in range(line.first, line.last) if index not in removed]
    if len(kept) == line.last - line.first:
        return line.text
    return joined([part.pieces[index].text for index in kept])


def _is_meta(part: Part, line: Line, left: str) -> bool:
    """Tell whether what is left of a line is a byline or buttons."""
    shown, author = part.date_shown, part.author or ""
    if shown and shown in left:
        left = left.replace(shown, "   ", 1)
    elif line.date is not None and line.first == part.date_at:
        left = left.replace(line.text[slice(*line.date)], " ", 1)
    named = author != "" and author in left and len(left) < len(author) + 60  # else it is prose
    whole = left == line.text and line.date is None
    rest = left.replace(author, " ", 1) if named else left
    return is_meta(rest, dated=line.date is not None, named=named, whole=whole)


def _least(part: Part) -> str:
    """Return the line that must be all that was said, "+1" or ":)", where nothing else was found."""
    for line in part.lines:
        worded = any(each.isalpha() for each in line.text)
        if line.first != part.date_at and not worded and not _NUMBERING.fullmatch(line.text):
            return line.text
    return ""


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


def _around_author(outline: Outline, part: Part) -> int | None:
    """Return the `cite` or the like around the author's name, which holds an address or a title at most."""
    if part.author_at is None:
        return None
    parent = outline.parents[part.author_at]
    if parent <= part.item.run.start or outline.word_counts[parent] > MAX_AROUND_AUTHOR:
        return None
    element = outline.elements[parent]
    own = f"{element.get('class') or ''} {element.get('id') or ''}"
    return parent if element.tag == "cite" or _WRITER.search(own) or element.get("itemprop") == "author" else None


def _written(outline: Outline, part: Part, removed: set[int]) -> str:
    dirty = sorted({part.pieces[index].owner for index in removed} | {run.start for run in part.item.inner})
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
    outermost = None
    run = part.item.run
    number = owner
    while number >= run.start and number != run.owner:
        index = bisect_left(dirty, number)
        if index < len(dirty) and dirty[index] < outline.ends[number]:
            break
        if outline.elements[number].tag in _BLOCK:
            outermost = number
        number = outline.parents[number]
    return outermost
