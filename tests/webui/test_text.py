"""Texts as blocks with anchors, and what changed between two texts."""

import time

from hypothesis import given
from hypothesis import strategies as st

from webui.diff import compare
from webui.formatting import blocks


def test_a_text_is_cut_at_blank_lines() -> None:
    assert [block.text for block in blocks("one\n\ntwo\nlines\n \nthree")] == ["one", "two\nlines", "three"]


def test_lists_quotations_and_listings_are_told_by_their_signs() -> None:
    text = "- one\n- two\n  goes on\n  - inner\n\n> said\n>\n> twice\n\nif x:\n    y()\n\nplain - not a list"

    found = [(block.form, block.lines) for block in blocks(text)]

    assert found == [
        ("list", ("one", "two goes on", "inner")),
        ("quote", ("said", "", "twice")),
        ("preformatted", ("if x:", "    y()")),
        ("paragraph", ("plain - not a list",)),
    ]


def test_an_anchor_stays_when_other_paragraphs_come_and_go() -> None:
    before = {block.text: block.anchor for block in blocks("one\n\ntwo\n\nthree")}
    after = {block.text: block.anchor for block in blocks("zero\n\ntwo\n\nfour\n\nthree")}

    assert before["two"] == after["two"]
    assert before["three"] == after["three"]


def test_the_same_words_twice_have_two_anchors() -> None:
    first, second = blocks("same\n\nsame")

    assert second.anchor == f"{first.anchor}-2"


@given(st.text(alphabet="ab \n\t->", max_size=80))
def test_no_word_is_lost_and_no_anchor_is_met_twice(text: str) -> None:
    found = blocks(text)

    letters = "".join(each for each in text if each in "ab")
    assert "".join(each for block in found for each in block.text if each in "ab") == letters
    assert len({block.anchor for block in found}) == len(found)


def test_a_changed_word_is_shown_in_its_paragraph() -> None:
    first, second = compare("Same.\n\n19 of 40 took it.", "Same.\n\n22 of 40 took it.")

    assert first == (("same", "Same."),)
    assert second == (("removed", "19"), ("added", "22"), ("same", " of 40 took it."))


def test_paragraphs_that_come_and_go_are_shown_whole() -> None:
    assert compare("one\n\ntwo", "two") == ((("removed", "one"),), (("same", "two"),))
    assert compare("two", "two\n\nthree") == ((("same", "two"),), (("added", "three"),))


PARAGRAPHS = st.lists(st.text(alphabet="abc ", min_size=1, max_size=12).filter(str.strip), max_size=6)


@given(PARAGRAPHS, PARAGRAPHS)
def test_both_texts_can_be_read_from_what_changed(old: list[str], new: list[str]) -> None:
    runs = [run for paragraph in compare("\n\n".join(old), "\n\n".join(new)) for run in paragraph]

    assert "".join(text for kind, text in runs if kind != "added") == "".join(old)
    assert "".join(text for kind, text in runs if kind != "removed") == "".join(new)


def test_large_and_unlike_texts_are_compared_in_time() -> None:
    started = time.monotonic()

    compare("a b " * 50_000, "b c " * 50_000)
    compare("\n\n".join(map(str, range(5_000))), "\n\n".join(map(str, range(5_000, 10_000))))

    assert time.monotonic() - started < 5
