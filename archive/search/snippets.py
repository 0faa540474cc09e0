"""Texts as hits: the passage that shows best why each was found, and where the words of the query stand in it.

Passages and marked lines are runs of `(text, matched)`, the same for any engine and for the pages of posts.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.records.models import Precision, parse_time
from archive.search.results import Hit, Kind, Place, Snippet
from archive.search.words import WORD, words_of

#: Words of what may stand above a title: a category, a series, "Essay".
KICKER_WORDS = 4
#: Characters by which a title may be longer on the page than in its record: marks, spaces.
_LONGER = 20

_TITLE_WORD = re.compile(r"\w+")

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


#: Start, end and term of a word that matches.
Match = tuple[int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What an engine holds of one text, as far as a hit shows it."""

    id: str
    #: The text's own id where it is a post.
    post_id: str
    url: str
    #: The post's title, also for a comment.
    title: str | None
    author: str | None
    site: str
    language: str | None
    #: ISO 8601, as the record states it.
    published: str | None
    published_precision: Precision | None
    text: str
    #: Tags and categories of a post, folded.
    tags: tuple[str, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Marking:
    """The words of a query, to be marked in whole texts."""

    terms: frozenset[str] = frozenset()

    def __call__(self, text: str, language: str | None) -> Snippet:
        """Return all of a line or paragraph in a language as runs."""
        return marked(text, self.terms, language)


def hits(documents: Sequence[Document], terms: frozenset[str]) -> list[Hit]:
    """Return documents as hits, in their order, with `terms` marked, each standing for itself alone."""
    texts = [below_title(document.text, document.title) for document in documents]
    moments = [parse_time(document.published) if document.published else None for document in documents]
    fields = [
        (text[:MOST_CHARACTERS], document.title or "", document.author or "", document.site, *document.tags)
        for document, text in zip(documents, texts, strict=True)
    ]
    matches = _matches(fields, [document.language for document in documents], terms)
    return list(map(_hit, documents, texts, moments, matches))


def snippet(text: str, terms: Collection[str], language: str | None) -> Snippet:
    """Return the best passage of a text in a language, its beginning when no word of it is among `terms`."""
    ((matches,),) = _matches([(text[:MOST_CHARACTERS],)], [language], frozenset(terms))
    return _passage(text, matches)


def marked(text: str, terms: Collection[str], language: str | None) -> Snippet:
    """Return all of a line or paragraph in a language as runs."""
    ((matches,),) = _matches([(text,)], [language], frozenset(terms))
    return _line(text, matches)


def _hit(document: Document, text: str, moment: datetime | None, matches: list[list[Match]]) -> Hit:
    kind: Kind = "post" if document.id == document.post_id else "comment"
    in_text, in_title, in_author, in_site, *in_tags = matches
    passage = _passage(text, in_text)
    tags = tuple(tag for tag, in_tag in zip(document.tags, in_tags, strict=True) if in_tag) if kind == "post" else ()
    seen: dict[Place, bool] = {
        "title": bool(in_title),
        "text": any(is_marked for _, is_marked in passage),
        "author": bool(in_author),
        "tags": bool(tags),
        "site": bool(in_site),
    }
    return Hit(
        id=document.id,
        kind=kind,
        post_id=document.post_id,
        url=document.url,
        title=document.title,
        author=document.author,
        site=document.site,
        language=document.language,
        published=moment,
        published_precision=document.published_precision,
        score=document.score,
        snippet=passage,
        heading=_line(document.title or "", in_title),
        matched=tuple(place for place, there in seen.items() if there),
        tags=tags,
    )


def _line(text: str, matches: list[Match]) -> Snippet:
    runs: list[tuple[str, bool]] = []
    at = 0
    for start, end, _ in matches:
        runs += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(run for run in (*runs, (text[at:], False)) if run[0])


def _passage(text: str, matches: list[Match]) -> Snippet:
    start, end = _bounds(text, matches)
    return tuple(_runs(text, start, end, matches))


def _matches(
    fields: Sequence[Sequence[str]], languages: Sequence[str | None], terms: frozenset[str]
) -> list[list[list[Match]]]:
    """Return the matches in each text of each document; all likely words are cut into terms at once."""
    likely = [[_likely(text, terms) for text in texts] for texts in fields]
    written: dict[str | None, set[str]] = {}
    for language, texts, places in zip(languages, fields, likely, strict=True):
        among = written.setdefault(language, set())
        for text, spans in zip(texts, places, strict=True):
            among.update([text[start:end] for start, end in spans])
    matching = {language: words_of(language).matching(among, terms) for language, among in written.items()}
    return [
        [_chosen(text, spans, matching[language]) for text, spans in zip(texts, places, strict=True)]
        for language, texts, places in zip(languages, fields, likely, strict=True)
    ]


def _chosen(text: str, likely: Iterable[tuple[int, int]], matching: Mapping[str, str]) -> list[Match]:
    """Return the words that match among those that are likely to, none within another."""
    matches: list[Match] = []
    for start, end in likely:
        term = matching.get(text[start:end])
        if term is not None and (not matches or start >= matches[-1][1]):
            matches.append((start, end, term))
            if len(matches) >= MOST_MATCHES:
                break
    return matches


def _likely(text: str, terms: frozenset[str]) -> list[tuple[int, int]]:
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


def _bounds(text: str, matches: list[Match]) -> tuple[int, int]:
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


def _runs(text: str, start: int, end: int, matches: list[Match]) -> list[tuple[str, bool]]:
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


def above_text(paragraphs: Sequence[str], title: str | None) -> int:
    """Return how many of the first paragraphs are the title or stand above it; 0 where nothing would be left."""
    wanted = _words(title or "")
    for number, paragraph in enumerate(paragraphs[:2] if wanted else (), start=1):
        if len(paragraph) > len(title or "") + _LONGER and len(paragraph.split()) > KICKER_WORDS:
            return 0
        words = _words(paragraph)
        if words == wanted:
            return number if len(paragraphs) > number else 0
        if len(words) > KICKER_WORDS:
            return 0
    return 0


def below_title(text: str, title: str | None) -> str:
    """Return a text without the title that its page says again, and what stands above that."""
    paragraphs = text.split("\n\n", 2)
    above = above_text(paragraphs, title)
    return "\n\n".join(paragraphs[above:]) if above else text


def _words(text: str) -> list[str]:
    return _TITLE_WORD.findall(text.casefold())
