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


#: What follows a declaration: it says nothing of its own and is no windows-1252.
REST = "<title>Café — Zürich, Łódź</title>"


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="utf-16">',
        "<meta charset='UTF-16LE'>",
        "<meta charset=utf-16be>",
        '<meta charset="unicode">',
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-16">',
        "<META CONTENT='text/html;charset=utf-16le' HTTP-EQUIV=content-type />",
        '<meta http-equiv="content-type" content="text/html; charset = \'utf-16\'">',
        '<?xml version="1.0" encoding="UTF-16"?>',
        '<!-- <meta charset="koi8-r"> -->',
        '<!--><meta charset="utf-16">',
        '<a title="<meta charset=koi8-r>">x</a>',
        '<meta name="keywords" content="charset=koi8-r">',
        '<meta http-equiv="refresh" content="text/html; charset=koi8-r">',
        '<metadata charset="koi8-r">',
        '<meta charset="idna"><meta charset="utf-8">',
        '<meta charset="rot13">',
        '<meta charset="utf-32">',
        '<meta charset="undefined">',
        '<meta charset="punycode">',
        '<meta charset="iso-8859-1">',
        '<meta charset="x-user-defined">',
        '<meta charset="utf-8" charset="koi8-r">',
        '<?xml version="1.0" encoding="koi8-r"?><meta charset="utf-8">',
    ],
)
def test_utf_8_is_read_as_utf_8_whatever_its_head_declares(head: str) -> None:
    text = head + REST
    for beginning in ("", "<!DOCTYPE html><html><head>\n"):
        whole = text if head.startswith("<?xml") else beginning + text
        assert decode(whole.encode(), HTML) == whole


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=koi8-r>", "koi8-r"),
        ("<meta/charset=koi8-r/>", "koi8-r"),
        ("<meta name=x\ncharset = 'koi8-r'>", "koi8-r"),
        ('<meta charset="nonsense"><meta charset="koi8-r">', "koi8-r"),
        ("<meta http-equiv=Content-Type content='text/html;charset=koi8-r'>", "koi8-r"),
        ('<meta content="text/html; charset=windows-1251" http-equiv="Content-Type">', "cp1251"),
        ('<meta charset="x-cp1251">', "cp1251"),
        ('<!-- a --><p title=">"><meta charset="koi8-r">', "koi8-r"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
    ],
)
def test_a_declared_encoding_is_found_in_any_markup(head: str, encoding: str) -> None:
    text = head + "<p>привет</p>"
    assert decode(text.encode(encoding), HTML) == text


@pytest.mark.parametrize(("encoding", "name"), [("utf-16-le", "utf-16"), ("utf-16-be", "utf-16")])
def test_xml_in_utf_16_is_told_by_its_first_bytes(encoding: str, name: str) -> None:
    text = f'<?xml version="1.0" encoding="{name}"?><p>привет</p>'
    assert decode(text.encode(encoding)) == text


def test_the_mark_comes_before_the_header_and_the_header_before_meta() -> None:
    text = '<meta charset="koi8-r"><p>привет</p>'
    assert decode(text.encode("cp1251"), "text/html; charset=windows-1251") == text
    assert decode(text.encode("cp1251"), "text/html; charset=x-cp1251") == text
    assert decode(b"\xff\xfe" + text.encode("utf-16-le"), "text/html; charset=windows-1251") == text
    assert decode(b"\xef\xbb\xbf" + text.encode(), "text/html; charset=windows-1251") == text


def test_a_header_of_utf_16_is_not_believed_of_bytes_without_zeros() -> None:
    text = '<meta charset="koi8-r"><p>привет</p>'
    assert decode(text.encode("koi8-r"), "text/html; charset=utf-16") == text
    assert decode(text.encode("utf-16-be"), "text/html; charset=utf-16be") == text


@pytest.mark.parametrize("declared", ["utf-16", "UTF-16LE", "unicode", "x-user-defined", "idna"])
def test_xml_in_utf_8_is_read_whatever_it_declares(declared: str) -> None:
    root = parse_xml(f'<?xml version="1.0" encoding="{declared}"?><r>Café — Łódź</r>'.encode())
    assert root is not None
    assert root.text == "Café — Łódź"


def test_a_feed_is_read_by_its_declaration_and_not_by_a_page_in_it() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><r><![CDATA[<meta charset="koi8-r">привет]]></r>'
    root = parse_xml(text.encode("cp1251"))
    assert root is not None
    assert root.text == '<meta charset="koi8-r">привет'


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
