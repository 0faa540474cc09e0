"""What each comment of a group is made of: its lines, the places of its template, and its date.

Comments of one page are printed by one template. What stands at the same place in most of them, short and different
each time, is a name; what is a date everywhere is the date; what is the same everywhere is a button.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crawler.comments.structure.grouping import Item
from crawler.comments.structure.markers import class_key
from crawler.comments.structure.outline import LINE, PARAGRAPH, Outline, Run, is_hidden, joined
from crawler.pages.dates.shown import MAX_LINE, find_date, find_time, is_age

#: Comments compared to find where the names stand.
SAMPLE = 16
#: Elements of more words are prose.
MAX_SLOT_WORDS = 14
#: Elements of one comment looked at; a pasted page of 3,000 elements is prose after these.
MAX_SLOTS = 400

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
    #: Number of the owner, and text, of each piece.
    pieces: list[tuple[int, int, str]]
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


def take_apart(outline: Outline, found: Sequence[Item]) -> list[Part]:
    """Return the parts of each comment: its pieces, lines and slots, before anything is chosen."""
    return [_part(outline, item) for item in found]


def read_dates(outline: Outline, parts: Sequence[Part]) -> None:
    """Fill in the date of each part, from the kind of element in which most of them have one."""
    places = Counter(place for part in parts for place in {place for _, place in _date_lines(outline, part)})
    for part in parts:
        candidates = list(_date_lines(outline, part))
        _take_machine(outline, part)
        if not candidates:
            continue
        line, _ = max(candidates, key=lambda each: (places[each[1]], _exactness(each[0])))  # the first of the best
        if line.date is not None:
            part.date_shown = line.text[slice(*line.date)].strip(" ,.-–—|/")
            part.date_at = line.first
    _read_times(parts)


def _part(outline: Outline, item: Item) -> Part:
    hidden = [outline.element(number) for number in _hidden(outline, item)]
    pieces = [(piece.at, piece.owner, piece.text) for piece in outline.pieces_in(item.run, [*item.inner, *hidden])]
    part = Part(item, pieces, list(_lines(pieces)))
    part.slots = dict(_slots(outline, item))
    return part


def _hidden(outline: Outline, item: Item) -> Iterator[int]:
    """Yield the elements inside that the page does not show."""
    number = item.run.start + (item.run.owner == item.run.start)
    waiting = iter(item.inner)
    inner = next(waiting, None)
    while number < item.run.end:
        if inner is not None and number >= inner.start:
            number, inner = max(number, inner.end), next(waiting, None)
            continue
        hidden = is_hidden(outline.elements[number])
        if hidden and (inner is None or inner.start >= outline.ends[number]):
            yield number
            number = outline.ends[number]
        else:
            number += 1


def _lines(pieces: list[tuple[int, int, str]]) -> Iterator[Line]:
    first = 0
    for index, (_, _, text) in enumerate([*pieces, (0, 0, LINE)]):
        if text is LINE or text is PARAGRAPH:
            texts = [piece[2] for piece in pieces[first:index]]
            line = joined(texts)
            if line:
                yield Line(first, index, line, find_date(line) or _age(line, texts))
            first = index + 1


def _age(line: str, texts: list[str]) -> tuple[int, int] | None:
    """Return where an element's "6d" stands in a short line; in a sentence it would be a size or a count."""
    if len(line) > MAX_LINE // 4 or len(texts) == 1:
        return None
    age = next((text.strip() for text in texts if is_age(text)), None)
    start = line.rfind(age) if age else -1
    return (start, start + len(age)) if age and start >= 0 else None


def _slots(outline: Outline, item: Item) -> Iterator[tuple[str, int]]:
    run = item.run
    paths: dict[int, str] = {run.owner: ""}
    single = run.owner == run.start
    skip = iter([*item.inner, Run(run.end, run.end, run.end)])
    inner = next(skip)
    seen: set[str] = set()
    number = run.start + 1 if single else run.start
    stop = min(run.end, run.start + MAX_SLOTS)
    while number < stop:
        if number >= inner.start:
            number, inner = max(number, inner.end), next(skip, Run(run.end, run.end, run.end))
            continue
        element = outline.elements[number]
        path = f"{paths.get(outline.parents[number], '')}/{class_key(element.tag, element.get('class'))}"
        paths[number] = path
        if path not in seen and 0 < outline.words(outline.element(number)) <= MAX_SLOT_WORDS:
            seen.add(path)
            yield path, number
        number += 1


def _exactness(line: Line) -> int:
    """Return how many numbers a date has, up to a day's and a year's: "joined May 2008" has one."""
    return min(len(_NUMBERS.findall(line.text[slice(*line.date)])), 2) if line.date is not None else 0


def _date_lines(outline: Outline, part: Part) -> Iterator[tuple[Line, str]]:
    """Yield the lines that are a date and little else, with the kind of element they stand in."""
    for line in part.lines:
        if line.date is None:
            continue
        rest = line.text[: line.date[0]] + line.text[line.date[1] :]
        if len(rest.split()) <= MAX_SLOT_WORDS:
            owner = outline.elements[_owner_of(part, line, line.date[0])]
            yield line, class_key(owner.tag, owner.get("class"))


def _owner_of(part: Part, line: Line, offset: int) -> int:
    """Return the element in which the text at an offset of a line stands."""
    passed = 0
    for _, owner, text in part.pieces[line.first : line.last]:
        passed += len(" ".join(text.split())) + 1
        if passed > offset and text.strip():
            return owner
    return part.pieces[line.first][1]


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
