"""Addresses in their canonical form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.urls import canonical, permalink, same_site, site_of


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("HTTPS://Blog.Example:443/Post?b=2&a=1#top", "https://blog.example/Post?a=1&b=2"),
        ("https://b.example", "https://b.example/"),
        ("http://b.example:8080/a", "http://b.example:8080/a"),
        ("https://user:secret@b.example/a", "https://b.example/a"),
        ("https://b.example/a?utm_source=x&fbclid=1&p=5", "https://b.example/a?p=5"),
        ("https://b.example/a?replytocom=7", "https://b.example/a"),
        ("https://b.example/a;jsessionid=1A?x=1", "https://b.example/a?x=1"),
        ("https://b.example./a", "https://b.example/a"),
        ("https://b.example/caf%c3%a9", "https://b.example/caf%C3%A9"),
        ("https://b.example/café", "https://b.example/caf%C3%A9"),
    ],
)
def test_an_address_is_brought_to_one_form(url: str, form: str) -> None:
    assert canonical(url) == form
    assert canonical(form) == form


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b.example", "javascript:alert(1)", "ftp://b.example/", "https://", "http://[::1",
            "/relative", "https://b.example:99999/", "https://b.example/" + "a" * 3000]
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_none(url: str) -> None:
    assert canonical(url) is None


def test_a_relative_address_is_resolved() -> None:
    assert canonical("../c/?x", "https://b.example/a/b/") == "https://b.example/a/c/?x="


def test_a_site_is_its_host_without_www_and_with_an_odd_port() -> None:
    assert site_of("https://www.b.example/a") == "b.example"
    assert site_of("http://127.0.0.1:8000/") == "127.0.0.1:8000"
    assert same_site("https://www.b.example/a", "http://b.example/b")
    assert not same_site("https://b.example/", "https://b.example.evil.example/")


@given(st.text(max_size=80))
def test_any_text_is_taken_or_refused_and_never_changes_again(text: str) -> None:
    form = canonical("https://b.example/" + text)
    assert form is None or canonical(form) == form


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("#comment-3", "https://b.example/post/#comment-3"),
        ("https://elsewhere.example/a?b=1#c", "https://elsewhere.example/a?b=1#c"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://ann:secret@b.example/", None),
        ("https://[broken", None),
        ("", None),
        (None, None),
        ("#" + "x" * 3000, None),
    ],
)
def test_a_permalink_is_an_address_of_the_web_or_none(address: str | None, expected: str | None) -> None:
    assert permalink(address, "https://b.example/post/") == expected
