"""A query as understood, in words, and what is to be said about its hits; the filters chosen beside it, as a tree."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import TypeGuard

from archive.errors import QueryError
from archive.search.query.dates import NotADateError, within
from archive.search.query.properties import HAS
from archive.search.query.tree import Address, All, Between, Either, Named, Node, Not, ParsedQuery, Phrase, Word
from archive.search.results import FILTERS
from archive.search.words import stop_words

#: Said where there is no index.
NOTHING_INDEXED = "Nothing is indexed yet; crawl a site, or run `sales-archive index`."

_NAMED = {
    "author_name": "by",
    "site": "on the site",
    "kind": "only",
    "platform": "on the platform",
    "language": "in the language",
    "tag": "tagged",
}
_HAD = {"comments": "with comments", "author-reply": "with an answer by the author", "date": "with a date"}
_FIELDS = {"title": "in the title", "author": "in the author's name", "tags": "among the tags"}


def chosen(filters: Iterable[tuple[str, str]]) -> list[Node]:
    """Return filters as parts of a query; raise `QueryError` on one there is not."""
    return [_filter(name, value) for name, value in filters]


def understood(root: Node | None, filters: Iterable[Node] = (), without: Collection[str] | None = None) -> str:
    """Return in words what is searched for: posts and comments with “cold” and “email”, from 2015 on.

    `without` are the small words that are not searched for, if the caller has them already.
    """
    small = set(dropped(root) if without is None else without)
    parts = [part for part in (*_flat(root), *filters) if not (isinstance(part, Word) and part.text in small)]
    if not parts:
        return "everything"
    kinds = dict.fromkeys(f"{part.value}s" for part in parts if _is_kind(part))
    words = [_said(part) for part in parts if isinstance(part, Word | Phrase | Either | All)]
    others = [_said(part) for part in parts if not (isinstance(part, Word | Phrase | Either | All) or _is_kind(part))]
    held = f" with {' and '.join(words)}" if words else ""
    return ", ".join([f"{' that are '.join(kinds) or 'posts and comments'}{held}", *others])


def dropped(root: Node | None) -> tuple[str, ...]:
    """Return the small words that are not searched for, as others say more."""
    words = [part for part in _flat(root) if isinstance(part, Word | Phrase)]
    plain = [word for word in words if isinstance(word, Word) and _is_plain(word)]
    stops = stop_words(word.text for word in plain)
    small = [word for word in plain if word.text in stops]
    return tuple(dict.fromkeys(word.text for word in small)) if len(small) < len(words) else ()


def message(parsed: ParsedQuery, total: int, *, whole: int | None = None, cut: bool = False) -> str | None:
    """Return what to say about the hits of a query, in sentences; `None` where there is nothing to say.

    `total` texts were found, of which `whole` have all the words, `None` when all have; `cut` when time was up.
    """
    remarks = list(parsed.remarks)
    if whole is not None:
        remarks.append(_some_words(whole))
    if not total and isinstance(parsed.root, Address):
        remarks.append("Nothing at this address is archived, and no text quotes it")
    if cut:
        remarks.append("The search took too long and was cut short: there is more than is shown")
    return _sentences(remarks)


def nothing_to_search(parsed: ParsedQuery) -> str | None:
    """Return what to say about a query that holds nothing to search for."""
    return _sentences(parsed.remarks or ["The query holds nothing to search for"])


def spelled_words(root: Node | None) -> list[str]:
    """Return the words that are to stand just so in a text or its title, and may be misspelled, each once."""
    return list(dict.fromkeys(_spelled(root)))


def corrected(text: str, better: Mapping[str, str]) -> str | None:
    """Return a query with words replaced by better ones; `None` where that changes nothing."""
    changed = text
    for word, replacement in better.items():
        changed = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", replacement, changed)
    return changed if changed != text else None


def _spelled(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, All | Either):
        return tuple(word for part in node.parts for word in _spelled(part))
    if isinstance(node, Phrase):
        return node.words if node.field in {None, "title"} else ()
    if isinstance(node, Word) and node.field in {None, "title"} and not (node.prefix or node.fuzzy):
        return (node.text,)
    return ()


def _some_words(whole: int) -> str:
    if not whole:
        return "No text holds all the words; these hold some of them"
    return f"Only {whole} {'text holds' if whole == 1 else 'texts hold'} all the words; the others hold some of them"


def _sentences(remarks: Iterable[str]) -> str | None:
    return " ".join(f"{remark[:1].upper()}{remark[1:].removesuffix('.')}." for remark in remarks) or None


def _is_kind(part: Node) -> TypeGuard[Named]:
    return isinstance(part, Named) and part.name == "kind"


def _is_plain(word: Word) -> bool:
    return word.field is None and not (word.must or word.prefix)


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
        return _said_named(node)
    if isinstance(node, Address):
        return f"in the thread of {node.url}{' or quoting it' * bool(node.words)}"
    if isinstance(node, Between):
        return node.said
    if isinstance(node, Not):
        return f"{'not' if isinstance(node.part, Named | Between) else 'without'} {_said(node.part)}"
    joint = " and " if isinstance(node, All) else " or "
    return f"({joint.join(_said(part) for part in node.parts)})"


def _said_named(node: Named) -> str:
    if node.name == "thread":
        return "in one thread"
    if node.name == "has":
        return _HAD[node.value]
    return f"{_NAMED[node.name]} {node.value}{'s' if node.name == 'kind' else ''}"


def _said_word(node: Word | Phrase) -> str:
    text = f"“{' '.join(node.words)}”" if isinstance(node, Phrase) else f"“{node.text}”"
    if isinstance(node, Word):
        text = f"“{node.text}…”" if node.prefix else f"{text} (or nearly so)" if node.fuzzy else text
    return f"{text} {_FIELDS[node.field]}" if node.field else text
