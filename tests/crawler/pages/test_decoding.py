"""Bytes to text, as browsers do it; and the one parse of a page."""

import pickle
from datetime import UTC, datetime

import pytest

from crawler.pages.decoding import decode
from crawler.pages.page import Page
from crawler.pages.xml import parse_xml

HTML = "text/html"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("café".encode(), None, "café"),
        (b"caf\xe9 \x97 it\x92s", None, "café — it’s"),
        (b"caf\xe9 \x97", "text/html; charset=iso-8859-1", "café —"),
        ("café".encode(), "text/html; charset=iso-8859-1", "café"),
        ("café".encode("utf-16-le"), "text/html; charset=utf-16-le", "café"),
        (b"\xff\xfe" + "café".encode("utf-16-le"), HTML, "café"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "text/html; charset=iso-8859-1", "café"),
        ('<meta charset="shift_jis">日本'.encode("shift_jis"), HTML, '<meta charset="shift_jis">日本'),
        ("привет".encode("koi8-r"), "text/html; charset=koi8-r", "привет"),
        ("café naïve ".encode() + b"\xff", "text/html; charset=utf-8", "café naïve \ufffd"),
        (b"caf\xe9", "text/html; charset=utf-8", "café"),
        (b"caf\xc3\xa9", "text/html; charset=nonsense", "café"),
        (b"", None, ""),
    ],
)
def test_text_is_decoded_as_browsers_do(body: bytes, content_type: str | None, text: str) -> None:
    assert decode(body, content_type) == text


def page(body: bytes) -> Page:
    return Page("https://b.example/", body, datetime(2026, 8, 1, tzinfo=UTC))


def test_a_page_travels_to_a_worker_after_it_was_parsed() -> None:
    read = page(b"<p>one</p>")
    assert read.tree.text_content() == "one"
    assert pickle.loads(pickle.dumps(read)).tree.text_content() == "one"


@pytest.mark.parametrize("body", [b"", b"\x00", b"   ", b"<?xml version='1.0' encoding='utf-16'?><p>", b"<!-- x -->"])
def test_any_bytes_have_a_tree(body: bytes) -> None:
    assert page(body).tree is not None


def test_text_after_a_comment_is_part_of_its_paragraph() -> None:
    paragraph = next(page(b"<p>one <!-- -->two</p>").tree.iter("p"))
    assert (paragraph.text, len(paragraph)) == ("one two", 0)


def test_deeply_nested_elements_keep_their_places() -> None:
    tree = page(b"<section>" * 1500 + b"<p>deep</p>").tree
    assert sum(1 for _ in tree.iter("section")) == 1500
    assert tree.text_content() == "deep"


@pytest.mark.parametrize("body", [b"", b"no xml", b"\x00\x00"])
def test_what_is_no_xml_has_no_root(body: bytes) -> None:
    assert parse_xml(body) is None


def test_xml_loads_nothing_from_elsewhere() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>a&x;b</r>'
    root = parse_xml(bomb)
    assert root is not None
    assert "".join(map(str, root.itertext())).replace("&x;", "") == "ab"
