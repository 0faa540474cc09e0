"""Words: how a text is cut into terms, the same for the index, for queries and for snippets.

A word is folded (case, accents, typographic apostrophes) and stemmed by the language of its text. What is written
with a hyphen, a dot or an ampersand stands in the index in parts and joined, so that "cold-email", "cold email" and
"coldemail" find each other; an amount stands with and without its currency.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from whoosh.lang import has_stemmer, stemmer_for_language

#: A run of letters and digits with inner apostrophes, joined by hyphens, dots, commas or ampersands; an amount may
#: begin with its currency.
WORD = re.compile(r"(?:[$€£](?=\d))?[^\W_]+(?:['’ʼ\-‐‑.,&][^\W_]+)*[+#]*")

#: No word is longer in the index; what is longer is rubbish (base64, minified code).
LONGEST_TERM = 64

#: Words of an unquoted query that say nothing when others stand beside them.
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing down during each few for from further had has have having he her
    here hers him his how however i if in into is it its itself just me more most my no nor not now of off on once
    only or other our ours out over own same she should so some such than that the their theirs them then there
    these they this those through to too under until up upon us very was we were what when where which while who
    whom whose why will with would you your yours
    """.split()  # noqa: SIM905 (a list of 150 quoted words is not read)
)

#: A term and its place counted from the word's own, for each term of a written word; and how many places it takes.
Terms = tuple[tuple[tuple[str, int], ...], int]

_SEPARATORS = re.compile(r"[\-‐‑.,&]")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?[^\W_]*")
_DECIMAL = re.compile(r"\d+[.,]\d+[^\W_]*")
#: Scripts written without spaces: each character is a term, a run is a phrase.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
)
#: Languages that write short words before a vowel without theirs, and these words: l'équipe, dell'azienda.
_ELIDED = {
    "fr": re.compile(r"(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu)['’ʼ]([^\W_]{2,})", re.IGNORECASE),
    "it": re.compile(r"(?:[cdlmstv]|(?:al|dal|del|nel|sul|col)?l|un|quest)['’ʼ]([^\W_]{2,})", re.IGNORECASE),
}
#: The two written forms of Norwegian: pages state one of them or the language, and Whoosh has one stemmer for both.
_WRITTEN_AS = {"nb": "no", "nn": "no"}
_APOSTROPHES = re.compile("['’ʼ]")
#: Letters that Unicode does not take apart, as they are written where a keyboard lacks them: Bjørn, Łukasz, cœur.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})

#: Cache sizes, in words of a language at about 700 bytes each, for a long-running server and for a one-pass indexer.
SHOWN_WORDS = 20_000
INDEXED_WORDS = 200_000


def fold(text: str) -> str:
    """Return `text` in lower case and in plain letters, without accents, typographic apostrophes made plain."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    return _APOSTROPHES.sub("'", "".join(letter for letter in apart if not unicodedata.combining(letter)))


class Words:
    """The terms of one language's words; remembers the words it met."""

    def __init__(self, language: str, remembered: int) -> None:
        """Use the stemmer of a language that has one, and remember so many words at most."""
        self._stem: Callable[[str], str] = stemmer_for_language(language)
        self._elided = _ELIDED.get(language)
        self._remembered = remembered
        self._known: dict[str, Terms] = {}

    def __call__(self, word: str) -> Terms:
        """Return the terms of a word as `WORD` finds it."""
        known = self._known
        if word not in known:
            if len(known) >= self._remembered:
                known.clear()
            known[word] = self._terms(word)
        return known[word]

    def terms_of(self, written: Iterable[str]) -> dict[str, Terms]:
        """Return the terms of each of these words."""
        return {word: self(word) for word in written}

    def matching(self, written: Iterable[str], terms: Collection[str]) -> dict[str, str]:
        """Return those of some words that give one of `terms`, each with the first that it gives."""
        firsts = ((word, next((term for term, _ in self(word)[0] if term in terms), None)) for word in written)
        return {word: term for word, term in firsts if term is not None}

    def stem(self, word: str) -> str:
        """Return the one term of a word that has no inner signs."""
        return fold(self._stem(_APOSTROPHES.sub("'", word.lower()))).replace("'", "")[:LONGEST_TERM]

    def _terms(self, word: str) -> Terms:
        bare = word.lstrip("$€£")
        currency = word[: len(word) - len(bare)]
        if _THOUSANDS.fullmatch(bare) or _DECIMAL.fullmatch(bare):
            number = fold(bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare.replace(",", "."))
            return _with_currency(number[:LONGEST_TERM], currency)
        if _UNSPACED.search(bare):
            characters = [letter for letter in fold(bare) if letter.isalnum()]
            return tuple((letter, place) for place, letter in enumerate(characters)), max(1, len(characters))
        if self._elided is not None and (elided := self._elided.fullmatch(bare)):
            return ((self.stem(bare), 0), (self.stem(elided[1]), 0)), 1
        parts = [self.stem(part) for part in _SEPARATORS.split(bare)]
        if len(parts) == 1:
            return _with_currency(parts[0], currency)
        joined = self.stem(_SEPARATORS.sub("", bare))
        return (*((part, place) for place, part in enumerate(parts)), (joined, 0)), len(parts)


def words_of(language: str | None, *, remembered: int = SHOWN_WORDS) -> Words:
    """Return the words of a language by its ISO 639-1 code; English for `None` and for languages without stemmer."""
    known = written_as(language or "")
    return _words(known if known and has_stemmer(known) else "en", remembered)


def written_as(language: str) -> str:
    """Return the code of a language by that of one of its written forms."""
    return _WRITTEN_AS.get(language, language)


def is_stop_word(word: str) -> bool:
    """Tell whether an unquoted word of a query says nothing."""
    return fold(word).replace("'", "") in STOP_WORDS


def stop_words(words: Iterable[str]) -> set[str]:
    """Return those of the unquoted words of a query that say nothing."""
    return {word for word in words if is_stop_word(word)}


_words = lru_cache(maxsize=64)(Words)


def _with_currency(term: str, currency: str) -> Terms:
    return (((term, 0), (currency + term, 0)) if currency else ((term, 0),)), 1
