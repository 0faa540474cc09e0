"""What the index holds: its fields, its columns, and the document made of each text.

One document is one text: a post, or a comment with what it borrows from its post. A text's words stand in one field,
those of the title, the author, the tags and the site among them with weights of their own; so one posting list holds
all that ranking needs of a word. What is filtered, sorted and counted by stands in columns that NumPy reads at once:
Whoosh reads its own a value at a time, and its column of repeated values drops what comes after the 65,536th.
"""

from array import array
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from whoosh.columns import Column, ColumnReader, ColumnWriter
from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Positions

from archive.records.models import parse_time
from archive.search.whoosh.index.inverting import Part
from archive.search.words import INDEXED_WORDS, fold, words_of

#: Raised with every change of fields, of `words` or of weights: an index of another version is rebuilt.
VERSION = 8

#: How much an occurrence counts by where it stands, against one in the text. A comment's post title helps to find
#: replies without making them outrank the post.
WEIGHTS = {"title": 3.0, "tags": 1.0, "author": 1.0, "site": 0.5, "thread": 0.4}

#: A text without date.
NO_DATE = -(2**62)

#: Fields of a post that stand in its comments' documents too.
BORROWED = ("title", "site", "platform", "language", "url")

#: What the field `hit` holds, one behind the other.
STORED_NAMES = (
    "id",
    "post_id",
    "url",
    "title",
    "author",
    "published",
    "published_precision",
    "text",
    "description",
    "borrowed",
)

#: What stands between the tags of a post in the column `tag_names`.
TAGS_BETWEEN = "\n"

_CODE_BYTES = 4
_SEPARATOR = "\0"

#: Bits of the column `marks`.
BY_POST_AUTHOR, HIDDEN, YEAR_ONLY = 1, 2, 4


class NumbersColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """A number per document, of one of the types of `array`."""

    def __init__(self, typecode: str, default: int = 0) -> None:
        """Give `default` to documents without a number."""
        self.typecode = typecode
        self.default = default

    def writer(self, dbfile: Any) -> "NumbersWriter":
        """Return a writer of a new column file."""
        return NumbersWriter(dbfile, self.typecode, self.default)

    def reader(self, dbfile: Any, basepos: int, length: int, doccount: int) -> "NumbersReader":  # noqa: ARG002 (Whoosh's signature)
        """Return a reader of a column file."""
        return NumbersReader(dbfile, basepos, length, self.typecode)

    def default_value(self, reverse: bool = False) -> int:  # noqa: ARG002 (Whoosh's signature)
        """Return the number of a document that has none."""
        return self.default


