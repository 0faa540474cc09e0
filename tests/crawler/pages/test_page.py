"""What the readers of a page share: one parse, and what one of them found out."""

import pickle
from datetime import UTC, datetime

from crawler.pages.page import Page


def page_of(body: str) -> Page:
    return Page("https://a.example/post/", body.encode(), datetime(2026, 1, 2, tzinfo=UTC))


def test_what_is_read_once_is_kept_for_the_next_reader() -> None:
    page, calls = page_of("<p>Call early.</p>"), []

    def words(of: Page) -> list[str]:
        calls.append(of)
        return of.text.split()

    assert page.once(words) is page.once(words)
    assert calls == [page]


def test_a_page_travels_without_its_parse_and_what_was_read() -> None:
    page = page_of("<p>Call early.</p>")
    page.once(lambda of: of.tree)
    assert vars(pickle.loads(pickle.dumps(page))) == vars(page_of("<p>Call early.</p>"))
