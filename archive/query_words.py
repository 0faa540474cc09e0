"""A query as understood, in words; and the filters chosen beside it, as parts of a query."""

from collections.abc import Iterable

from archive.errors import QueryError
from archive.query_dates import NotADateError, within
from archive.query_language import HAS
from archive.query_tree import All, Between, Named, Node, Not, Phrase, Word
from archive.results import FILTERS
from archive.search_words import is_stop_word

_NAMED = {
    "author_name": "by",
    "site": "on the site",
    "kind": "only",
    "platform": "on the platform",
    "language": "in the language",
    "thread": "in the thread",
    "tag": "tagged",
    "has": "with",
}
_FIELDS = {"title": "in the title", "author": "in the author's name", "tags": "among the tags"}


def chosen(filters: Iterable[tuple[str, str]]) -> list[Node]:
    """Return filters as parts of a query; raise `QueryError` on one there is not."""
    return [_filter(name, value) for name, value in filters]


def understood(root: Node | None, filters: Iterable[Node] = ()) -> str:
    """Return in words what is searched for."""
    parts = _flat(root)
    telling = [part for part in parts if not (isinstance(part, Word) and is_stop_word(part.text))]
    said = [_said(part) for part in (*(telling or parts), *filters)]
    return " · ".join(said) if said else "everything"


def dropped(root: Node | None) -> tuple[str, ...]:
    """Return the small words that are not searched for, as others say more."""
    words = [part for part in _flat(root) if isinstance(part, Word | Phrase)]
    small = [word for word in words if isinstance(word, Word) and _says_nothing(word)]
    return tuple(dict.fromkeys(word.text for word in small)) if len(small) < len(words) else ()


def _says_nothing(word: Word) -> bool:
    return is_stop_word(word.text) and word.field is None and not (word.must or word.prefix)


def _filter(name: str, value: str) -> Node:
    if name not in FILTERS:
        raise QueryError(f"there is no filter {name!r}; there are {', '.join(FILTERS)}")
    if name in {"year", "month"}:
        try:
            return within(value)
        except NotADateError as error:
            raise QueryError(f"{value!r} is not a {name}") from error
    if name == "has" and value not in HAS:
        raise QueryError(f"there is no {value!r} to filter by; there are {', '.join(dict.fromkeys(HAS.values()))}")
    return Named("author_name" if name == "author" else name, HAS[value] if name == "has" else value, exact=True)


def _flat(root: Node | None) -> list[Node]:
    if root is None:
        return []
    return list(root.parts) if isinstance(root, All) else [root]


def _said(node: Node) -> str:
    if isinstance(node, Word | Phrase):
        return _said_word(node)
    if isinstance(node, Named):
        return f"{_NAMED[node.name]} {node.value}{'s' if node.name == 'kind' else ''}"
    if isinstance(node, Between):
        return node.said
    if isinstance(node, Not):
        return f"not {_said(node.part)}"
    joint = " and " if isinstance(node, All) else " or "
    return f"({joint.join(_said(part) for part in node.parts)})"


def _said_word(node: Word | Phrase) -> str:
    text = f"“{' '.join(node.words)}”" if isinstance(node, Phrase) else node.text
    if isinstance(node, Word):
        text = f"{text}…" if node.prefix else f"{text} (or nearly so)" if node.fuzzy else text
    return f"{text} {_FIELDS[node.field]}" if node.field else text
