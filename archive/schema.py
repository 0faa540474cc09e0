"""What the index holds: its fields, its columns, and the document made of each text.

One document is one text: a post, or a comment with what it borrows from its post. A text's words stand in one field,
those of the title, the author, the tags and the site among them with weights of their own; so one posting list holds
all that ranking needs of a word. What is filtered, sorted and counted by stands in columns.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Positions

from archive.index_inverting import Part
from archive.records import Precision, parse_time
from archive.schema_columns import NamesColumn, NumbersColumn
from archive.search_words import INDEXED_WORDS, Words, fold, words_of

#: Raised with every change of fields, of `search_words` or of weights: an index of another version is rebuilt.
VERSION = 6

#: How much an occurrence counts by where it stands, against one in the text. A comment's post title helps to find
#: replies without making them outrank the post.
WEIGHTS = {"title": 3.0, "tags": 1.0, "author": 1.0, "site": 0.5, "thread": 0.4}

#: A text without date.
NO_DATE = -(2**62)

#: Fields of a post that stand in its comments' documents too.
BORROWED = ("title", "site", "platform", "language", "url")

#: What stands between the tags of a post in the column `tag_names`.
TAGS_BETWEEN = "\n"

#: Bits of the column `marks`.
BY_POST_AUTHOR, HIDDEN, YEAR_ONLY = 1, 2, 4


class WordsField(FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field whose values are parts of `index_inverting`, inverted there."""

    def __init__(self) -> None:
        """Index places and weights; lengths are a column of ours."""
        super().__init__(Positions(), analyzer=None, scorable=False)


#: The field of unstemmed words: one posting each, whose weight is the number of occurrences in the segment.
SPELLINGS = "spellings"

#: Columns of the bands of a post's signature, by which `index_copies` finds what may be its copy; 0 for none.
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


def post_document(post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a post's JSON."""
    words = _words_of(post)
    title, author, tags = post.get("title") or "", post.get("author") or "", _tags(post)
    parts = [
        (title, WEIGHTS["title"], words),
        (post.get("text") or "", 1.0, words),
        (post.get("description") or "", WEIGHTS["tags"], words),
        (" , ".join(tags), WEIGHTS["tags"], words),
        (author, WEIGHTS["author"], words),
        (post["site"], WEIGHTS["site"], words),
    ]
    return _document(post, post, parts, kind="post", url=post["url"]) | {
        "title": [(title, 1.0, words)],
        "tags": [(tag, 1.0, words) for tag in tags],
        "tag_names": TAGS_BETWEEN.join(tags),
    }


def comment_document(comment: Mapping[str, Any], post: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document of a comment's JSON under its post's."""
    words = _words_of(post)
    title = post.get("title") or ""
    parts = [
        (comment.get("text") or "", 1.0, words),
        (title, WEIGHTS["thread"], words),
        (comment.get("author") or "", WEIGHTS["author"], words),
    ]
    marks = BY_POST_AUTHOR * bool(comment.get("by_post_author")) | HIDDEN * bool(comment.get("deleted"))
    url = comment.get("permalink") or post["url"]
    return _document(comment, post, parts, kind="comment", url=url, marks=marks)


def key_of(id_: str) -> int:
    """Return the number that stands for a text in the columns `key` and `post_key`."""
    return int.from_bytes(blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _words_of(post: Mapping[str, Any]) -> Words:
    return words_of(post.get("language"), remembered=INDEXED_WORDS)


def _document(
    record: Mapping[str, Any], post: Mapping[str, Any], parts: list[Part], *, kind: str, url: str, marks: int = 0
) -> dict[str, Any]:
    author = record.get("author") or ""
    published = parse_time(record["published"]) if record.get("published") else None
    text = record.get("text") or ""
    return {
        "words": parts,
        "author": [(author, 1.0, _words_of(post))],
        "hit": _hit(record, post, text=text, url=url),
        "date": int(published.timestamp()) if published else NO_DATE,
        "key": key_of(record["id"]),
        "post_key": key_of(post["id"]),
        "length": len(text.split()),
        "marks": marks | YEAR_ONLY * (record.get("published_precision") == "year"),
        "kind": kind,
        "site": post["site"],
        "author_name": author,
        "platform": post.get("platform") or "",
        "language": post.get("language") or "",
    }


def _hit(record: Mapping[str, Any], post: Mapping[str, Any], *, text: str, url: str) -> tuple[Any, ...]:
    return (
        record["id"],
        post["id"],
        url,
        post.get("title"),
        record.get("author"),
        record.get("published"),
        record.get("published_precision"),
        text,
        {name: post.get(name) for name in BORROWED},
    )


def stored(hit: tuple[Any, ...]) -> dict[str, Any]:
    """Return what a document stores, by name."""
    names = ("id", "post_id", "url", "title", "author", "published", "published_precision", "text", "borrowed")
    values = dict(zip(names, hit, strict=True))
    published: str | None = values["published"]
    moment: datetime | None = parse_time(published) if published else None
    precision: Precision | None = values["published_precision"]
    return values | {"published": moment, "published_precision": precision}


def _tags(post: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(fold(tag).strip() for tag in (*post.get("tags", ()), *post.get("categories", ()))))
