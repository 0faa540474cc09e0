"""What was meant, how words go on, related posts and key terms."""

from collections.abc import Iterator

import pytest

from archive.archive import Archive
from archive.records.models import post_id
from archive.search.results import Query
from tests.support.searching import search, write


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("pricng", "pricing"),
        ('"cold emial"', '"cold email"'),
        ("title:chrun", "title:churn"),
        ("by:lea", None),
        ("site:b.org custmers", "site:b.org customers"),
        ("cusotmer", "customer"),  # only "customers" stands there
        ("pricing", None),
        ("raised nothing", None),  # "raise" stands there, and was found
        ("xqzvwkjh", None),
        ("price xqzvwkjh", None),  # it stands there as "pricing" and "prices"
    ],
)
def test_a_misspelled_query_is_corrected(sales: Archive, text: str, meant: str | None) -> None:
    assert search(sales, text).suggestion == meant


def test_a_word_is_completed_by_the_commonest_first(sales: Archive) -> None:
    assert sales.engine.complete("PRI") == ["pricing", "prices"]
    assert sales.engine.complete("") == []


def test_authors_sites_and_tags_are_completed_by_any_of_their_words(sales: Archive) -> None:
    complete = sales.engine.complete_name
    assert complete("author", "an") == ["Ann Lee"]
    assert complete("author", "LE") == ["Ann Lee"]
    assert complete("author", "ee") == []
    assert complete("author", "e") == ["Bo Ek"]
    assert complete("site", "org") == ["b.org"]
    assert complete("tag", "ema") == ["cold email"]
    assert complete("tag", " ") == []


@pytest.fixture(scope="module")
def topics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return posts on two topics, in words that all share, and one comment."""
    with Archive(tmp_path_factory.mktemp("topics")) as archive:
        for number in range(6):
            topic = "discounts annual invoices" if number % 2 else "cold outreach sequences"
            write(archive, str(number), f"Founders selling number{number}: {topic}", f"More on {topic}")
        write(archive, "empty", "")
        archive.sync()
        yield archive


def test_related_posts_are_other_posts_on_the_same_topic(topics: Archive) -> None:
    urls = [hit.url for hit in topics.engine.related(post_id("https://example.com/1"), 10)]
    assert set(urls[:2]) == {"https://example.com/3", "https://example.com/5"}
    assert "https://example.com/1" not in urls
    assert topics.engine.related(post_id("https://example.com/empty")) == ()
    assert topics.engine.related(post_id("https://example.com/unknown")) == ()


def test_key_terms_tell_the_hits_from_other_texts(topics: Archive) -> None:
    assert set(topics.engine.key_terms(Query(text="discounts"), 2)) == {"annual", "invoices"}
    assert topics.engine.key_terms(Query(text="nowhere")) == ()
