"""A passage as text, Markdown, BibTeX and as an address that a browser scrolls to."""

from dataclasses import replace
from hashlib import sha256
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from lxml import html

from archive.records.models import Post, parse_time
from webui.citations import Quotation

PASSAGE = Quotation(
    text="A cold email is a guess about somebody's week.",
    author="Maya Lindqvist",
    title="The cold email that got 31 answers",
    site="tenfirst.example",
    published=parse_time("2015-03-02T09:30:00Z"),
    precision="second",
    address="https://tenfirst.example/cold-email/",
    fetched=parse_time("2026-11-12T08:30:00Z"),
)


def test_a_short_passage_is_named_whole_in_its_link() -> None:
    link = PASSAGE.link or ""

    assert unquote(link) == f"https://tenfirst.example/cold-email/#:~:text={PASSAGE.text}"


def test_a_long_passage_is_named_by_its_ends() -> None:
    long = replace(PASSAGE, text=" ".join(f"word{number}" for number in range(50)))

    start, end = (long.link or "").partition("text=")[2].split(",")
    assert unquote(start) == "word0 word1 word2 word3 word4"
    assert unquote(end) == "word45 word46 word47 word48 word49"


def test_signs_of_the_directive_itself_are_escaped() -> None:
    link = replace(PASSAGE, text="one-two, three & four").link or ""

    assert link.endswith("#:~:text=one%2Dtwo%2C%20three%20%26%20four")


def test_a_comment_s_link_keeps_its_own_anchor() -> None:
    comment = replace(PASSAGE, address="https://tenfirst.example/cold-email/#comment-7", text="Agreed.", comment=True)

    assert comment.link == "https://tenfirst.example/cold-email/#comment-7:~:text=Agreed."


def test_an_address_that_cannot_be_followed_has_no_link() -> None:
    assert replace(PASSAGE, address="javascript:alert(1)").link is None


def test_plain_text_says_who_where_and_when() -> None:
    passage, source, link, _ = PASSAGE.plain.split("\n")

    assert passage == "“A cold email is a guess about somebody's week.”"
    assert source == "— Maya Lindqvist, “The cold email that got 31 answers”, tenfirst.example, 2 March 2015"
    assert link == PASSAGE.link


@pytest.mark.parametrize("form", ["plain", "markdown", "bibtex"])
def test_every_form_holds_the_hash_of_the_passage(form: str) -> None:
    seal = f"sha256:{sha256(PASSAGE.text.encode()).hexdigest()}"

    assert seal in getattr(PASSAGE, form)
    assert "sha256" not in getattr(replace(PASSAGE, text=""), form)  # a post as a whole has none


def test_a_comment_says_that_it_is_one() -> None:
    comment = replace(PASSAGE, comment=True, author=None)

    assert comment.source.startswith("Anonymous, comment on “The cold email that got 31 answers”, ")


def test_markdown_escapes_its_signs_and_holds_any_address() -> None:
    passage = replace(PASSAGE, text="*not* [a](link)\nsecond", address="https://x.example/a_(b)>")

    lines = passage.markdown.split("\n")
    assert lines[0] == r"> \*not\* \[a\](link)"
    assert lines[1] == "> second"
    assert "](<https://x.example/a_(b)%3E#:~:text=" in lines[3]


def test_bibtex_escapes_its_signs() -> None:
    entry = replace(PASSAGE, title="50% & {more}_#1 $", text="").bibtex

    assert r"title = {50\% \& \{more\}\_\#1 \$}" in entry
    assert entry.startswith("@online{lindqvist2015,\n")
    assert "  date = {2015-03-02},\n" in entry
    assert "  urldate = {2026-11-12},\n" in entry
    assert "note" not in entry


def test_bibtex_states_no_more_of_a_date_than_is_known() -> None:
    assert "date = {2015}" in replace(PASSAGE, precision="year").bibtex
    assert "\n  date = " not in replace(PASSAGE, published=None).bibtex


def test_every_paragraph_and_comment_can_be_quoted(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    tree = html.document_fromstring(client.get(f"/posts/{post.id}").text)
    links = [each.get("href") for each in tree.cssselect("a") if each.text_content() == "Quote"]

    assert len(links) == len(post.text.split("\n\n")) + sum(not each.deleted for each in post.comments)
    for link in links:
        quote = html.document_fromstring(client.get(link).text)
        assert [each.text_content() for each in quote.cssselect("label")] == ["Text", "Markdown", "BibTeX"]


def test_the_hash_is_that_of_the_passage_as_archived(client: FlaskClient, library: dict[str, Post]) -> None:
    comment = library["cold-email-that-got-answers"].comments[2]
    page = client.get(f"/posts/{comment.post_id}/quote/{comment.id.replace(':', '-')}").text

    assert sha256(comment.text.encode()).hexdigest() in page


@pytest.mark.parametrize("anchor", ["p-00000000", "comment-" + "0" * 24, "nonsense"])
def test_a_passage_that_is_gone_is_said_to_be(client: FlaskClient, library: dict[str, Post], anchor: str) -> None:
    answer = client.get(f"/posts/{library['annual-contracts'].id}/quote/{anchor}")

    assert answer.status_code == 404
    assert "This passage is no longer in the post" in answer.text
