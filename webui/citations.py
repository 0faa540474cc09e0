"""Quotations with their source, as plain text, Markdown and BibTeX."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from archive.records.models import Precision
from webui.formatting import date_iso, date_words, web_link

#: Most words that a text fragment holds in full; for a longer passage it holds the first and the last words.
WHOLE_FRAGMENT_WORDS = 12
#: Words at each end of a longer passage.
END_WORDS = 5

_BIBTEX_SIGNS = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_BIBTEX_SIGNS |= {sign: rf"\{sign}" for sign in "&%$#_{}"}
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A passage of a post, a comment, or (with an empty text) a whole post."""

    text: str
    author: str | None
    title: str | None
    site: str
    published: datetime | None
    precision: Precision | None
    #: Permalink on the original site.
    address: str
    #: When the archived copy was fetched.
    fetched: datetime | None
    comment: bool = False

    @property
    def hash(self) -> str:
        """SHA-256 of the passage as archived."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def seal(self) -> str | None:
        """Checksum that proves the passage is unchanged since it was archived; `None` for a whole post."""
        return f"sha256:{self.hash}" if self.text else None

    @property
    def link(self) -> str | None:
        """Address at which a browser scrolls to the passage; `None` when browsers must not follow the address.

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
        """Author, title, site and date, on one line."""
        title = f"“{self.title}”" if self.title else "an untitled post"
        author = self.author or ("Anonymous" if self.comment else None)
        text = f"comment on {title}" if self.comment else title
        parts = (author, text, self.site, date_words(self.published, self.precision))
        return ", ".join(part for part in parts if part)

    @property
    def plain(self) -> str:
        """The passage as plain text."""
        passage = f"“{self.text}”\n— " if self.text else ""
        return f"{passage}{self.source}\n{self.link or self.address}" + (f"\n{self.seal}" if self.seal else "")

    @property
    def markdown(self) -> str:
        """The passage as a Markdown quotation; the title of the link is the seal."""
        lines = "".join(f"> {_markdown(line)}\n" for line in self.text.split("\n")) if self.text else ""
        before = "> \n> — " if self.text else ""
        # In angle brackets an address may contain parentheses.
        target = (self.link or self.address).replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
        title = f' "{self.seal}"' if self.seal else ""
        return f"{lines}{before}[{_markdown(self.source)}](<{target}>{title})"

    @property
    def bibtex(self) -> str:
        """The BibTeX entry; the passage is in `note`, which bibliography styles print."""
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
    """Encode words for a text directive, in which dash, comma and ampersand have meanings of their own."""
    return quote(words, safe="").replace("-", "%2D")


def _bibtex(text: str) -> str:
    return "".join(_BIBTEX_SIGNS.get(sign, sign) for sign in text)


def _markdown(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)
