"""Documents as hits: what is shown of a text that was found, and where the words of the query stand in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from archive.records.titles import above_text
from archive.search.results import Hit, Kind, Place, Snippet
from archive.search.snippets import marked, snippet
from archive.search.whoosh.evaluate import Found
from archive.search.whoosh.folding import MOST_NAMED
from archive.search.whoosh.index.schema import TAGS_BETWEEN
from archive.search.whoosh.snapshot import Snapshot
from archive.search.words import Words, words_of

_NOT_MORE: Mapping[int, int] = {}
_NO_COPIES: Mapping[int, Sequence[int]] = {}


def hits(
    snapshot: Snapshot,
    numbers: Sequence[int],
    found: Found,
    *,
    more: Mapping[int, int] = _NOT_MORE,
    copies: Mapping[int, Sequence[int]] = _NO_COPIES,
) -> tuple[Hit, ...]:
    """Return documents as hits, in the order of their numbers.

    `more` says of how many each stands for its thread, and `copies` for which that say the same.
    """
    shown = (
        (_hit(snapshot, number, snapshot.hit(number), found, more.get(number, 0)), copies.get(number, ()))
        for number in numbers
    )
    return tuple(replace(hit, **_also(snapshot, found, others)) if others else hit for hit, others in shown)


def _also(snapshot: Snapshot, found: Found, others: Sequence[int]) -> dict[str, Any]:
    also = tuple(_hit(snapshot, number, snapshot.hit(number), found, 0) for number in others[:MOST_NAMED])
    return {"copies": len(others), "also": also}


def _hit(snapshot: Snapshot, number: int, values: Mapping[str, Any], found: Found, more: int) -> Hit:
    kind: Kind = "post" if values["id"] == values["post_id"] else "comment"
    borrowed, title, author = values["borrowed"], values["title"], values["author"]
    words = words_of(borrowed["language"])
    passage = snippet(_below_title(values["text"], title), found.terms, words)
    heading = marked(title, found.terms, words) if title else ()
    tags = _tags(snapshot, number, found, words) if kind == "post" else ()
    seen: dict[Place, bool] = {
        "title": _any(heading),
        "text": _any(passage),
        "author": bool(author) and _any(marked(author, found.terms, words)),
        "tags": bool(tags),
        "site": _any(marked(borrowed["site"], found.terms, words)),
    }
    return Hit(
        id=values["id"],
        kind=kind,
        post_id=values["post_id"],
        url=values["url"],
        title=title,
        author=author,
        site=borrowed["site"],
        language=borrowed["language"],
        published=values["published"],
        published_precision=values["published_precision"],
        score=float(found.scores[number]),
        snippet=passage,
        heading=heading,
        matched=tuple(place for place, there in seen.items() if there),
        tags=tags,
        more=more,
    )


def _below_title(text: str, title: str | None) -> str:
    """Return a text without the title that its page says again: a snippet stands below the title."""
    paragraphs = text.split("\n\n", 2)
    above = above_text(paragraphs, title)
    return "\n\n".join(paragraphs[above:]) if above else text


def _tags(snapshot: Snapshot, number: int, found: Found, words: Words) -> tuple[str, ...]:
    if not found.terms:
        return ()
    column = snapshot.names("tag_names")
    tags = column.names[column.codes[number]].split(TAGS_BETWEEN)
    return tuple(tag for tag in tags if _any(marked(tag, found.terms, words)))


def _any(runs: Snippet) -> bool:
    return any(is_marked for _, is_marked in runs)
