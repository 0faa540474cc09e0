import gzip
import zlib
from datetime import UTC, datetime

import brotli
import pytest

from crawler.extensions.warc_rights import may_be_kept

AT = datetime(2024, 1, 1, tzinfo=UTC)
PAGE = b"<html><head><meta name='robots' content='NOARCHIVE'></head><body><p>A text.</p></body></html>"
TALK = b"<html><head></head><body><p>What noarchive means, and who obeys it.</p></body></html>"


def _kept(body: bytes, *headers: tuple[str, str]) -> bool:
    return may_be_kept("https://blog.example/a", [("Content-Type", "text/html"), *headers], body, AT)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("identity", PAGE),
        ("gzip", gzip.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE, wbits=-15)),
        ("br", brotli.compress(PAGE)),
    ],
)
def test_a_noarchive_page_is_not_kept_whatever_its_encoding(encoding: str, body: bytes) -> None:
    assert not _kept(body, ("Content-Encoding", encoding))


def test_a_header_is_obeyed_like_the_page() -> None:
    assert not _kept(b"<p>A text.</p>", ("X-Robots-Tag", "noarchive"))
    assert not _kept(b"<p>A text.</p>", ("tdm-reservation", "1"))


def test_a_page_about_archiving_is_kept() -> None:
    assert _kept(TALK)
    assert _kept(gzip.compress(TALK), ("Content-Encoding", "gzip"))


def test_a_list_that_holds_such_a_post_is_not_kept() -> None:
    listed = b'[{"yoast_head_json": {"robots": {"archive": "noarchive"}}}]'

    assert not may_be_kept("https://blog.example/wp-json/", [("Content-Type", "application/json")], listed, AT)


def test_what_cannot_be_decompressed_is_judged_as_it_is() -> None:
    assert _kept(b"no gzip", ("Content-Encoding", "gzip"))
    assert not _kept(PAGE, ("Content-Encoding", "gzip"))
