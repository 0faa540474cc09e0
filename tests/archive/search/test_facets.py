"""Facets, months, and the filters that they lead to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from archive.archive import Archive
from archive.errors import QueryError
from tests.support.searching import found, search, write


def test_facets_count_the_hits(sales: Archive) -> None:
    facets = {facet.name: dict(facet.counts) for facet in search(sales, "").facets}
    assert facets == {
        "kind": {"post": 5, "comment": 3},
        "has": {"comments": 2},
        "site": {"example.com": 6, "b.org": 1, "c.de": 1},
        "year": {"2015": 3, "2016": 3, "2018": 1},
        "author": {"Ann Lee": 3, "Bo Ek": 3, "Cy Fox": 1},
        "tag": {"outbound": 1, "cold email": 1},
        "platform": {"generic": 6, "ghost": 2},
    }


def test_a_filter_finds_as_many_as_its_facet_counted(sales: Archive) -> None:
    for facet in search(sales, "pricing OR cold OR churn").facets:
        for value, count in facet.counts:
            filtered = search(sales, "pricing OR cold OR churn", filters=((facet.name, value),))
            assert filtered.total == count
            counts = dict(next(each.counts for each in filtered.facets if each.name == facet.name))
            assert counts[value] == count
            assert len(counts) == 1 or facet.name in {"tag", "has"}  # a post has several


def test_months_count_the_hits_in_the_order_of_time_and_can_be_chosen(sales: Archive) -> None:
    months = search(sales, "pricing OR cold OR churn").months
    assert months == (("2015-03", 2), ("2016-04", 3), ("2018-07", 1))
    for month, count in months:
        filtered = search(sales, "pricing OR cold OR churn", filters=(("month", month),))
        assert (filtered.total, filtered.months) == (count, ((month, count),))


def test_a_text_of_which_only_the_year_is_known_is_of_no_month(archive: Archive) -> None:
    write(archive, "year", "word", published=datetime(2015, 1, 1, tzinfo=UTC), published_precision="year")
    write(archive, "month", "word", published=datetime(2015, 1, 1, tzinfo=UTC), published_precision="month")
    archive.sync()
    assert search(archive, "").months == (("2015-01", 1),)
    assert found(archive, "", filters=(("month", "2015-01"),)) == ["month"]
    assert found(archive, "year:2015-01") == ["month"]
    assert set(found(archive, "year:2015")) == {"month", "year"}


def test_posts_that_their_author_answers_below_are_counted_and_found(archive: Archive) -> None:
    post = write(archive, "answered", "word", "a question", "an answer")
    archive.add(replace(post, comments=(post.comments[0], replace(post.comments[1], by_post_author=True))))
    write(archive, "commented", "word", "a question")
    write(archive, "alone", "word")
    archive.sync()
    (has,) = [facet for facet in search(archive, "word").facets if facet.name == "has"]
    assert has.counts == (("comments", 2), ("author-reply", 1))
    assert found(archive, "", filters=(("has", "author-reply"),)) == ["answered"]


@pytest.mark.parametrize("wrong", [("month", "spring"), ("has", "pictures"), ("colour", "red")])
def test_a_filter_that_there_is_not_is_refused_in_words(sales: Archive, wrong: tuple[str, str]) -> None:
    with pytest.raises(QueryError, match=r"is not a month|no 'pictures'|no filter 'colour'"):
        search(sales, "", filters=(wrong,))


def test_a_sub_site_is_no_part_of_a_chosen_site(archive: Archive) -> None:
    write(archive, "a", "word", site="example.com")
    write(archive, "b", "word", site="blog.example.com")
    archive.sync()
    assert len(found(archive, "site:example.com")) == 2
    assert found(archive, "word", filters=(("site", "example.com"),)) == ["a"]


def test_a_query_of_an_author_by_filter(sales: Archive) -> None:
    assert search(sales, "", filters=(("author", "Bo Ek"), ("year", "2016"))).total == 3
