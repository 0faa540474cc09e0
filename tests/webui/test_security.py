"""Hostile texts and hostile requests: nothing archived is ever run, every argument is bounded, the password holds."""

import re
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import Authorization

from archive.archive import Archive
from archive.errors import ArchiveOpenError
from archive.records.models import Post, post_id
from webui.app import create_app
from webui.formatting import blocks
from webui.security import HEADERS

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, noarchive",
}


@pytest.fixture(scope="module")
def addresses(library: dict[str, Post]) -> list[str]:
    """Every kind of page, of every post."""
    found = ["/", "/search?q=email", "/search?q=zebra", "/search", "/help", "/sites", "/nowhere", "/search?page=0",
             "/people/Ruth%20Adeyemi", "/search?q=the&kind=comment&sort=newest&page=2",
             "/search?q=how+do+you+sell&words=1", "/search?year=2019&has=comments&words=1"]  # fmt: skip
    for post in library.values():
        found += [f"/posts/{post.id}", f"/posts/{post.id}/quote/post", f"/posts/{post.id}/versions",
                  f"/posts/{post.id}/versions/1", f"/sites/{post.site}", f"/posts/{post.id}?find=email",
                  f"/posts/{post.id}?q=email+OR+the"]  # fmt: skip
        found += [f"/posts/{post.id}/quote/{block.anchor}" for block in blocks(post.text)[:2]]
        for each in post.comments[:2]:
            found += [f"/posts/{post.id}/quote/{each.id.replace(':', '-')}", f"/comments/{each.id}/versions"]
    return found


def test_every_answer_carries_the_headers(client: FlaskClient, addresses: list[str]) -> None:
    for address in [*addresses, "/robots.txt", "/health", "/api/search", "/feed.atom", "/export?q=x",
                    "/opensearch.xml", "/static/style.css", "/static/nothing"]:  # fmt: skip
        with client.get(address) as answer:
            assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED, address
            assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"], address


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*|data:", policy)
    assert "frame-ancestors 'none'" in policy


def test_no_page_has_inline_script_or_style(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        tree = html.document_fromstring(client.get(address).text)
        assert not tree.cssselect("style, [style], script:not([src]), iframe, object, embed"), address
        handlers = [name for each in tree.iter("*") for name in each.attrib if name.lower().startswith("on")]
        assert not handlers, address


def test_every_link_is_ours_or_an_ordinary_web_address(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        tree = html.document_fromstring(client.get(address).text)
        for element in tree.iter("*"):
            for name in ("href", "src", "action", "cite"):
                value = element.get(name)
                assert value is None or re.match(r"(https?://|/|#|$)", value), (address, value)


def test_nothing_is_loaded_from_elsewhere(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        tree = html.document_fromstring(client.get(address).text)
        loaded = [each.get("src") or each.get("href")
                  for each in tree.cssselect("script, img, link[rel=stylesheet], link[rel=icon]")]  # fmt: skip
        assert all(each.startswith("/static/") for each in loaded), address


def test_every_page_is_valid_html(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        text = client.get(address).text
        html5lib.HTMLParser(strict=True).parse(text)
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), address


def test_hostile_texts_are_shown_as_they_are_written(client: FlaskClient, library: dict[str, Post]) -> None:
    post = next(each for each in library.values() if each.site == "hostile.example")

    tree = html.document_fromstring(client.get(f"/posts/{post.id}").text)

    assert tree.cssselect("h1")[0].text_content() == "<script>alert('title')</script> & \"quotes\""
    assert "{{ 7*7 }} ${7*7}" in tree.cssselect(".post .text")[0].text_content()
    assert "</textarea><script>alert('comment')</script>" in tree.cssselect(".comment .text")[0].text_content()
    assert len(tree.cssselect("h1")) == 1


def test_no_page_holds_control_characters(tmp_path: Path) -> None:
    url, controls = "https://controls.example/post", "\x00\x07\x0b\r\x1f\x7f\x85\x9f\ufffe\uffff"
    with Archive(tmp_path) as archive:
        archive.add(Post(id=post_id(url), url=url, site="controls.example", title=f"Price{controls}list",
                         text=f"One\ttwo{controls} three.", author=f"Ann{controls}"))  # fmt: skip
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})

    addresses = ("/", "/search?q=price", f"/posts/{post_id(url)}", "/feed.atom", "/search?q=%07a")
    pages = [app.test_client().get(address).text for address in addresses]
    app.extensions["archive"].archive.close()

    assert not [sign for page in pages for sign in controls if sign in page]
    assert all("\ufffd" in page for page in pages)
    assert "One\ttwo" in pages[2]


@pytest.mark.parametrize(
    "query",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' OR 1=1 --", "{{config}}", "\x00\x01\x1f",
     "title:(", "AND OR NOT", "((((((((((", "*", "a*", "* OR *", "[a TO z]", "-", '"', "é" * 200, "\u202e", "𝒳" * 100,
     "site:", "before:", "NOT " * 60, "(" * 400, "%00", "../../etc/passwd", "\ud7ff\ue000"],
)  # fmt: skip
def test_every_query_is_answered(client: FlaskClient, query: str) -> None:
    for address in ("/search", "/api/search", "/feed.atom", "/export"):
        answer = client.get(address, query_string={"q": query})
        assert answer.status_code in {200, 400}, (address, answer.text)
    tree = html.document_fromstring(client.get("/search", query_string={"q": query}).text)
    assert not tree.cssselect("script:not([src]), img")


