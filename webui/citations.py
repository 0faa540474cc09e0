"""Quotations of a passage with its source, as text, Markdown and BibTeX."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from archive.records.models import Precision
from webui.formatting import date_iso, date_words, web_link

#: A passage of more words is named by its beginning and its end.
WHOLE_FRAGMENT_WORDS = 12
#: Words at each end.
END_WORDS = 5

_BIBTEX_SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_BIBTEX_SIGNS |= {sign: rf"\{sign}" for sign in "&%$#_{}"}
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A passage of a post, a comment, or, with an empty text, a post as a whole."""

    text: str
    author: str | None
    title: str | None
    site: str
    published: datetime | None
    precision: Precision | None
    #: Permalink at the original site.
    address: str
    #: When the copy was read from which this is taken.
    fetched: datetime | None
    comment: bool = False

    @property
    def hash(self) -> str:
        """SHA-256 of the passage as archived."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def seal(self) -> str | None:
        """By which one can tell that the passage is as it was archived; `None` for a post as a whole."""
        return f"sha256:{self.hash}" if self.text else None

    @property
    def link(self) -> str | None:
        """Address at which a browser scrolls to the passage; `None` when the address cannot be followed.

        Source: https://wicg.github.io/scroll-to-text-fragment/.
        """
        address = web_link(self.address)
        words = self.text.split()
        if address is None or not words:
            return address
        ends = [" ".join(words)]
        if len(words) > WHOLE_FRAGMENT_WORDS:
            ends = [" ".join(words[:END_WORDS]), " ".join(words[-END_WORDS:])]
        page, mark, fragment = address.partition("#")
        return f"{page}{mark or '#'}{fragment}:~:text={','.join(map(_fragment, ends))}"

    @property
    def source(self) -> str:
        """Who said it, where and when, on one line."""
        title = f"“{self.title}”" if self.title else "an untitled post"
        author = self.author or ("an unnamed reader" if self.comment else None)
        text = f"comment on {title}" if self.comment else title
        parts = (author, text, self.site, date_words(self.published, self.precision))
        return ", ".join(part for part in parts if part)

    @property
    def plain(self) -> str:
        """The passage as plain text."""
        said = f"“{self.text}”\n— " if self.text else ""
        return f"{said}{self.source}\n{self.link or self.address}" + (f"\n{self.seal}" if self.seal else "")

    @property
    def markdown(self) -> str:
        """The passage as a Markdown quotation; its seal is the title of the link, shown to who points at it."""
        lines = "".join(f"> {_markdown(line)}\n" for line in self.text.split("\n")) if self.text else ""
        before = "> \n> — " if self.text else ""
        # In angle brackets an address may hold parentheses.
        target = (self.link or self.address).replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
        title = f' "{self.seal}"' if self.seal else ""
        return f"{lines}{before}[{_markdown(self.source)}](<{target}>{title})"

    @property
    def bibtex(self) -> str:
        """The text's entry for a bibliography; the passage stands in its note, which styles print."""
        values = {
            "author": f"{{{_bibtex(self.author)}}}" if self.author else None,
            "title": _bibtex(f"Comment on “{self.title}”" if self.comment else self.title or self.address),
            "organization": _bibtex(self.site),
            "date": date_iso(self.published, self.precision)[:10] if self.published else None,
            "url": quote(self.address, safe=":/?&=#%+,;@~!$*()'[]-._"),
            "urldate": date_iso(self.fetched)[:10] if self.fetched else None,
            "note": _bibtex(f"“{self.text}”") if self.text else None,
            "annotation": self.seal,
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in values.items() if value)
        return f"@online{{{self._key},\n{lines}}}"

    @property
    def _key(self) -> str:
        name = ((self.author or "").split() or [self.site])[-1]
        year = str(self.published.year) if self.published else ""
        return re.sub(r"[^a-z0-9]", "", name.lower() + year) or "text"


def _fragment(words: str) -> str:
    """Return words for a text directive, whose own signs are the dash, the comma and the ampersand."""
    return quote(words, safe="").replace("-", "%2D")


def _bibtex(text: str) -> str:
    return "".join(_BIBTEX_SIGNS.get(sign, sign) for sign in text)


def _markdown(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)
