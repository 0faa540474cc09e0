from hypothesis import given
from hypothesis import strategies as st

from archive.search.results import Snippet
from archive.search.snippets import LENGTH, snippet

ENGLISH = "en"
FILLER = "Nothing of this matters to anybody who reads it. " * 30


def plain(runs: Snippet) -> str:
    return "".join(text for text, _ in runs)


def matched(runs: Snippet) -> list[str]:
    return [text for text, is_match in runs if is_match]


def test_the_best_passage_is_shown() -> None:
    text = f"{FILLER}One price. {FILLER}The price of a customer grows. {FILLER}"
    assert matched(snippet(text, {"price", "custom"}, ENGLISH)) == ["price", "customer"]


def test_words_stay_whole_and_what_is_left_out_is_marked() -> None:
    runs = snippet(f"{FILLER}A customer pays. {FILLER}", {"custom"}, ENGLISH)
    shown = plain(runs)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert set(shown.strip("… ").split()) <= set(f"{FILLER}A customer pays.".split())
    assert len(shown) <= LENGTH + 60


def test_every_form_of_a_word_is_marked() -> None:
    assert matched(snippet("Pricing a price priced well", {"price"}, ENGLISH)) == ["Pricing", "price", "priced"]


def test_accents_do_not_hide_a_match() -> None:
    assert matched(snippet("A naïve café", {"naiv", "cafe"}, ENGLISH)) == ["naïve", "café"]


def test_a_text_without_match_shows_its_beginning() -> None:
    runs = snippet(FILLER, {"custom"}, ENGLISH)
    assert matched(runs) == []
    assert plain(runs).startswith("Nothing of this")


def test_an_empty_text_has_no_runs() -> None:
    assert snippet("", {"custom"}, ENGLISH) == ()


def test_lines_are_joined() -> None:
    assert plain(snippet("One\n\ncustomer", {"custom"}, ENGLISH)) == "One customer"


@given(st.text(max_size=2000), st.sets(st.text(min_size=1, max_size=8), max_size=5))
def test_a_snippet_is_a_part_of_the_text(text: str, terms: set[str]) -> None:
    shown = plain(snippet(text, terms, ENGLISH)).removeprefix("… ").removesuffix(" …")
    assert " ".join(shown.split()) in " ".join(text.split())
