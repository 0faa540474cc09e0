"""Which documents a query finds, and how well: array operations over a snapshot.

Every document has a place in dense arrays: a part of a query gives a mask of documents and adds to their scores.
The words of a query are cut into terms, and the first of their posting lists read, in one step before that.
A query past its deadline finds no more: what it found is right, and fewer than there are.
"""

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain, pairwise

import numpy as np

from archive.records.addresses import spellings
from archive.records.models import post_id
from archive.search.query.tree import Address, All, Between, Either, Named, Node, Not, Phrase, Word
from archive.search.whoosh.index.postings import Documents, Postings, Weights, following, near
from archive.search.whoosh.index.schema import NO_DATE, SPELLINGS, key_of
from archive.search.whoosh.index.snapshot import K1, Mask, Snapshot
from archive.search.words import Terms, Words, fold, stop_words, words_of, written_as

#: A query whose words stand together in fewer texts than this also finds texts with some of them.
ENOUGH = 10

#: How much two words of a query that follow each other count against one of them, among how many documents.
LIFT = 0.5
LIFTED = 300

#: What a text scores for standing at an address asked for, a post twice: more than words do.
AT_ADDRESS = np.float32(1000.0)

#: Posting lists at hand for a second reading: the words of an ordinary query.
MOST_READ = 4

#: Letters of a word from which two may be wrong instead of one.
LONG_WORD = 8


@dataclass(frozen=True, slots=True)
class Matches:
    """The documents a query finds."""

    mask: Mask
    scores: Weights
    #: Where all words stand; `None` when that is asked of every document found.
    whole: Mask | None
    cut: bool
    #: Terms to mark in snippets.
    terms: frozenset[str]


