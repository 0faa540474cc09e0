"""A query as a tree of what is asked for."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word, in any part of a text or in one `field`: title, author, tags."""

    text: str
    field: str | None = None
    #: Any word that begins with `text`.
    prefix: bool = False
    #: Any word nearly written like `text`.
    fuzzy: bool = False
    #: Asked for with AND or +: texts without it are never offered.
    must: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other."""

    words: tuple[str, ...]
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A property with a name: site, kind, platform, language, author_name, thread, has."""

    name: str
    value: str
    #: False when a part of the name is enough: `site:example.com` finds blog.example.com.
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """The thread of the post at an address, and texts in which the words of the address follow each other."""

    url: str
    #: Empty where the thread alone is asked for.
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """A number within bounds, both included; `None` is no bound.

    Seconds of the `date`, seconds of a date of which at least the `month` is known, or `words` of the text.
    """

    name: str
    least: int | None
    most: int | None
    #: The bounds in words.
    said: str


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """Everything must hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these must hold."""

    parts: tuple["Node", ...]


Node: TypeAlias = Word | Phrase | Named | Address | Between | Not | All | Either


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as understood."""

    #: `None` when nothing of it can be searched.
    root: Node | None
    #: What was not understood or left out, a sentence each.
    remarks: tuple[str, ...] = ()
