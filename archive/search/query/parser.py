"""The query language: what people type, as a tree of what they ask for.

Every text gives a tree, with remarks on what was not understood; only what is too large raises `QueryError`. The
language is described in docs/search.md.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import takewhile

from archive.errors import QueryError
from archive.records.models import clean
from archive.search.query.dates import MORE_WORDS, NotADateError, within
from archive.search.query.properties import ADDRESS, DATES, PROPERTIES, NotUnderstoodError, condition
from archive.search.query.tree import Address, All, Either, Named, Node, Not, ParsedQuery, Phrase, Word
from archive.search.words import WORD

#: What one query may hold; a larger one is a mistake or an attack.
MOST_CHARACTERS = 2_000
MOST_WORDS = 128
MOST_DEPTH = 24

#: Letters before a `*`; fewer would name half of the vocabulary.
SHORTEST_PREFIX = 2

#: Words of an address from which it is looked for in texts: the host, and one of the page.
TELLING_WORDS = 2

#: Field as typed, and the part of a text it means.
_PARTS = {"title": "title", "intitle": "title", "author": "author", "said": "author", "by": "author",
          "commenter": "author", "tag": "tags"}  # fmt: skip
FIELDS = (*_PARTS, *PROPERTIES)
#: What a field of authors asks for besides the name.
_OF_KIND = {"by": "post", "commenter": "comment"}

_TOKEN = re.compile(
    r"(?P<address>https?://(?:[^\s()\"]|\([^\s()\"]*\))+)"
    r"|(?P<open>\()|(?P<close>\))"
    rf"|(?P<field>{'|'.join(FIELDS)}):\s*"
    r"|\"(?P<phrase>[^\"]*)(?P<unclosed>\"|$)"
    r"|(?P<minus>-)(?=[^\s-])"
    r"|(?P<plain>[^\s()\"]+)"
    r"|\s+",
    re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"') | dict.fromkeys("–−", "-"))
#: What ends a sentence or a quotation rather than an address.
_ENDINGS = ".,;:!?'>’*~"
#: What stands for letters elsewhere.
_INNER = re.compile(r"\w[*?]+\w")


def parse(text: str) -> ParsedQuery:
    """Return the tree of a query; raise `QueryError` when it is too long or nested too deep."""
    if len(text) > MOST_CHARACTERS:
        raise QueryError(f"a query has at most {MOST_CHARACTERS} characters, this one has {len(text)}")
    return _Parser(clean(text).translate(_QUOTES)).parse()


@dataclass
class _Parser:
    text: str
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = [match for match in _TOKEN.finditer(self.text) if match.group().strip()]
        self._next = 0
        self._words = 0

    def parse(self) -> ParsedQuery:
        parts = []
        while self._token() is not None:
            part = self._either(None, 0)
            if part is not None:
                parts.append(part)
            if self._kind() == "close":  # one that nothing opened
                self._next += 1
        if self._words > MOST_WORDS:
            self._remark(f"only the first {MOST_WORDS} words were searched")
        return ParsedQuery(_together(parts), tuple(dict.fromkeys(self.remarks)))

    # A query is alternatives of conjunctions of parts.

    def _either(self, inside: str | None, depth: int) -> Node | None:
        if depth > MOST_DEPTH:
            raise QueryError(f"a query is nested at most {MOST_DEPTH} deep")
        alternatives = [self._all(inside, depth)]
        while self._is_operator("OR"):
            self._next += 1
            alternatives.append(self._all(inside, depth))
        found = tuple(part for part in alternatives if part is not None)
        if len(found) < len(alternatives) > 1:
            self._remark("OR stands between two words")
        return Either(found) if len(found) > 1 else _together(list(found))

    def _all(self, inside: str | None, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._kind() not in {None, "close"} and not self._is_operator("OR"):
            joined = self._is_operator("AND")
            if joined:
                self._next += 1
                parts = [*parts[:-1], *map(_must, parts[-1:])]
                if self._kind() in {None, "close"} or self._is_operator("OR") or self._is_operator("AND"):
                    self._remark("AND stands between two words")
                    continue
            part = self._negatable(self._kind(), inside, depth)
            if part is not None:
                parts.append(_must(part) if joined else part)
        return _together(parts)

    def _negatable(self, kind: str | None, inside: str | None, depth: int) -> Node | None:
        negative = False
        while kind == "minus" or self._is_operator("NOT"):
            negative = not negative
            self._next += 1
            kind = self._kind()
        if kind in {None, "close"} or self._is_operator("OR") or self._is_operator("AND"):
            self._remark("NOT stands before a word")
            return None
        part = self._part(inside, depth)
        return Not(part) if negative and part is not None else part

    def _part(self, inside: str | None, depth: int) -> Node | None:
        match = self._tokens[self._next]
        self._next += 1
        kind = match.lastgroup
        if kind == "open":
            return self._group(inside, depth)
        if kind == "field":
            return self._field(match["field"].lower(), depth)
        if kind == "unclosed":
            return self._quoted(match, inside)
        if kind == "address" and inside is None and ADDRESS.fullmatch(url := match.group().rstrip(_ENDINGS)):
            words = self._counted(WORD.findall(_page(url)))
            return Address(url, tuple(words) if len(words) >= TELLING_WORDS else ())
        return self._plain(match.group(), inside)

    def _group(self, inside: str | None, depth: int) -> Node | None:
        part = self._either(inside, depth + 1)
        if self._kind() == "close":
            self._next += 1
        return part

    def _quoted(self, match: re.Match[str], inside: str | None) -> Node | None:
        if not match["unclosed"]:
            self._remark("a quotation mark is not closed")
        words = self._counted(WORD.findall(match["phrase"]))
        if not words:
            return None
        return _of_kind(Phrase(tuple(words), _part_name(inside)), inside)

    def _plain(self, text: str, inside: str | None) -> Node | None:
        bare = text.lstrip("*?+~")
        if bare != text and text[0] in "*?":
            self._remark("a word cannot begin with * or ?")
        if _INNER.search(bare):
            self._remark("* stands at the end of a word only, and ? for nothing; the parts were searched")
        prefix, fuzzy = bare.endswith("*"), re.search(r"~\d*$", bare) is not None
        if re.match(r"[a-z]{2,12}:(?!/)\S", bare, re.IGNORECASE):
            self._remark(f"“{bare.partition(':')[0]}:” is not a field; its words were searched")
        words = self._counted(WORD.findall(re.sub(r"~\d*$", "", bare)))
        if not words:
            if any(letter.isalnum() for letter in text):
                return None
            self._remark(f"“{text[:40]}” holds nothing to search for")
            return None
        if prefix and len(words[-1]) < SHORTEST_PREFIX:
            self._remark(f"* needs {SHORTEST_PREFIX} letters before it")
            prefix = False
        in_field = _part_name(inside)
        must = text.startswith("+")
        last = Word(words[-1], in_field, prefix=prefix, fuzzy=fuzzy and not prefix, must=must)
        return _of_kind(_together([*(Word(word, in_field, must=must) for word in words[:-1]), last]), inside)

    def _field(self, name: str, depth: int) -> Node | None:
        if self._kind() in {None, "close", "field", "minus"}:
            self._remark(f"“{name}:” needs a value")
            return None
        if name in _PARTS:
            return self._part(name, depth)
        match = self._tokens[self._next]
        self._next += 1
        value = (match["phrase"] if match.lastgroup == "unclosed" else match.group()).strip()
        if match.lastgroup == "open":
            self._remark(f"“{name}:” needs one value, not a group")
            return None
        if name in DATES and match.lastgroup == "plain":
            value = self._whole_date(value)
        try:
            return condition(name, value)
        except NotUnderstoodError as error:
            self._remark(f"“{name}:{value[:40]}” {error}")
            return None

    def _whole_date(self, value: str) -> str:
        """Return a date with the words that belong to it: few people put it between quotation marks."""
        following = self._tokens[self._next : self._next + MORE_WORDS]
        words = [match.group() for match in takewhile(lambda match: match.lastgroup == "plain", following)]
        for number in range(len(words), 0, -1):
            with suppress(NotADateError):
                within(longer := " ".join([value, *words[:number]]))
                self._next += number
                return longer
        return value

    def _counted(self, words: list[str]) -> list[str]:
        room = max(0, MOST_WORDS - self._words)
        self._words += len(words)
        return words[:room]

    def _token(self) -> re.Match[str] | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _kind(self) -> str | None:
        token = self._token()
        return token.lastgroup if token is not None else None

    def _is_operator(self, name: str) -> bool:
        token = self._token()
        return token is not None and token.lastgroup == "plain" and token.group() == name

    def _remark(self, text: str) -> None:
        self.remarks.append(text)


def _must(part: Node) -> Node:
    if isinstance(part, Word):
        return replace(part, must=True)
    return All(tuple(map(_must, part.parts))) if isinstance(part, All) else part


def _together(parts: list[Node]) -> Node | None:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, All) else [part])
    if len(flat) <= 1:
        return flat[0] if flat else None
    return All(tuple(dict.fromkeys(flat)))


def _part_name(inside: str | None) -> str | None:
    return _PARTS.get(inside or "")


def _of_kind(part: Node | None, inside: str | None) -> Node | None:
    kind = _OF_KIND.get(inside or "")
    return part if part is None or kind is None else _together([part, Named("kind", kind)])


def _page(url: str) -> str:
    """Return what all spellings of an address have: its host without `www.`, and its path."""
    return re.split("[?#]", url.partition("://")[2], maxsplit=1)[0].lower().removeprefix("www.")
