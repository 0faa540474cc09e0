"""What the index holds: its fields, its columns, and the document made of each text.

One document is one text: a post, or a comment with what it borrows from its post. A text's words stand in one field,
those of the title, the author, the tags and the site among them with weights of their own; so one posting list holds
all that ranking needs of a word. What is filtered, sorted and counted by stands in columns.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Positions

from archive.records.models import parse_time
from archive.search.whoosh.index.columns import NamesColumn, NumbersColumn
from archive.search.whoosh.index.inverting import Part
from archive.search.words import INDEXED_WORDS, fold, words_of

#: Raised with every change of fields, of `search_words` or of weights: an index of another version is rebuilt.
VERSION = 7

#: How much an occurrence counts by where it stands, against one in the text. A comment's post title helps to find
#: replies without making them outrank the post.
WEIGHTS = {"title": 3.0, "tags": 1.0, "author": 1.0, "site": 0.5, "thread": 0.4}

#: A text without date.
NO_DATE = -(2**62)

#: Fields of a post that stand in its comments' documents too.
BORROWED = ("title", "site", "platform", "language", "url")

#: What the field `hit` holds, one behind the other.
_STORED = (
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
    return dict(zip(_STORED, hit, strict=True))


def _tags(post: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(fold(tag).strip() for tag in (*post.get("tags", ()), *post.get("categories", ()))))
