"""Template filters: dates by their precision, counts, addresses, facets and blocks of text, as pages show them."""

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

#: Facets as readers call them, and the values that read better in other words.
FACET_TITLES = {
    "kind": "Kind",
    "has": "With",
    "site": "Site",
    "year": "Year",
    "month": "Month",
    "author": "Written by",
    "tag": "Tag",
    "thread": "In the thread",
}
SORT_TITLES = {"discussed": "Most discussed"}
FACET_VALUES = {
    ("kind", "post"): "Posts",
    ("kind", "comment"): "Comments",
    ("has", "comments"): "Comments below",
    ("has", "author-reply"): "Replies of the author",
}

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")

_NOT_IN_ADDRESSES = re.compile('[\x00- "<>\x7f]')

#: Widths of an ISO 8601 time down to each precision.
_ISO_WIDTHS: dict[str, int] = {"year": 4, "month": 7, "day": 10, "minute": 16}

#: How a block of a text is shown.
Form = Literal["paragraph", "list", "quote", "preformatted"]

_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_ITEM = "- "
_QUOTE = "> "
_INDENT = re.compile(r"[ \t]{2,}\S")
_HASH_LENGTH = 8


class PrintableTemplate(Template):
    """A template whose pages hold no control characters: no HTML may hold them, and datasets do."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page, each control character replaced."""
        return _CONTROL.sub("\ufffd", super().render(*args, **kwargs))


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date as far as it is known: for machines, "2015-03", and for readers, "March 2015"."""

    iso: str
    words: str


def register(app: Flask) -> None:
    """Give templates the functions of this module."""
    dates = (date_iso, date_words, time_words, due_words)
    functions = (*dates, site_name, counted, web_link, host, comment_anchor)
    app.jinja_env.filters.update({function.__name__: function for function in functions})
    app.jinja_env.filters["number"] = "{:,}".format
    app.jinja_env.template_class = PrintableTemplate


def shown_date(moment: datetime | None, precision: Precision | None) -> ShownDate | None:
    """Return a date to show; `None` for none."""
    return ShownDate(date_iso(moment, precision), date_words(moment, precision)) if moment else None


def date_words(moment: datetime | None, precision: Precision | None = "day") -> str:
    """Return a date as far as it is known: "2015", "March 2015", "1 March 2015"; "undated" for none."""
    if moment is None:
        return "undated"
    if precision == "year":
        return str(moment.year)
    month = f"{moment:%B} {moment.year}"
    return month if precision == "month" else f"{moment.day} {month}"


def time_words(moment: datetime | None, precision: Precision | None = "second") -> str:
    """Return a date with its time, where that is known."""
    if moment is None or precision not in {"second", "minute"}:
        return date_words(moment, precision)
    return f"{date_words(moment)}, {moment:%H:%M} UTC"


def due_words(moment: datetime) -> str:
    """Return when something is due: "next 1 March 2015", "due now" when that is past."""
    return f"next {date_words(moment)}" if moment > datetime.now(UTC) else "due now"


def date_iso(moment: datetime, precision: Precision | None = "second") -> str:
    """Return a date for machines, as far as it is known: "2015-03"."""
    width = _ISO_WIDTHS.get(precision or "day")
    text = format_time(moment)[:width]
    return f"{text}Z" if precision == "minute" else text


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 comment", "2,000 comments"."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def web_link(address: str | None) -> str | None:
    """Return an archived address if a browser may follow it; `None` for `javascript:` and the like.

    What no address may hold is written as browsers would send it.
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
    """Return a comment's anchor in the page of its thread."""
    return comment_id.replace(":", "-")


def host(address: str | None) -> str:
    """Return the host of an address without `www.`, empty where there is none."""
    link = web_link(address)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""


def facet_title(name: str) -> str:
    """Return a facet's name for readers."""
    return FACET_TITLES.get(name, name.replace("_", " ").capitalize())


def sort_title(name: str) -> str:
    """Return an order's name for readers."""
    return SORT_TITLES.get(name, name.capitalize())


def facet_values(name: str, values: Iterable[str]) -> list[str]:
    """Return values of a facet for readers."""
    if name == "month":
        return [date_words(parse_time(f"{value}-01T00:00:00Z"), "month") for value in values]
    if name == "site":
        names = site_names()
        return [names.get(value, value) for value in values]
    return [FACET_VALUES.get((name, value), value) for value in values]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, quotation or listing of a text."""

    #: `p-` and 8 hex digits of the block's own text, so that it stays when others are added or removed.
    anchor: str
    form: Form
    #: Lines, or items, without the signs that set them apart.
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The block as one text."""
        return "\n".join(self.lines)


def blocks(text: str) -> tuple[Block, ...]:
    """Return a text's blocks in order; the second time the same words are met, `-2` is added to their anchor."""
    met: Counter[str] = Counter()
    text_blocks = []
    for part in _BLANK_LINES.split(text):
        if not part.strip():
            continue
        form, lines = _form_and_lines(part.strip("\n"))
        anchor = f"p-{sha256(chr(10).join(lines).encode()).hexdigest()[:_HASH_LENGTH]}"
        met[anchor] += 1
        text_blocks.append(Block(anchor if met[anchor] == 1 else f"{anchor}-{met[anchor]}", form, lines))
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
