"""The language of a page, as its record and the dates of its texts take it."""

from datetime import UTC, datetime

import pytest

from crawler.pages.languages import language_code, page_languages
from crawler.pages.page import Page
from crawler.pages.placing import place
from crawler.posts.post import read_post

FETCHED = datetime(2026, 1, 2, tzinfo=UTC)


def page_of(body: str, headers: dict[str, str] | None = None) -> Page:
    return Page("https://a.example/post/", body.encode(), FETCHED, headers or {})


@pytest.mark.parametrize(
    ("body", "headers", "languages", "code"),
    [
        ('<html lang="en_GB"><p>Hello.</p></html>', {}, ("en-GB",), "en"),
        ('<html xml:lang="de" xmlns="http://www.w3.org/1999/xhtml"><p>Hallo.</p></html>', {}, ("de",), "de"),
        ('<html lang="en" xml:lang="de"><p>Hello.</p></html>', {}, ("en",), "en"),
        ('<html lang=" pt_BR "><p>Olá.</p></html>', {}, ("pt-BR",), "pt"),
        ('<html LANG="FR-fr"><p>Bonjour.</p></html>', {}, ("FR-fr",), "fr"),
        ('<html lang="en"><body lang="nl"><p>Hallo.</p></body></html>', {}, ("nl",), "nl"),
        ('<html><body xml:lang="it"><p>Ciao.</p></body></html>', {}, ("it",), "it"),
        ('<html lang="en"><body lang=""><p>Hello.</p></body></html>', {}, ("en",), "en"),
        ('<html lang="zh-Hant-TW"><p>早</p></html>', {}, ("zh-Hant-TW",), "zh"),
        ('<html lang="%lang%"><meta property="og:locale" content="de_AT"></html>', {}, ("de-AT",), "de"),
        ('<html lang="und"><p>Hej.</p></html>', {"content-language": "sv"}, ("sv",), "sv"),
        ('<script type="application/ld+json">{"@type": "Article", "inLanguage": "fr"}</script>', {}, ("fr",), "fr"),
        ('<meta http-equiv="Content-Language" content="fi"><p>Hei.</p>', {}, ("fi",), "fi"),
        ("<meta http-equiv='content-language' content='fi, sv'><p>Hei.</p>", {}, ("fi",), "fi"),
        ("<p>Hei.</p>", {"content-language": "fi"}, ("fi",), "fi"),
        ("<p>Hei.</p>", {"content-language": "fi, sv"}, ("fi",), "fi"),
        ("<p>Hei.</p>", {"content-language": "fi,sv"}, ("fi",), "fi"),
        ('<meta property="og:locale" content="sv_FI"><p>Hej.</p>', {"content-language": "fi, sv"}, ("sv-FI",), "sv"),
        (
            '<meta http-equiv="content-language" content="fi, sv"><meta name="dc.language" content="sv"><p>Hej.</p>',
            {},
            ("sv",),
            "sv",
        ),
        ('<meta name="language" content="English"><p>Hello.</p>', {}, (), None),
        ('<meta name="language" content="no matter"><p>Hello.</p>', {}, (), None),
        ("<p>Hello.</p>", {}, (), None),
    ],
)
def test_a_page_states_its_language(
    body: str, headers: dict[str, str], languages: tuple[str, ...], code: str | None
) -> None:
    assert page_languages(page_of(body, headers)) == languages
    assert language_code(languages) == code


THREAD = """<ol class="commentlist">
<li id="comment-7" class="comment depth-1"><cite class="fn">Ada</cite> <span class="date">05/06/2012</span>
<div class="comment-body"><p>Den Preis nannte ich zuerst.</p></div></li></ol>"""
PLAIN_THREAD = "<h2>3 Comments</h2>" + "".join(
    f"<div class='entry-x'><b>Reader {day}</b> <i>0{day}/06/2012</i><p>I tried this in spring and it worked for "
    f"number {day}, thank you for writing it.</p></div>"
    for day in (3, 4, 5)
)


@pytest.mark.parametrize(
    ("root", "head", "headers"),
    [
        ('xml:lang="de"', "", {}),
        ('lang="en-GB"', "", {}),
        ("", '<meta property="og:locale" content="en_GB">', {}),
        ("", '<meta http-equiv="content-language" content="nl">', {}),
        ("", "", {"content-language": "fr"}),
    ],
)
def test_post_and_thread_take_day_and_month_in_one_order(root: str, head: str, headers: dict[str, str]) -> None:
    body = "<p>We called every customer before lunch.</p>" * 20
    shown = f"<h1>T</h1><span class='entry-date'>03/04/2012</span><div class='entry-content'>{body}</div>"
    for thread in (THREAD, PLAIN_THREAD):
        read = read_post(page_of(f"<html {root}><head>{head}</head><body>{shown}{thread}</body></html>", headers))
        post = place(read, platform="generic", fetched=FETCHED)
        assert post.published is not None
        assert post.published.date().isoformat() == "2012-04-03"
        dates = [comment.published.date() for comment in post.comments if comment.published]
        assert dates
        assert all(date.month == 6 for date in dates)
