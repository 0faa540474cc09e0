"""Foreign XML, feeds and sitemaps: mended where it is broken, loading nothing, bounded by libxml2's own limits."""

import re

from lxml import etree

from crawler.pages.decoding import decode_xml

#: XML in UTF-16 without a mark: libxml2 tells it, and nobody else does.
_UTF_16 = (b"<\x00", b"\x00<")
_DECLARATION = re.compile(rb"\s*<\?xml\b[^>]{0,200}\?>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:x0*+(d[0-9a-f]{3})(?![0-9a-f])|0*+(5\d{4})(?!\d));?", re.IGNORECASE)
_UTF_8 = re.compile(rb"encoding\s{0,9}=\s{0,9}[\"']utf-?8[\"']", re.IGNORECASE)


def parse_xml(body: bytes) -> etree._Element | None:
    """Return the root of a feed or sitemap; `None` for what is no XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False, remove_comments=True
    )
    try:
        return etree.fromstring(_sound(body.lstrip()), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local_name(element: etree._Element) -> str:
    """Return a name without its namespace, empty for what has none; lxml's own way refuses broken names."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_text(element: etree._Element, name: str) -> str | None:
    """Return the text of the first child of that name in any namespace; `None` where it is missing or blank."""
    child = element.find(f"{{*}}{name}")
    text = "".join(map(str, child.itertext())).strip() if child is not None else ""
    return text or None


def _sound(body: bytes) -> bytes:
    """Return XML in sound UTF-8: libxml2 takes halves of characters in any guise, and lxml cannot hand them out."""
    declared = _DECLARATION.match(body)
    if body.startswith(_UTF_16):
        return body
    if not _is_utf8(body) or (declared is not None and not _UTF_8.search(declared[0])):
        body = _DECLARATION.sub(b"", decode_xml(body).encode("utf-8", "replace"), count=1)
    return _REFERENCE.sub(_whole, body)


def _whole(reference: re.Match[bytes]) -> bytes:
    number = int(reference[2], 10) if reference[2] else int(reference[1], 16)
    return b"&#xFFFD;" if 0xD800 <= number <= 0xDFFF else reference[0]  # noqa: PLR2004 (the range is Unicode's)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