class Evaluation:
    """One evaluation of one query."""

    def __init__(self, snapshot: Snapshot, deadline: float) -> None:
        """Evaluate until `deadline`, a time of `time.monotonic`."""
        self._snapshot = snapshot
        self._deadline = deadline
        self._scores = np.zeros(snapshot.size, np.float32)
        self._cut = False
        self._terms: set[str] = set()
        #: What was read last, as the segments' lists are joined anew each time.
        self._read: dict[tuple[str, str], Postings] = {}
        #: How words become terms in each language of the texts, English first, and the terms of the query's words.
        self.languages: list[Words] = []
        self._known: list[tuple[Words, Mapping[str, Terms]]] = []

    def find(self, root: Node, filters: Sequence[Node] = ()) -> Matches:
        """Return what `root` finds among what all `filters` let pass."""
        languages = [None, *self._snapshot.names("language").names]
        texts = list(dict.fromkeys(text for part in (root, *filters) for text in _texts(part)))
        self.languages = list(dict.fromkeys(map(words_of, languages)))
        self._known = [(words, words.terms_of(texts)) for words in self.languages]
        stops = stop_words(texts)
        telling = _telling_words(root, stops)
        required, soft = _parted(root, telling)
        self._read_ahead((*required, *soft))
        allowed = self._snapshot.alive
        for part in (*filters, *required):
            allowed = allowed & self._mask(part)
        masks = [self._mask(word) for word in soft]
        every = _every([allowed, *masks])
        whole = None
        if len(masks) > 1 and np.count_nonzero(every) < ENOUGH:
            some = allowed & _any(masks)
            if np.count_nonzero(some) > np.count_nonzero(every):
                every, whole = some, every
        self._lift_near_words(telling, every)
        return Matches(every, self._scores, whole, self._cut, frozenset(self._terms))

    def _read_ahead(self, parts: Iterable[Node]) -> None:
        """Read the first posting lists that some parts ask for, all at once."""
        words = [part for part in parts if isinstance(part, Word) and not (part.prefix or part.fuzzy)]
        lists = {(word.field or "words", term): None for word in words for term in chain(*self._alternatives(word))}
        self._read = self._snapshot.postings(list(lists)[:MOST_READ])

    def _lift_near_words(self, words: list[Word], mask: Mask) -> None:
        """Lift the best documents in which words that follow each other in the query stand near each other."""
        best = np.flatnonzero(mask)
        if len(best) > LIFTED:
            best = best[np.argpartition(-self._scores[best], LIFTED)[:LIFTED]]
        among: Documents = np.sort(best).astype(np.int32)
        for left, right in pairwise(words):
            if time.monotonic() > self._deadline:
                return
            pair = [self._postings("words", term) for word in (left, right) for term in self._only_term(word)]
            if len(pair) == 2 and left != right:  # noqa: PLR2004 (a pair)
                documents, weights = near(among, *pair)
                rarity = sum(self._rarity(len(postings.documents)) for postings in pair) / 2
                self._scores[documents] += LIFT * self._bm25(documents, weights, rarity)

    def _only_term(self, word: Word) -> tuple[str, ...]:
        terms = _parts(self._known[0][1][word.text])
        return () if word.prefix or word.fuzzy or len(terms) > 1 else terms

    def _postings(self, field: str, term: str) -> Postings:
        if (field, term) not in self._read:
            if len(self._read) >= MOST_READ:
                self._read.clear()
            self._read |= self._snapshot.postings([(field, term)])
        return self._read[field, term]

    def _mask(self, node: Node, *, wanted: bool = True) -> Mask:
        if time.monotonic() > self._deadline:
            self._cut = True
            return np.full(self._snapshot.size, not wanted)  # what must not stand in a text then stands in all
        return self._of[type(node)](self, node, wanted)

    def _all(self, node: All, wanted: bool) -> Mask:
        return _every(self._mask(part, wanted=wanted) for part in node.parts)

    def _either(self, node: Either, wanted: bool) -> Mask:
        return _any(self._mask(part, wanted=wanted) for part in node.parts)

    def _not(self, node: Not, wanted: bool) -> Mask:
        return ~self._mask(node.part, wanted=not wanted)

    def _named(self, node: Named, wanted: bool) -> Mask:  # noqa: ARG002 (one signature for all)
        if node.name == "thread":
            inside: Mask = self._snapshot.post_keys == np.uint64(key_of(node.value))
            return inside
        if node.name == "has":
            return self._snapshot.having(node.value)
        if node.name == "tag":
            return self._tagged(fold(node.value))
        test = str.__eq__ if node.exact else _SAME.get(node.name, str.__eq__)
        value = fold(node.value)
        mask: Mask = self._snapshot.names(node.name).fitting(lambda name: test(name, value))
        return mask

    def _address(self, node: Address, wanted: bool) -> Mask:
        keys = np.array([key_of(post_id(url)) for url in dict.fromkeys(spellings(node.url))], np.uint64)
        inside: Mask = np.isin(self._snapshot.post_keys, keys)
        if wanted:
            self._scores[inside] += np.where(self._snapshot.kinds_are_posts[inside], 2 * AT_ADDRESS, AT_ADDRESS)
        return inside | self._phrase(Phrase(node.words), wanted) if node.words else inside

    def _between(self, node: Between, wanted: bool) -> Mask:  # noqa: ARG002 (one signature for all)
        values = self._snapshot.lengths if node.name == "words" else self._snapshot.dates
        mask: Mask = self._snapshot.months != 0 if node.name == "month" else values != NO_DATE
        if node.least is not None:
            mask &= values >= node.least
        if node.most is not None:
            mask &= values <= node.most
        return mask

    def _tagged(self, tag: str) -> Mask:
        tags, mask = self._snapshot.tags, np.zeros(self._snapshot.size, np.bool_)
        if tag in tags.names:
            mask[tags.documents[tags.codes == tags.names.index(tag)]] = True
        return mask

    def _word(self, node: Word, wanted: bool) -> Mask:
        alternatives = self._alternatives(node)
        if wanted:
            self._terms.update(term for terms in alternatives for term in terms)
        found = [self._sequence(node.field or "words", terms) for terms in alternatives]
        return self._matched(found, wanted)

    def _phrase(self, node: Phrase, wanted: bool) -> Mask:
        alternatives = dict.fromkeys(
            tuple(term for word in node.words for term in _parts(known[word])) for _, known in self._known
        )
        if wanted:
            self._terms.update(term for terms in alternatives for term in terms)
        return self._matched([self._sequence(node.field or "words", terms) for terms in alternatives], wanted)

    def _alternatives(self, node: Word) -> list[tuple[str, ...]]:
        """Return the terms, one or several behind each other, by which texts hold a word in any language."""
        return list(
            dict.fromkeys(terms for words, known in self._known for terms in self._expanded(node, words, known))
        )

    def _expanded(self, node: Word, words: Words, known: Mapping[str, Terms]) -> list[tuple[str, ...]]:
        field = node.field or "words"
        if node.prefix:
            # The index holds stems: those that begin so, and those of the words that do.
            begun = self._snapshot.expanded(field, fold(node.text))
            spelled = self._snapshot.expanded(SPELLINGS, fold(node.text))
            return [(term,) for term in dict.fromkeys([*begun, *(_parts(words(word))[0] for word in spelled)])]
        terms = known[node.text]
        parts = _parts(terms)
        if node.fuzzy and len(parts) == 1:
            written = fold(node.text)
            near = self._snapshot.near(SPELLINGS, written, 1 if len(written) < LONG_WORD else 2)
            return [parts, *(_parts(words(word)) for word in near)]
        joined = [(term,) for term, place in terms[0] if not place and term not in parts]
        return [parts, *joined] if len(parts) > 1 else [parts]

    def _sequence(self, field: str, terms: tuple[str, ...]) -> Postings:
        if len(terms) == 1:
            return self._postings(field, terms[0])
        return following([self._postings(field, term) for term in terms])

    def _matched(self, found: list[Postings], wanted: bool) -> Mask:
        mask = np.zeros(self._snapshot.size, np.bool_)
        found = [postings for postings in found if len(postings.documents)]
        if not found:
            return mask
        if len(found) == 1:
            documents, weights = found[0].documents, found[0].weights
        else:
            summed = np.zeros(self._snapshot.size, np.float32)
            for postings in found:
                summed[postings.documents] += postings.weights
            documents = np.flatnonzero(summed).astype(np.int32)
            weights = summed[documents]
        mask[documents] = True
        if wanted:
            self._scores[documents] += self._bm25(documents, weights, self._rarity(len(documents)))
        return mask

    def _rarity(self, holding: int) -> float:
        return math.log(1 + (self._snapshot.size - holding + 0.5) / (holding + 0.5))

    def _bm25(self, documents: Documents, weights: Weights, rarity: float) -> Weights:
        norms = self._snapshot.length_norms[documents]
        scores: Weights = np.float32(rarity * (K1 + 1)) * weights / (weights + norms)
        return scores

    _of: dict[type, Callable[..., Mask]] = {  # noqa: RUF012 (a table of methods, never changed)
        All: _all,
        Either: _either,
        Not: _not,
        Named: _named,
        Address: _address,
        Between: _between,
        Word: _word,
        Phrase: _phrase,
    }


