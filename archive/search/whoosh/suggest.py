"""Suggestions from the index's own words: what was meant, and how a word goes on."""

import re
from itertools import islice
from typing import Literal

import numpy as np

from archive.search.query.tree import Node, Parsed, Phrase, Word, leaves
from archive.search.whoosh.evaluate import words_in
from archive.search.whoosh.index.schema import SPELLINGS
from archive.search.whoosh.snapshot import Snapshot
from archive.search.words import LONGEST_TERM, fold

#: Letters of a word from which it is worth a guess, and from which two of them may be wrong.
SHORTEST_GUESSED = 4
LONG_WORD = 8

#: What is completed by name, and the column of each; tags stand apart.
Completed = Literal["site", "author", "tag"]
NAMED = {"site": "site", "author": "author_name"}


def correction(snapshot: Snapshot, text: str, parsed: Parsed) -> str | None:
    """Return the query with each word that stands nowhere replaced by the commonest like it; `None` without one."""
    corrected = text
    for word in dict.fromkeys(word for node in leaves(parsed.root) for word in _written(node)):
        better = _better(snapshot, fold(word))
        if better is not None:
            corrected = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", better, corrected)
    return corrected if corrected != text else None


def completions(snapshot: Snapshot, begun: str, number: int) -> list[str]:
    """Return up to `number` words, commonest first, that begin as `begun` does."""
    return snapshot.expanded(SPELLINGS, fold(begun))[:number] if begun.strip() else []


def names(snapshot: Snapshot, column: str, begun: str, number: int) -> list[str]:
    """Return up to `number` sites, authors or tags of which a word begins as `begun` does, most texts first."""
    begun = fold(begun).strip()
    if not begun:
        return []
    if column == "tag":
        known, counts = snapshot.tags.names, np.bincount(snapshot.tags.codes, minlength=len(snapshot.tags.names))
    else:
        read = snapshot.names(NAMED[column])
        known, counts = read.known, read.counts(snapshot.alive)
    fitting = re.compile(rf"(?<!\w){re.escape(begun)}")
    found = (known[code] for code in np.argsort(-counts, kind="stable") if counts[code])
    return list(islice((name for name in found if fitting.search(fold(name))), number))


def _written(node: Node) -> tuple[str, ...]:
    """Return the words that were to stand just so in a text or its title."""
    if isinstance(node, Phrase):
        return node.words if node.field in {None, "title"} else ()
    if isinstance(node, Word) and node.field in {None, "title"} and not (node.prefix or node.fuzzy):
        return (node.text,)
    return ()


def _better(snapshot: Snapshot, word: str) -> str | None:
    if len(word) < SHORTEST_GUESSED or not word.isalpha() or _stands(snapshot, word):
        return None
    swapped = [word[:at] + word[at : at + 2][::-1] + word[at + 2 :] for at in range(len(word[:LONGEST_TERM]) - 1)]
    near = [*snapshot.near(SPELLINGS, word, 1), *(each for each in swapped if snapshot.holding(SPELLINGS, each))]
    if not near:  # only another form of it is written
        near = [each for each in swapped if _stands(snapshot, each)]
    if not near and len(word) >= LONG_WORD:
        near = snapshot.near(SPELLINGS, word, 2)
    counts = {each: float(snapshot.postings(SPELLINGS, each).weights.sum()) for each in near}
    return max(counts, key=lambda each: (counts[each], each), default=None)


def _stands(snapshot: Snapshot, word: str) -> bool:
    """Tell whether a word stands somewhere, be it in another form: to that, too, the search has led."""
    stems = {words.stem(word) for words in words_in(snapshot)}
    return bool(snapshot.holding(SPELLINGS, word)) or any(snapshot.holding("words", stem) for stem in stems)
