"""The passage of a text that shows best why it was found, as runs of `(text, matched)`."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from archive.search.results import Snippet
from archive.search.words import WORD, Words, words_of

#: Characters of a passage, about three lines.
LENGTH = 260

#: Characters shown before the first match.
LEAD = 60

#: Characters of a text looked at: no passage is worth reading a whole book for.
MOST_CHARACTERS = 200_000

#: Matches looked at.
MOST_MATCHES = 200

_MORE = "… "
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Marking:
    """The words of a query, to be marked in whole texts."""

    terms: frozenset[str] = frozenset()

    def __call__(self, text: str, language: str | None) -> Snippet:
        """Return all of a line or paragraph in a language as runs."""
        return marked(text, self.terms, words_of(language))


def snippet(text: str, terms: Collection[str], words: Words) -> Snippet:
    """Return the best passage of `text`, its beginning when no word of it is among `terms`."""
    matches = _matches(text[:MOST_CHARACTERS], frozenset(terms), words)
    start, end = _passage(text, matches)
    return tuple(_runs(text, start, end, matches))


def marked(text: str, terms: Collection[str], words: Words) -> Snippet:
    """Return all of `text`, which is a line or a paragraph, as runs."""
    runs: list[tuple[str, bool]] = []
    at = 0
    for start, end, _ in _matches(text, frozenset(terms), words):
        runs += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(run for run in (*runs, (text[at:], False)) if run[0])


def _matches(text: str, terms: frozenset[str], words: Words) -> list[tuple[int, int, str]]:
    """Return start, end and term of each matching word."""
    found: list[tuple[int, int, str]] = []
    for start, end in _likely(text, terms):
        written = text[start:end]
        term = next((term for term, _ in words(written)[0] if term in terms), None)
        if term is not None and (not found or start >= found[-1][1]):
            found.append((start, end, term))
            if len(found) >= MOST_MATCHES:
                break
    return found


def _likely(text: str, terms: frozenset[str]) -> Iterable[tuple[int, int]]:
    """Return start and end of the words that begin like one of the terms, in order; all words when one is accented.

    Most words of a text need no stemming to see that they do not match.
    """
    if not terms:
        return []
    if not text.isascii():
        return [match.span() for match in WORD.finditer(text)]
    plain = text.lower()
    found: dict[int, int] = {}
    for beginning in {term[: max(1, len(term) - 2)] for term in terms}:
        at = plain.find(beginning)
        while at >= 0 and len(found) < MOST_MATCHES * len(terms):
            if not at or not plain[at - 1].isalnum():
                match = WORD.match(text, at)
                found[at] = match.end() if match else at
            at = plain.find(beginning, at + 1)
    return sorted(found.items())


def _passage(text: str, matches: list[tuple[int, int, str]]) -> tuple[int, int]:
    """Return start and end of the passage with the most different terms, then the most matches, then the first."""
    if not matches:
        return 0, _word_end(text, LENGTH)
    best, best_worth = 0, (0, 0)
    for first, (start, _, _) in enumerate(matches):
        inside = [term for begin, end, term in matches[first : first + 20] if end <= start + LENGTH - LEAD]
        worth = (len(set(inside)), len(inside))
        if worth > best_worth:
            best, best_worth = first, worth
    start = _word_start(text, matches[best][0] - LEAD)
    return start, _word_end(text, max(start + LENGTH, matches[best][1]))


def _word_start(text: str, at: int) -> int:
    """Return where a sentence or at least a word begins, near `at`."""
    if at <= LEAD // 2:
        return 0
    for sign in ("\n", ". ", "! ", "? "):
        begin = text.find(sign, at, at + LEAD - 10)
        if begin != -1:
            return begin + len(sign)
    space = _SPACES.search(text, at, at + LEAD)
    return space.end() if space else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = max(text.rfind(" ", at - LENGTH // 2, at + 1), text.rfind("\n", at - LENGTH // 2, at + 1))
    return space if space > 0 else at


def _runs(text: str, start: int, end: int, matches: list[tuple[int, int, str]]) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    at = start
    for begin, finish, _ in matches:
        if start <= begin and finish <= end and begin >= at:
            runs += [(text[at:begin], False), (text[begin:finish], True)]
            at = finish
    runs.append((text[at:end], False))
    runs = [(_SPACES.sub(" ", run), matched) for run, matched in runs if run]
    if runs and start > 0:
        runs = [(_MORE + runs[0][0], False), *runs[1:]] if not runs[0][1] else [(_MORE, False), *runs]
    if runs and end < len(text.rstrip()):
        runs.append((" …", False))
    return runs
