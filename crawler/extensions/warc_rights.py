"""The rights to raw responses: those of a page that asks not to be archived are not kept."""

import zlib
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import brotli

from crawler.pages.metadata.rights import read_rights
from crawler.pages.metadata.structured import read_structured
from crawler.pages.page import Page
from crawler.pages.reservations import PATH, Reservations

#: What a page says about reuse stands in its head.
_HEAD_BYTES = 2 * 1024 * 1024
#: Pages that hold none of these words need not be parsed.
_SIGNS = (b"noarchive", b"noai", b"tdm-reservation")
#: zlib's word for: a gzip or a zlib header, whichever is there.
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_NOTHING_RESERVED = Reservations()
_PAGES = ("text/html", "application/xhtml+xml")


def may_be_kept(
    url: str,
    headers: list[tuple[str, str]],
    body: bytes,
    at: datetime,
    *,
    host: Reservations = _NOTHING_RESERVED,
) -> bool:
    """Tell whether a response, as received, may be kept; False when its head or its headers ask not to be archived.

    `host` is what its host reserves. A list in JSON or XML is not kept when anything in it says `noarchive`, or when
    the host reserves anything: it holds many posts, and cannot be cut.
    """
    named: dict[str, str] = {"tdm-reservation": "1"} if host.reserve(url) else {}
    if any(name.lower() == "tdm-reservation" for name, _ in headers):
        named = {}  # the answer's own word counts before its host's
    for name, value in headers:
        named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
    if host.reserve_any() and not _is_page(named.get("content-type", "")):
        return _is_policy(url)
    head = _decompressed(body, named.get("content-encoding", ""))
    lower = head.lower()
    if not any(sign in lower for sign in _SIGNS) and not {"x-robots-tag", "tdm-reservation"} & named.keys():
        return True
    if "json" in named.get("content-type", ""):
        return _SIGNS[0] not in lower
    page = Page(url, head, at, named)
    return read_rights(page, page.once(read_structured))[1] != "withheld"


def _is_page(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in {"", *_PAGES}


def _is_policy(url: str) -> bool:
    """Tell whether an address is of a file that speaks to crawlers, and holds no text of anybody's."""
    return urlsplit(url).path in {PATH, "/robots.txt"}


def _decompressed(body: bytes, encoding: str) -> bytes:
    """Return the beginning of a body as text bytes; the body itself when it is not what its header says."""
    codec = encoding.strip().lower()
    try:
        if codec == "br":
            decompressor: Any = brotli.Decompressor()
            return bytes(decompressor.process(body, output_buffer_limit=_HEAD_BYTES))
        if codec in {"gzip", "x-gzip"}:
            return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, _HEAD_BYTES)
        if codec == "deflate":
            return _inflated(body)
    except (zlib.error, brotli.error):
        return body[:_HEAD_BYTES]
    return body[:_HEAD_BYTES]


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(_GZIP_OR_ZLIB).decompress(body, _HEAD_BYTES)
    except zlib.error:  # servers send it without its header, too
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, _HEAD_BYTES)