@pytest.mark.parametrize(
    "arguments",
    ["page=0", "page=-1", "page=201", "page=1e9", "page=x", "page=%D9%A3", "sort=best", "q=" + "a" * 501,
     "site=" + "a" * 201, "&".join(f"site=s{number}" for number in range(13)), "kind=nonsense&q=%22", "year=never"],
)  # fmt: skip
def test_an_argument_out_of_bounds_is_refused_and_said(client: FlaskClient, arguments: str) -> None:
    answer = client.get(f"/search?{arguments}")

    if arguments.startswith("kind="):  # a value that nothing has
        assert answer.status_code in {200, 400}
        return
    assert answer.status_code == 400
    assert html.document_fromstring(answer.text).cssselect(".notice")


@pytest.mark.parametrize(
    "address",
    ["/posts/post:" + "0" * 5_000, "/people/" + "x" * 5_000, "/sites/" + "y" * 5_000, "/posts/..%2f..%2fetc",
     "/static/../webui.py", "/static/%2e%2e/__init__.py", "/people/%00", "/comments/comment:%0d%0aX: y"],
)  # fmt: skip
def test_an_address_of_nothing_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in {400, 404}


def test_only_reading_is_possible(client: FlaskClient, addresses: list[str]) -> None:
    for address in addresses:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert client.open(address, method=method).status_code in {404, 405}


def test_crawlers_are_asked_to_stay_away(client: FlaskClient) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_with_a_password_nothing_is_shown_without_it(directory: Path, addresses: list[str]) -> None:
    app = create_app({"ARCHIVE_DIR": directory, "PASSWORD": "two fine wörds"})
    client = app.test_client()
    wrong = Authorization("basic", {"username": "reader", "password": "two fine words"})
    right = Authorization("basic", {"username": "anyone", "password": "two fine wörds"})

    for address in [*addresses, "/static/style.css", "/api/sites", "/export"]:
        assert client.get(address).status_code == 401
        assert client.get(address, auth=wrong).status_code == 401
        assert (
            client.get(
                address, headers={"Authorization": "Bearer two fine wörds".encode().decode("latin-1")}
            ).status_code
            == 401
        )
    assert client.get("/", auth=right).status_code == 200
    assert client.get("/health").status_code == 200
    app.extensions["archive"].archive.close()


def test_a_page_elsewhere_cannot_ask_under_its_own_name(directory: Path) -> None:
    app = create_app({"ARCHIVE_DIR": directory, "TRUSTED_HOSTS": ["127.0.0.1", "localhost"]})

    assert app.test_client().get("/", headers={"Host": "evil.example"}).status_code == 400
    assert app.test_client().get("/", headers={"Host": "localhost:8000"}).status_code == 200
    app.extensions["archive"].archive.close()


def test_where_there_is_no_archive_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveOpenError, match="no archive in"):
        create_app({"ARCHIVE_DIR": tmp_path / "none"})

    assert not (tmp_path / "none").exists()


def test_a_failure_of_ours_is_a_page_without_details(directory: Path) -> None:
    app = create_app({"ARCHIVE_DIR": directory})

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("secret")

    answer = app.test_client().get("/broken")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    app.extensions["archive"].archive.close()


def test_an_archive_that_cannot_be_read_is_said(app: Flask, tmp_path: Path, library: dict[str, Post]) -> None:
    answer = _with_torn_index(tmp_path, library).get("/search?q=email")

    assert answer.status_code == 503
    assert "cannot" in answer.text


def _with_torn_index(directory: Path, library: dict[str, Post]) -> FlaskClient:
    with Archive(directory) as archive:
        for post in library.values():
            archive.add(post)
        archive.sync()
    app = create_app({"ARCHIVE_DIR": directory})
    for path in (directory / "index").rglob("*.seg"):
        path.unlink()
    return app.test_client()
