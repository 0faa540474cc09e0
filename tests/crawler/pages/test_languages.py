"""The language of a page, as its record and the dates of its thread take it."""

from datetime import UTC, datetime

import pytest

from crawler.pages.languages import HTML_XML_LANG, XML_LANG, language_code, page_languages, thread_languages
from crawler.pages.metadata.structured import read_structured
from crawler.pages.page import Page


def page_of(body: str, headers: dict[str, str] | None = None) -> Page:
    return Page("https://a.example/post/", body.encode(), datetime(2026, 1, 2, tzinfo=UTC), headers or {})


@pytest.mark.parametrize(
    ("body", "headers", "languages", "code"),
    [
        ('<html lang="en_GB"><p>Hello.</p></html>', {}, ("en-GB",), "en"),
        ('<html lang="%lang%"><meta property="og:locale" content="de_AT"></html>', {}, ("de-AT",), "de"),
        ('<script type="application/ld+json">{"@type": "Article", "inLanguage": "fr"}</script>', {}, ("fr",), "fr"),
        ("<p>Hei.</p>", {"content-language": "fi"}, ("fi",), "fi"),
        ("<p>Hello.</p>", {}, (), None),
    ],
    ids=["root", "placeholder and meta", "JSON-LD", "header", "nothing stated"],
)
def test_a_page_states_its_language(
    body: str, headers: dict[str, str], languages: tuple[str, ...], code: str | None
) -> None:
    page = page_of(body, headers)
    assert page_languages(page, page.once(read_structured)) == languages
    assert language_code(languages) == code


def test_dates_of_a_thread_take_the_attribute_of_the_root_as_it_stands() -> None:
    page = page_of('<html lang=" pt_BR "><p>Olá.</p></html>')
    assert thread_languages(page, fallback=XML_LANG) == ("pt-BR",)
    only_xml = page_of('<html xml:lang="de"><p>Hallo.</p></html>')
    assert thread_languages(only_xml, fallback=HTML_XML_LANG) == ("de",)
    assert thread_languages(page_of("<p>Hello.</p>"), fallback=HTML_XML_LANG) is None
