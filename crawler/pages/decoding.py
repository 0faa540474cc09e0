"""Bytes to text, for pages that lie about their encoding or keep silent.

Since 2.19 Scrapy guesses undeclared encodings statistically and garbles windows-1252 pages with few accents;
so we decode as browsers do: BOM, header, meta, then strict UTF-8, then windows-1252.
Source: https://encoding.spec.whatwg.org/ and https://html.spec.whatwg.org/#determining-the-character-encoding.
"""

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, resolve_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Browsers read these labels as windows-1252, and servers send them by habit over UTF-8.
_WESTERN = {"cp1252", "iso8859-1", "latin-1", "ascii"}
#: Undefined bytes of windows-1252; browsers keep them as control characters.
_UNDEFINED = re.compile("[\x81\x8d\x8f\x90\x9d]")


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of a page; bytes that fit no encoding become U+FFFD."""
    for bom, marked in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(marked, "replace")
    declared = http_content_type_encoding(content_type) or html_body_declared_encoding(body)
    encoding = resolve_encoding(declared) if declared else None
    if encoding is None or encoding in _WESTERN or encoding == "utf-8":
        return _utf8_or_western(body, declared_utf8=encoding == "utf-8")
    try:
        return body.decode(encoding, "replace")
    except LookupError:
        return _utf8_or_western(body, declared_utf8=False)


def _utf8_or_western(body: bytes, *, declared_utf8: bool) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        if declared_utf8 and _mostly_utf8(body):
            return body.decode("utf-8", "replace")
        return _UNDEFINED.sub("\ufffd", body.decode("cp1252", "replace"))


def _mostly_utf8(body: bytes) -> bool:
    """Tell a UTF-8 page with a few broken bytes from a windows-1252 page that is declared UTF-8."""
    text = body.decode("utf-8", "replace")
    return sum(1 for each in text if "\x7f" < each != "\ufffd") > text.count("\ufffd")
