"""What texts are about: their telling words, and the other posts that hold these."""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from archive.search.engine import RELATED_SECONDS
from archive.search.query.tree import Either, Named, Node, Not, Word
from archive.search.results import Hit, Query
from archive.search.snippets import hits
from archive.search.whoosh.evaluate import Evaluation
from archive.search.whoosh.index.snapshot import Snapshot
from archive.search.whoosh.page import ordered
from archive.search.words import SHOWN_WORDS, WORD, Words, is_stop_word, words_of

#: Words of a post by which related ones are found.
TELLING = 20
#: Hits whose words are weighed, and characters of each text read for them.
WEIGHED_HITS = 30
MOST_CHARACTERS = 20_000
#: Words whose rarity is looked up, those that count most.
MOST_WEIGHED = 300
#: Shorter words tell little.
SHORTEST = 3

#: How often a word of the title counts.
_TITLE = 3
#: How soon repeated words stop counting.
_SATURATION = 1.2


def related(snapshot: Snapshot, post_id: str, number: int) -> tuple[Hit, ...]:
    """Return the posts nearest to one by its telling words; none when it is not there or says nothing."""
    document = snapshot.numbers_of([post_id]).get(post_id)
    telling = [] if document is None else telling_words(snapshot, [document], TELLING)
    if not telling:
        return ()
    filters: list[Node] = [Named("kind", "post", exact=True), Not(Named("thread", post_id))]
    evaluation = Evaluation(snapshot, time.monotonic() + RELATED_SECONDS)
    matches = evaluation.find(Either(tuple(map(Word, telling))), filters)
    numbers = ordered(snapshot, matches, np.flatnonzero(matches.mask), Query(per_page=number))
    return tuple(hits(snapshot.documents(numbers, matches.scores), matches.terms))


def key_terms(snapshot: Snapshot, root: Node, number: int) -> tuple[str, ...]:
    """Return the words that tell the best hits of a query from other texts, without those of the query."""
    matches = Evaluation(snapshot, time.monotonic() + RELATED_SECONDS).find(root)
    best = ordered(snapshot, matches, np.flatnonzero(matches.mask), Query(per_page=WEIGHED_HITS))
    return tuple(telling_words(snapshot, best, number, besides=matches.terms))


def telling_words(
    snapshot: Snapshot, documents: Iterable[int], number: int, besides: Iterable[str] = ()
) -> list[str]:
    """Return the words, as most often written, that stand often in some documents and seldom elsewhere."""
    weights: dict[str, float] = defaultdict(float)
    written: Counter[tuple[str, str]] = Counter()
    for values in snapshot.stored(documents):
        for term, times in _terms(values, written).items():
            weights[term] += times / (times + _SATURATION)
    for term in besides:
        weights.pop(term, None)
    heaviest = sorted(weights, key=lambda term: (-weights[term], term))[:MOST_WEIGHED]
    telling = {
        term: weights[term] * math.log(1 + snapshot.size / holding)
        for term, holding in snapshot.holding("words", heaviest).items()
        if holding > 1  # a word of one text leads to no other
    }
    best = sorted(telling, key=lambda term: (-telling[term], term))[:number]
    commonest = {term: word for (term, word), _ in reversed(written.most_common()) if term in telling}
    return [commonest[term] for term in best]


def _terms(values: dict[str, Any], written: Counter[tuple[str, str]]) -> dict[str, int]:
    """Return how often each term stands in a text, and note how it is written."""
    words = words_of(values["borrowed"]["language"])
    counts: dict[str, int] = defaultdict(int)
    for text, weight in ((values["title"] or "", _TITLE), (values["text"][:MOST_CHARACTERS], 1)):
        for word, times in Counter(WORD.findall(text.lower())).items():
            term = _telling_term(words, word)
            if term is not None:
                counts[term] += times * weight
                written[term, word] += times
    return counts


@lru_cache(maxsize=SHOWN_WORDS)
def _telling_term(words: Words, word: str) -> str | None:
    """Return the term of a word; `None` for one that tells nothing."""
    if len(word) < SHORTEST or not word.isalpha() or is_stop_word(word):
        return None
    ((term, _), *_), places = words(word)
    return term if places == 1 else None  # a run of a script without spaces is no word
