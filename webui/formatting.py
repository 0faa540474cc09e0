"""Template filters: dates by their precision, counts, links, facet names, and texts as blocks."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import urlsplit

from flask import Flask
from jinja2 import Template

from archive.records.models import Precision, format_time, parse_time
from webui.holdings import site_name, site_names

#: Titles of facets on pages; others are capitalised.
FACET_TITLES = {
    "kind": "Kind",
    "has": "Properties",
    "site": "Site",
    "year": "Year",
    "month": "Month",
    "author": "Author",
    "tag": "Tag",
    "thread": "Thread",
}
SORT_TITLES = {"discussed": "Most discussed"}
#: Values of facets as shown; others are shown as they are.
FACET_VALUES = {
    ("kind", "post"): "Posts",
    ("kind", "comment"): "Comments",
    ("has", "comments"): "Has comments",
    ("has", "author-reply"): "Has author replies",
    ("has", "date"): "Has a date",
}

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")

_NOT_IN_ADDRESSES = re.compile('[\x00- "<>\x7f]')

#: Length of an ISO 8601 time at each precision, in characters.
_ISO_WIDTHS: dict[str, int] = {"year": 4, "month": 7, "day": 10, "minute": 16}

#: HTML form of a block.
Form = Literal["paragraph", "list", "quote", "preformatted"]

_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_ITEM = "- "
_QUOTE = "> "
_INDENT = re.compile(r"[ \t]{2,}\S")
_HASH_LENGTH = 8


class PrintableTemplate(Template):
    """A template that replaces control characters: HTML forbids them, and loaded datasets may contain them."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Render the template and replace each control character with U+FFFD."""
        return _CONTROL.sub("\ufffd", super().render(*args, **kwargs))


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date at its precision, as ISO 8601 ("2015-03") and in words ("March 2015")."""

    iso: str
    words: str


def register(app: Flask) -> None:
    """Register this module's functions as template filters."""
    dates = (date_iso, date_words, time_words, due_words)
    functions = (*dates, site_name, counted, web_link, host, comment_anchor)
    app.jinja_env.filters.update({function.__name__: function for function in functions})
    app.jinja_env.filters["number"] = "{:,}".format
    app.jinja_env.template_class = PrintableTemplate


def shown_date(moment: datetime | None, precision: Precision | None) -> ShownDate | None:
    """Return both forms of a date; `None` for `None`."""
    return ShownDate(date_iso(moment, precision), date_words(moment, precision)) if moment else None


def date_words(moment: datetime | None, precision: Precision | None = "day") -> str:
    """Return a date in words at its precision: "2015", "March 2015", "1 March 2015"; "undated" for `None`."""
    if moment is None:
        return "undated"
    if precision == "year":
        return str(moment.year)
    month = f"{moment:%B} {moment.year}"
    return month if precision == "month" else f"{moment.day} {month}"


def time_words(moment: datetime | None, precision: Precision | None = "second") -> str:
    """Return a date in words, with the time of day if the precision includes it."""
    if moment is None or precision not in {"second", "minute"}:
        return date_words(moment, precision)
    return f"{date_words(moment)}, {moment:%H:%M} UTC"


def due_words(moment: datetime) -> str:
    """Return when something is due: "due 1 March 2015", or "due now" if that has passed."""
    return f"due {date_words(moment)}" if moment > datetime.now(UTC) else "due now"


def date_iso(moment: datetime, precision: Precision | None = "second") -> str:
    """Return a date in ISO 8601 form at its precision: "2015-03"."""
    width = _ISO_WIDTHS.get(precision or "day")
    text = format_time(moment)[:width]
    return f"{text}Z" if precision == "minute" else text


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 comment", "2,000 comments"."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def web_link(address: str | None) -> str | None:
    """Return an archived address if browsers may follow it; `None` for `javascript:` and other schemes.

    Characters that are invalid in an address are percent-encoded, as browsers do.
    """
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return _NOT_IN_ADDRESSES.sub(lambda sign: f"%{ord(sign[0]):02X}", address)


def comment_anchor(comment_id: str) -> str:
    """Return a comment's anchor on the page of its post."""
    return comment_id.replace(":", "-")


def host(address: str | None) -> str:
    """Return the host of an address without `www.`; empty if there is none."""
    link = web_link(address)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""


def facet_title(name: str) -> str:
    """Return a facet's title."""
    return FACET_TITLES.get(name, name.replace("_", " ").capitalize())


def sort_title(name: str) -> str:
    """Return the title of a sort order."""
    return SORT_TITLES.get(name, name.capitalize())


def facet_values(name: str, values: Iterable[str]) -> list[str]:
    """Return values of a facet as they are shown."""
    if name == "month":
        return [date_words(parse_time(f"{value}-01T00:00:00Z"), "month") for value in values]
    if name == "site":
        names = site_names()
        return [names.get(value, value) for value in values]
    return [FACET_VALUES.get((name, value), value) for value in values]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, quotation or preformatted block of a text."""

    #: `p-` and 8 hex digits of the block's hash; it stays valid when other blocks are added or removed.
    anchor: str
    form: Form
    #: Lines or list items, without `- ` and `> `.
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined with newlines."""
        return "\n".join(self.lines)


def blocks(text: str) -> tuple[Block, ...]:
    """Return a text's blocks in order; a repeated block gets `-2`, `-3` and so on after its anchor."""
    occurrences: Counter[str] = Counter()
    text_blocks = []
    for part in _BLANK_LINES.split(text):
        if not part.strip():
            continue
        form, lines = _form_and_lines(part.strip("\n"))
        anchor = f"p-{sha256(chr(10).join(lines).encode()).hexdigest()[:_HASH_LENGTH]}"
        occurrences[anchor] += 1
        number = occurrences[anchor]
        text_blocks.append(Block(anchor if number == 1 else f"{anchor}-{number}", form, lines))
    return tuple(text_blocks)


def _form_and_lines(part: str) -> tuple[Form, tuple[str, ...]]:
    lines = part.split("\n")
    if all(line.startswith(_QUOTE.rstrip()) for line in lines):
        return "quote", tuple(line.removeprefix(">").removeprefix(" ") for line in lines)
    if lines[0].lstrip().startswith(_ITEM):
        return "list", _items(lines)
    if any(_INDENT.match(line) for line in lines):
        return "preformatted", tuple(lines)
    return "paragraph", tuple(line.strip() for line in lines)


def _items(lines: list[str]) -> tuple[str, ...]:
    items: list[str] = []
    for line in lines:
        bare = line.lstrip()
        if bare.startswith(_ITEM):
            items.append(bare.removeprefix(_ITEM).rstrip())
        else:
            items[-1] += f" {bare.rstrip()}"
    return tuple(items)
