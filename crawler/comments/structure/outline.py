"""A page laid out flat: its elements and its text in document order, so that any stretch of it is a pair of numbers.

A comment is not always one element: in flat markup it is a name, a date and paragraphs side by side up to the next
name. Here both are a `Run`, and what lies in it is a stretch of the lists.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

from lxml import html
from lxml.etree import iterwalk

from crawler.pages.dates.shown import STAMPED, stamp_of

#: Pieces of a line that are put together; a line of more is prose.
MAX_LINE_PIECES = 60
#: Elements looked at; the largest thread pages measured have 60,000.
MAX_ELEMENTS = 400_000

_BLOCK_NAMES = """
address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form
h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre section table tbody td th thead tfoot tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT_NAMES = "script style noscript template head title select option button textarea svg object iframe"
#: Not shown to a reader, or shown by a program.
_SILENT = frozenset(_SILENT_NAMES.split())

_UNDISPLAYED = re.compile(r"display\s?:\s?none", re.IGNORECASE)
_DIGIT = re.compile(r"\d")

LINE = "\n"
PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the outline: the elements numbered `start` to `end - 1`."""

    start: int
    end: int
    #: Number of the element whose own text between them belongs to the run too; `start` when it is one element.
    owner: int

    def __contains__(self, number: int) -> bool:
        """Tell whether the element of that number lies in the run."""
        return self.start <= number < self.end


class Piece(NamedTuple):
    """A stretch of text, or a break (`LINE`, `PARAGRAPH`), between two tags."""

    #: Number of the last element opened before it.
    at: int
    #: Number of the element it stands in.
    owner: int
    text: str


class Outline:
    """The elements of a tree by number, and the pieces of text between them."""

    def __init__(self, tree: html.HtmlElement) -> None:
        """Lay out `tree`, which stays as it is."""
        self.elements: list[html.HtmlElement] = []
        self.parents: list[int] = []
        self.levels: list[int] = []
        #: One past the last element inside each.
        self.ends: list[int] = []
        # The pieces in three lists: on a page without marks none is ever looked at.
        self._places: list[int] = []
        self._owners: list[int] = []
        self._texts: list[str] = []
        self._lay_out(tree)

    def __len__(self) -> int:
        return len(self.elements)

    def element(self, number: int) -> Run:
        """Return the run of one element."""
        return Run(number, self.ends[number], number)

    def pieces_in(self, run: Run, without: Collection[Run] = (), *, most: int | None = None) -> list[Piece]:
        """Return the pieces of a run in order, the first `most` of them, without those of the runs inside it."""
        index, stop = self._first_pieces[run.start], self._first_pieces[run.end]
        if not without:
            stretch = self._pieces[index:stop]
            return list(islice((piece for piece in stretch if _owns(run, piece)), most))
        pieces: list[Piece] = []
        inner = sorted(without, key=lambda each: each.start)
        at = 0
        while index < stop and len(pieces) != most:
            piece = self._pieces[index]
            while at < len(inner) and inner[at].end <= piece.at:
                at += 1
            if at < len(inner) and inner[at].start <= piece.at and _owns(inner[at], piece):
                index = max(index + 1, self._first_pieces[inner[at].end - 1])
                continue
            if _owns(run, piece):
                pieces.append(piece)
            index += 1
        return pieces

    def shown_pieces(self, run: Run, inner: Sequence[Run]) -> list[Piece]:
        """Return the pieces of a run that the page shows, without those of the runs inside it, given in order."""
        return self.pieces_in(run, [*inner, *self._hidden_in(run, inner)])

    def text(self, number: int) -> str:
        """Return an element's text on one line."""
        return joined([piece.text for piece in self.pieces_in(self.element(number))])

    def number(self, element: html.HtmlElement, *, below: int) -> int:
        """Return the number of an element that is the sibling before the one numbered `below`."""
        found = below - 1
        while self.elements[found] is not element:
            found = self.parents[found]
        return found

    def lines_in(self, number: int) -> list[str]:
        """Return the lines of an element that are not empty, its pieces apart: "Ann" and "says" may be two pieces."""
        lines: list[str] = []
        line: list[str] = []
        run = self.element(number)
        for piece in (*self.pieces_in(run), Piece(run.end, run.owner, LINE)):
            if piece.text is LINE or piece.text is PARAGRAPH:
                if text := " ".join(" ".join(line).split()):
                    lines.append(text)
                line = []
            else:
                line.append(piece.text)
        return lines

    def lines(self) -> list[tuple[int, str]]:
        """Return each line of text, with the number of the element in which its first or last number stands."""
        lines: list[tuple[int, str]] = []
        line: list[str] = []
        owner = -1
        for within, piece in zip(self._owners, self._texts, strict=True):
            if piece is LINE or piece is PARAGRAPH:
                text = joined(line)
                if text:
                    lines.append((owner, text))
                line, owner = [], -1
                continue
            line.append(piece)
            if owner < 0 or _DIGIT.search(piece):
                owner = within
        return lines

    def lines_before(self, number: int, most: int) -> list[str]:
        """Return up to so many lines of text before an element, nearest first."""
        lines: list[str] = []
        line: list[str] = []
        index = self._first_pieces[number]
        while index > 0 and len(lines) < most:
            index -= 1
            text = self._texts[index]
            if text is LINE or text is PARAGRAPH or len(line) > MAX_LINE_PIECES:
                whole = joined(reversed(line))
                lines += [whole] if whole else []
                line = []
            else:
                line.append(text)
        return lines

    def children(self, number: int) -> Iterator[int]:
        """Yield the numbers of the elements right inside one."""
        child = number + 1
        while child < self.ends[number]:
            yield child
            child = self.ends[child]

    def ancestors(self, number: int) -> Iterator[int]:
        """Yield the numbers of the elements around one, innermost first."""
        while (number := self.parents[number]) >= 0:
            yield number

    @cached_property
    def _pieces(self) -> list[Piece]:
        return list(map(Piece._make, zip(self._places, self._owners, self._texts, strict=True)))

    @cached_property
    def word_counts(self) -> list[int]:
        """About how many words each element holds."""
        before = self.words_before
        return [before[end] - before[number] for number, end in enumerate(self.ends)]

    @cached_property
    def words_before(self) -> list[int]:
        """About how many words stand before each element, and before the end: a run holds the difference."""
        counts = [0, *accumulate(len(text.split()) for text in self._texts)]
        return [counts[index] for index in self._first_pieces]

    @cached_property
    def _first_pieces(self) -> list[int]:
        """The index of the first piece at or after each element, and after the last."""
        first: list[int] = []
        for index, place in enumerate(self._places):
            if place >= len(first):
                first += [index] * (place + 1 - len(first))
        return first + [len(self._places)] * (len(self.elements) + 1 - len(first))

    def _hidden_in(self, run: Run, inner: Sequence[Run]) -> list[Run]:
        """Return the elements of a run that the page does not show, outside the runs inside it."""
        hidden: list[Run] = []
        number = run.start + (run.owner == run.start)
        waiting = iter(inner)
        following = next(waiting, None)
        while number < run.end:
            if following is not None and number >= following.start:
                number, following = max(number, following.end), next(waiting, None)
            elif is_hidden(self.elements[number]) and (following is None or following.start >= self.ends[number]):
                hidden.append(self.element(number))
                number = self.ends[number]
            else:
                number += 1
        return hidden

    def _lay_out(self, tree: html.HtmlElement) -> None:
        opened: list[int] = []
        silent = -1
        walk = iterwalk(tree, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            if event == "start":
                if len(self.elements) >= MAX_ELEMENTS:
                    break
                silent = self._open(node, opened, silent)
            elif event == "end":
                silent = self._close(node, opened, silent)
            elif silent < 0 and opened and node.tail:
                self._add(len(self.elements) - 1, opened[-1], node.tail)
        for number in opened:
            self.ends[number] = len(self.elements)

    def _open(self, node: html.HtmlElement, opened: list[int], silent: int) -> int:
        number = len(self.elements)
        self.elements.append(node)
        self.parents.append(opened[-1] if opened else -1)
        self.levels.append(len(opened))
        self.ends.append(number + 1)
        opened.append(number)
        if silent >= 0:
            return silent
        tag = node.tag
        if tag in _SILENT:
            return number
        if tag in STAMPED and (stamp := stamp_of(node)):
            self._add(number, number, stamp)
            return number
        if tag in _BLOCKS:
            self._add(number, number, PARAGRAPH)
        elif tag == "br":
            self._add(number, number, LINE)
        if text := node.text:
            self._add(number, number, text)
        return silent

    def _close(self, node: html.HtmlElement, opened: list[int], silent: int) -> int:
        number = opened.pop()
        last = len(self.elements)
        self.ends[number] = last
        if silent == number:
            silent = -1
        elif silent < 0 and node.tag in _BLOCKS:
            self._add(last - 1, number, PARAGRAPH)
        if silent < 0 and opened and (tail := node.tail):
            self._add(last - 1, opened[-1], tail)
        return silent

    def _add(self, at: int, owner: int, text: str) -> None:
        self._places.append(at)
        self._owners.append(owner)
        self._texts.append(text)


def is_hidden(element: html.HtmlElement) -> bool:
    """Tell whether a page does not show an element."""
    style, classes = element.get("style"), element.get("class")
    if style and _UNDISPLAYED.search(style):
        return True
    return bool(classes) and "hidden" in classes.split()


def joined(texts: Iterable[str]) -> str:
    """Return pieces on one line, kept apart where a style sheet keeps them apart: "Ann", "12 May" is no "Ann12"."""
    parts: list[str] = []
    last = ""
    for text in texts:
        if not text:
            continue
        if last.isalnum() and (text[0].isupper() or text[0].isdigit()):
            parts.append(" ")
        parts.append(text)
        last = text[-1]
    return " ".join("".join(parts).split())


def _owns(run: Run, piece: Piece) -> bool:
    """Tell whether a piece between the tags of a run is its own; text right after an element is its parent's."""
    return piece.owner >= run.start or piece.owner == run.owner