def _every(masks: Iterable[Mask]) -> Mask:
    return reduce(np.logical_and, masks)


def _any(masks: Iterable[Mask]) -> Mask:
    return reduce(np.logical_or, masks)


def _parts(terms: Terms) -> tuple[str, ...]:
    """Return the terms that follow each other; of an amount, the one with its currency."""
    pairs, width = terms
    if width == 1:
        return (pairs[-1][0],)
    return tuple(term for term, _ in pairs[:width])


def _texts(node: Node) -> Iterator[str]:
    """Yield the words of all parts of a query."""
    if isinstance(node, Word):
        yield node.text
    elif isinstance(node, Phrase | Address):
        yield from node.words
    elif isinstance(node, Not):
        yield from _texts(node.part)
    elif isinstance(node, All | Either):
        for part in node.parts:
            yield from _texts(part)


def _telling_words(root: Node, stops: Collection[str]) -> list[Word]:
    """Return the words asked for anywhere in a text, without those that say nothing."""
    parts = root.parts if isinstance(root, All) else (root,)
    words = [part for part in parts if isinstance(part, Word) and part.field is None]
    return [word for word in words if word.prefix or word.text not in stops]


def _parted(root: Node, telling: list[Word]) -> tuple[list[Node], list[Word]]:
    """Return what every hit must have, and the plain words of which some may lack."""
    parts = list(root.parts) if isinstance(root, All) else [root]
    soft = [part for part in parts if isinstance(part, Word) and part.field is None and not part.must]
    required = [part for part in parts if not (isinstance(part, Word) and part.field is None and not part.must)]
    some = [word for word in telling if not word.must]
    if not some and not any(isinstance(part, Word | Phrase) for part in required):
        some = soft
    return required, some


def _same_site(name: str, value: str) -> bool:
    return name == value or name.endswith(f".{value}") or ("." not in value and value in name.split("."))


def _same_language(name: str, value: str) -> bool:
    return written_as(name) == written_as(value)


#: How a name of a text and one that is asked for are compared, where not all of it must be the same.
_SAME = {"site": _same_site, "language": _same_language}
