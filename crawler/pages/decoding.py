"""Bytes to text, for pages that lie about their encoding or keep silent.

Since 2.19 Scrapy guesses undeclared encodings statistically and garbles windows-1252 pages with few accents;
so we decode as browsers do: BOM, header, meta, then strict UTF-8, then windows-1252.
Source: https://encoding.spec.whatwg.org/ and https://html.spec.whatwg.org/#determining-the-character-encoding.
"""

import codecs
import re

from w3lib.encoding import http_content_type_encoding, resolve_encoding

#: The standard asks for 1,024 bytes at least. Firefox reads on to the end of the head, and pages rely on it.
PRESCANNED = 4096

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF_16 = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
#: Python's names of the encodings that browsers know. It has others, which are no encodings of pages ("rot13") or
#: raise whatever they are asked ("idna").
_BROWSERS = frozenset(
    re.findall(
        r"[\w-]+",
        "utf-8 utf-16 utf-16-le utf-16-be cp866 iso8859-1 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 "
        "iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman "
        "mac-cyrillic cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 gb18030 big5hkscs "
        "euc_jp iso2022_jp cp932 cp949",
    )
)
#: Labels of the Encoding Standard that neither Python nor w3lib knows.
_LABELS = {
    b"x-user-defined": "cp1252", b"iso-8859-8-i": "iso8859-8", b"iso-8859-8-e": "iso8859-8", b"logical": "iso8859-8",
    b"visual": "iso8859-8", b"koi": "koi8-r", b"koi8": "koi8-r", b"koi8-ru": "koi8-u", b"mac": "mac-roman",
    b"x-mac-roman": "mac-roman", b"x-mac-cyrillic": "mac-cyrillic", b"dos-874": "cp874", b"x-cp1250": "cp1250",
    b"x-cp1251": "cp1251", b"x-cp1252": "cp1252", b"x-cp1253": "cp1253", b"x-cp1254": "cp1254", b"x-cp1255": "cp1255",
    b"x-cp1256": "cp1256", b"x-cp1257": "cp1257", b"x-cp1258": "cp1258", b"x-gbk": "gb18030", b"gb_2312": "gb18030",
    b"cn-big5": "big5hkscs", b"x-x-big5": "big5hkscs", b"x-euc-jp": "euc_jp", b"windows-949": "cp949",
    b"ks_c_5601-1989": "cp949", b"ksc_5601": "cp949", b"unicode": "utf-16-le", b"ucs-2": "utf-16-le",
    b"iso-10646-ucs-2": "utf-16-le", b"csunicode": "utf-16-le", b"unicodefeff": "utf-16-le",
    b"unicodefffe": "utf-16-be",
}  # fmt: skip
#: Browsers read these labels as windows-1252, and servers send them by habit over UTF-8.
_WESTERN = {"cp1252", "iso8859-1", "latin-1", "ascii"}
#: Undefined bytes of windows-1252; browsers keep them as control characters.
_UNDEFINED = re.compile("[\x81\x8d\x8f\x90\x9d]")

_MARKUP = re.compile(
    rb"<!--.*?(?:(?<=<!--)>|(?<=<!---)>|-->|\Z)|(?P<meta><meta)(?=[\s/])|(?P<tag></?[a-z][^\s>]*)|<[!/?][^>]*>?",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    rb"[\s/]*(?P<name>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s>\"'][^\s>]*)|[\"'].*|(?=[\s>]|\Z)))?",
    re.DOTALL,
)
_CHARSET = re.compile(
    rb"charset\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s;\"']+))", re.IGNORECASE
)
_XML_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([^\"'>]+)[\"'][^>]{0,200}>", re.IGNORECASE)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of a page; bytes that fit no encoding become U+FFFD."""
    return _decoded(body, _header_encoding(body, content_type) or prescan(body))


def decode_xml(body: bytes) -> str:
    """Return the text of a feed or sitemap by its BOM or declaration, else as UTF-8 or windows-1252.

    Programs that turn a feed into UTF-8 forget its declaration: other encodings hardly ever look like UTF-8.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded(body, _xml_encoding(body))
    return _decoded(body, _xml_encoding(body)) if text.isascii() else text


def prescan(body: bytes) -> str | None:
    """Return the encoding that the beginning of a page declares, in Python's name; `None` where it declares none.

    Source: https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding.
    """
    beginning = body[:PRESCANNED]
    for mark, encoding in ((b"<\0?\0x\0", "utf-16-le"), (b"\0<\0?\0x", "utf-16-be")):
        if beginning.startswith(mark):
            return encoding
    at = 0
    while found := _MARKUP.search(beginning, at):
        at = found.end()
        if found["meta"] or found["tag"]:
            attributes, at = _attributes(beginning, at)
            declared = _meta_encoding(attributes) if found["meta"] else None
            if declared is not None:
                return declared
    return _xml_encoding(beginning)


def _attributes(markup: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag, the first of each name, and where they end."""
    attributes: dict[bytes, bytes] = {}
    while found := _ATTRIBUTE.match(markup, at):
        at = found.end()
        attributes.setdefault(found["name"].lower(), found["double"] or found["single"] or found["bare"] or b"")
    return attributes, at


def _meta_encoding(attributes: dict[bytes, bytes]) -> str | None:
    """Return the encoding that a `meta` tag declares, by `charset` or by `http-equiv` and `content`."""
    label = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").lower() == b"content-type":
        found = _CHARSET.search(attributes.get(b"content", b""))
        label = (found["double"] or found["single"] or found["bare"]) if found else None
    return _not_utf_16(_named(label)) if label else None


def _xml_encoding(body: bytes) -> str | None:
    found = _XML_DECLARATION.match(body.lstrip())
    return _not_utf_16(_named(found[1])) if found else None


def _not_utf_16(encoding: str | None) -> str | None:
    """Return UTF-8 for UTF-16: in UTF-16 the declaration could not have been read."""
    return "utf-8" if encoding in _UTF_16 else encoding


def _named(label: bytes) -> str | None:
    """Return Python's name of the encoding that browsers know by a label; `None` where they know none."""
    label = label.strip().lower()
    encoding = _LABELS.get(label) or resolve_encoding(label.decode("latin-1"))
    return encoding if encoding in _BROWSERS else None


def _header_encoding(body: bytes, content_type: str | None) -> str | None:
    """Return the encoding that a header names, unless it cannot be: markup in UTF-16 holds bytes of zero."""
    if not content_type:
        return None
    label = _CHARSET.search(content_type.encode("latin-1", "replace"))
    encoding = http_content_type_encoding(content_type) or (_named(label["bare"] or b"") if label else None)
    if encoding not in _BROWSERS or (encoding in _UTF_16 and b"\0" not in body[:PRESCANNED]):
        return None
    return encoding


def _decoded(body: bytes, encoding: str | None) -> str:
    for bom, marked in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(marked, "replace")
    if encoding is None or encoding in _WESTERN or encoding == "utf-8":
        return _utf8_or_western(body, declared_utf8=encoding == "utf-8")
    return body.decode(encoding, "replace")


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
