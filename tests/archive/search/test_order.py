"""The order of hits, and pages of them."""

from datetime import UTC, datetime

import pytest

from archive.archive import Archive
from archive.errors import QueryError
from archive.search.results import MOST_HITS
from tests.support.searching import found, search, write


def test_all_words_come_before_some_words(sales: Archive) -> None:
    results = search(sales, "pricing churned")
    assert found(sales, "pricing churned")[0] == "churn#comment-0"
    assert results.total > 1
    assert results.message == "Only 1 text holds all the words; the others hold some of them."


def test_sorting_by_date_puts_texts_without_one_last(sales: Archive) -> None:
    newest, oldest = found(sales, "", sort="newest"), found(sales, "", sort="oldest")
    assert newest[0] == "churn"
    assert oldest[-2:] == ["churn", "undated"]
    assert newest[-1] == "undated"


def test_pages_follow_each_other(sales: Archive) -> None:
    whole = found(sales, "")
    pages = [found(sales, "", page=page, per_page=3) for page in (1, 2, 3, 4)]
    assert [name for page in pages for name in page] == whole
    assert pages[3] == []


def test_paging_has_an_end(sales: Archive) -> None:
    with pytest.raises(QueryError, match="first 10,000 hits"):
        search(sales, "", page=MOST_HITS, per_page=10)


def test_the_title_counts_more_than_the_text(archive: Archive) -> None:
    write(archive, "text", "pricing and many other words here", title="Something else")
    write(archive, "title", "something else and many other words", title="Pricing")
    archive.sync()
    assert found(archive, "pricing") == ["title", "text"]


def test_words_that_stand_together_come_first(archive: Archive) -> None:
    write(
        archive,
        "apart",
        "email that strangers get is cold and never read",
        published=datetime(2020, 1, 1, tzinfo=UTC),
    )
    write(archive, "near", "strangers that never read get cold email and is")
    archive.sync()
    assert found(archive, "cold email") == ["near", "apart"]


@pytest.mark.parametrize("asked", ["cold email", "cold AND email"])
@pytest.mark.parametrize("near", ["cold and warm email", "email that is cold"])
def test_words_that_stand_near_each_other_come_before_words_far_apart(
    archive: Archive, asked: str, near: str
) -> None:
    between = "one two three four five six seven eight nine ten"
    write(archive, "apart", f"cold {between} email and warm", published=datetime(2020, 1, 1, tzinfo=UTC))
    write(archive, "near", f"{near} {between}")
    archive.sync()
    assert found(archive, asked) == ["near", "apart"]


def test_words_one_behind_the_other_come_before_words_near_each_other(archive: Archive) -> None:
    write(archive, "near", "email cold and warm for all", published=datetime(2020, 1, 1, tzinfo=UTC))
    write(archive, "together", "warm and cold email for all")
    archive.sync()
    assert found(archive, "cold email") == ["together", "near"]


def test_one_thread_does_not_flood_a_grouped_list(archive: Archive) -> None:
    write(archive, "long", "pricing", *["pricing again"] * 5)
    write(archive, "short", "something on pricing and other words")
    archive.sync()
    results = search(archive, "pricing", grouped=True)
    assert (results.total, results.listed, len(results.hits)) == (7, 3, 3)
    assert sorted(hit.more for hit in results.hits) == [0, 0, 4]
    assert len(search(archive, "pricing", grouped=True, per_page=2, page=2).hits) == 1


def test_the_most_discussed_post_comes_first(sales: Archive) -> None:
    assert found(sales, "kind:post", sort="discussed")[:2] == ["cold", "churn"]