class NumbersWriter(ColumnWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a column of numbers."""

    def __init__(self, dbfile: Any, typecode: str, default: int) -> None:
        """Write to Whoosh's file `dbfile`."""
        self._dbfile = dbfile
        self._values = array(typecode)
        self._default = default

    def fill(self, docnum: int) -> None:
        """Give the default to the documents before `docnum` that have no number."""
        self._values.extend([self._default] * (docnum - len(self._values)))

    def add(self, docnum: int, value: int) -> None:
        """Give a number to a document; documents only grow."""
        self.fill(docnum)
        self._values.append(value)

    def finish(self, docnum: int) -> None:
        """Write the column of `docnum` documents."""
        self.fill(docnum)
        self._dbfile.write(self._values.tobytes())


class NumbersReader(ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """Reads a column of numbers."""

    def __init__(self, dbfile: Any, basepos: int, length: int, typecode: str) -> None:
        """Read `length` bytes of Whoosh's file `dbfile` from `basepos`."""
        self.values: npt.NDArray[Any] = np.frombuffer(bytes(dbfile.get(basepos, length)), np.dtype(typecode))

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.values)

    def __getitem__(self, docnum: int) -> int:
        """Return a document's number."""
        return int(self.values[docnum])

    def sort_key(self, docnum: int) -> int:
        """Return what Whoosh sorts by."""
        return self[docnum]

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers of all documents."""
        return iter(self.load())

    def load(self) -> list[int]:
        """Return the numbers of all documents."""
        return [int(value) for value in self.values]


class NamesColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """Names without NUL characters; a document without one has the empty name."""

    def writer(self, dbfile: Any) -> "NamesWriter":
        """Return a writer of a new column file."""
        return NamesWriter(dbfile)

    def reader(self, dbfile: Any, basepos: int, length: int, doccount: int) -> "NamesReader":
        """Return a reader of a column file of `doccount` documents."""
        return NamesReader(dbfile, basepos, length, doccount)

    def default_value(self, reverse: bool = False) -> str:  # noqa: ARG002 (Whoosh's signature)
        """Return the name of a document that has none."""
        return ""


class NamesWriter(ColumnWriter):  # type: ignore[misc]  # Whoosh has no types
    """Writes a column of names: the codes, then the names."""

    def __init__(self, dbfile: Any) -> None:
        """Write to Whoosh's file `dbfile`."""
        self._dbfile = dbfile
        self._codes = array("I")
        self._names = {"": 0}

    def fill(self, docnum: int) -> None:
        """Give the empty name to the documents before `docnum` that have none."""
        self._codes.extend([0] * (docnum - len(self._codes)))

    def add(self, docnum: int, value: str) -> None:
        """Give a name to a document; documents only grow."""
        self.fill(docnum)
        self._codes.append(self._names.setdefault(value.replace(_SEPARATOR, " "), len(self._names)))

    def finish(self, docnum: int) -> None:
        """Write the column of `docnum` documents."""
        self.fill(docnum)
        self._dbfile.write(self._codes.tobytes())
        self._dbfile.write(_SEPARATOR.join(self._names).encode("utf-8", "replace"))


class NamesReader(ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """Reads a column of names."""

    def __init__(self, dbfile: Any, basepos: int, length: int, doccount: int) -> None:
        """Read `length` bytes of Whoosh's file `dbfile` from `basepos`."""
        size = doccount * _CODE_BYTES
        self.codes: npt.NDArray[np.uint32] = np.frombuffer(bytes(dbfile.get(basepos, size)), np.uint32)
        self.names: list[str] = bytes(dbfile.get(basepos + size, length - size)).decode("utf-8").split(_SEPARATOR)

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.codes)

    def __getitem__(self, docnum: int) -> str:
        """Return a document's name."""
        return self.names[int(self.codes[docnum])]

    def sort_key(self, docnum: int) -> str:
        """Return what Whoosh sorts by."""
        return self[docnum]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of all documents."""
        return (self.names[code] for code in self.codes)

    def load(self) -> list[str]:
        """Return the names of all documents."""
        return list(self)


class WordsField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field whose values are parts of `inverting`, inverted there."""

    def __init__(self) -> None:
        """Index places and weights; lengths are a column of ours."""
        super().__init__(Positions(), analyzer=None, scorable=False)


#: The field of unstemmed words: one posting each, whose weight is the number of occurrences in the segment.
SPELLINGS = "spellings"

#: Columns of the bands of a post's signature, by which `copies` finds what may be its copy; 0 for none.
BAND_COLUMNS = tuple(f"band{number}" for number in range(8))

SCHEMA = Schema(
    words=WordsField(),
    title=WordsField(),
    author=WordsField(),
    tags=WordsField(),
    spellings=FieldType(Positions(), analyzer=None),
    hit=STORED(),
    key=COLUMN(NumbersColumn("Q")),
    date=COLUMN(NumbersColumn("q", NO_DATE)),
    post_key=COLUMN(NumbersColumn("Q")),
    length=COLUMN(NumbersColumn("I")),
    marks=COLUMN(NumbersColumn("B")),
    kind=COLUMN(NamesColumn()),
    site=COLUMN(NamesColumn()),
    author_name=COLUMN(NamesColumn()),
    platform=COLUMN(NamesColumn()),
    language=COLUMN(NamesColumn()),
    tag_names=COLUMN(NamesColumn()),
    copies=COLUMN(NumbersColumn("Q")),
    **{name: COLUMN(NumbersColumn("I")) for name in BAND_COLUMNS},
)

#: The columns of names.
NAMES_COLUMNS = tuple(name for name, field in SCHEMA.items() if isinstance(field.column_type, NamesColumn))


def post_document(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a post's JSON."""
    tag_names = TAGS_BETWEEN.join(_tags(post))
    return _document(post, post, kind="post", url=post["url"], tag_names=tag_names) | {"tag_names": tag_names}


def comment_document(comment: Mapping[str, Any], post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a comment's JSON under its post's."""
    marks = BY_POST_AUTHOR * bool(comment.get("by_post_author")) | HIDDEN * bool(comment.get("deleted"))
    url = comment.get("permalink") or post["url"]
    return _document(comment, post, kind="comment", url=url, marks=marks)


def words(hit: tuple[Any, ...], tag_names: str) -> dict[str, list[Part]]:
    """Return the fields of words of a document by what it stores and its column `tag_names`.

    So a document can be written into another segment without its record.
    """
    document = stored(hit)
    borrowed = document["borrowed"]
    in_language = words_of(borrowed["language"], remembered=INDEXED_WORDS)
    title, text, author = (document[name] or "" for name in ("title", "text", "author"))
    fields = {"author": [(author, 1.0, in_language)]}
    if document["id"] != document["post_id"]:
        parts = [(text, 1.0), (title, WEIGHTS["thread"]), (author, WEIGHTS["author"])]
    else:
        tags = [tag for tag in tag_names.split(TAGS_BETWEEN) if tag]
        parts = [
            (title, WEIGHTS["title"]),
            (text, 1.0),
            (document["description"] or "", WEIGHTS["tags"]),
            (" , ".join(tags), WEIGHTS["tags"]),
            (author, WEIGHTS["author"]),
            (borrowed["site"], WEIGHTS["site"]),
        ]
        fields["title"] = [(title, 1.0, in_language)]
        fields["tags"] = [(tag, 1.0, in_language) for tag in tags]
    return fields | {"words": [(part, weight, in_language) for part, weight in parts]}


def key_of(id_: str) -> int:
    """Return the number that stands for a text in the columns `key` and `post_key`."""
    return int.from_bytes(blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _document(
    record: Mapping[str, Any], post: Mapping[str, Any], *, kind: str, url: str, marks: int = 0, tag_names: str = ""
) -> dict[str, Any]:
    published = parse_time(record["published"]) if record.get("published") else None
    hit = _hit(record, post, url=url)
    return words(hit, tag_names) | {
        "hit": hit,
        "date": int(published.timestamp()) if published else NO_DATE,
        "key": key_of(record["id"]),
        "post_key": key_of(post["id"]),
        "length": len((record.get("text") or "").split()),
        "marks": marks | YEAR_ONLY * (record.get("published_precision") == "year"),
        "kind": kind,
        "site": post["site"],
        "author_name": record.get("author") or "",
        "platform": post.get("platform") or "",
        "language": post.get("language") or "",
    }


def _hit(record: Mapping[str, Any], post: Mapping[str, Any], *, url: str) -> tuple[Any, ...]:
    return (
        record["id"],
        post["id"],
        url,
        post.get("title"),
        record.get("author"),
        record.get("published"),
        record.get("published_precision"),
        record.get("text") or "",
        record.get("description"),
        {name: post.get(name) for name in BORROWED},
    )


def stored(hit: tuple[Any, ...]) -> dict[str, Any]:
    """Return what a document stores, by name."""
    return dict(zip(STORED_NAMES, hit, strict=True))


def _tags(post: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(fold(tag).strip() for tag in (*post.get("tags", ()), *post.get("categories", ()))))
