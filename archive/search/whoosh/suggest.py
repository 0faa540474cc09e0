"""Suggestions from the index's own words: what was meant, and how a word or a name goes on."""

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np

from archive.search.engine import NameKind
from archive.search.query.tree import Node
from archive.search.query.wording import corrected, spelled_words
from archive.search.whoosh.index.schema import SPELLINGS
from archive.search.whoosh.index.snapshot import Snapshot
from archive.search.words import LONGEST_TERM, Words, fold

#: Letters of a word from which it is worth a guess, and from which two of them may be wrong.
SHORTEST_GUESSED = 4
LONG_WORD = 8

#: The column of each kind of name; tags stand apart.
_COLUMNS = {"site": "site", "author": "author_name"}


def correction(snapshot: Snapshot, text: str, root: Node | None, languages: Sequence[Words]) -> str | None:
    """Return the query with each word that stands nowhere replaced by the commonest like it; `None` without one.

    `languages` are those of the texts.
    """
    written = {word: fold(word) for word in spelled_words(root)}
    guessed = {word for word in written.values() if len(word) >= SHORTEST_GUESSED and word.isalpha()}
    lacking = guessed - _standing(snapshot, guessed, languages)
    better = {word: _better(snapshot, word, languages) for word in sorted(lacking)}
    found = {word: better.get(plain) for word, plain in written.items()}
    return corrected(text, {word: replacement for word, replacement in found.items() if replacement is not None})


def completions(snapshot: Snapshot, begun: str, number: int) -> list[str]:
    """Return up to `number` words, commonest first, that begin as `begun` does."""
    return snapshot.expanded(SPELLINGS, fold(begun))[:number] if begun.strip() else []


def names(snapshot: Snapshot, kind: NameKind, begun: str, number: int) -> list[str]:
    """Return up to `number` sites, authors or tags of which a word begins as `begun` does, most texts first."""
    begun = fold(begun).strip()
    if not begun:
        return []
    if kind == "tag":
        known, counts = snapshot.tags.names, np.bincount(snapshot.tags.codes, minlength=len(snapshot.tags.names))
    else:
        column = snapshot.names(_COLUMNS[kind])
        known, counts = column.known, column.counts(snapshot.alive)
    fitting = re.compile(rf"(?<!\w){re.escape(begun)}")
    by_texts = (known[code] for code in np.argsort(-counts, kind="stable") if counts[code])
    return list(islice((name for name in by_texts if fitting.search(fold(name))), number))


def _standing(snapshot: Snapshot, words: set[str], languages: Sequence[Words]) -> set[str]:
    """Return those words that stand somewhere, be it in another form: to that, too, the search has led."""
    stems = {word: {language.stem(word) for language in languages} for word in words}
    spelled = snapshot.holding(SPELLINGS, words)
    stemmed = snapshot.holding("words", set().union(*stems.values()))
    return {word for word in words if spelled[word] or any(stemmed[stem] for stem in stems[word])}


def _better(snapshot: Snapshot, word: str, languages: Sequence[Words]) -> str | None:
    """Return the commonest word like one that stands nowhere."""
    swapped = [word[:at] + word[at : at + 2][::-1] + word[at + 2 :] for at in range(len(word[:LONGEST_TERM]) - 1)]
    spelled = snapshot.holding(SPELLINGS, swapped)
    near = [*snapshot.near(SPELLINGS, word, 1), *(other for other in swapped if spelled[other])]
    if not near:  # only another form of it is written
        standing = _standing(snapshot, set(swapped), languages)
        near = [other for other in swapped if other in standing]
    if not near and len(word) >= LONG_WORD:
        near = snapshot.near(SPELLINGS, word, 2)
    lists = snapshot.postings((SPELLINGS, other) for other in near)
    counts = {term: float(postings.weights.sum()) for (_, term), postings in lists.items()}
    return max(counts, key=lambda term: (counts[term], term), default=None)
