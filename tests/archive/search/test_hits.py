"""What a hit tells: why it was found, and where else the same text stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Comment, Post, comment_id, post_id
from archive.search.results import MOST_NAMED, Query

LETTER = (
    "Every renewal begins on the first day. We used to open the folder sixty days before a contract "
    "ended, and by then the customer had made up their mind in the week in which the import failed and "
    "nobody rang. So the folder is now opened when the ink is dry. On day one we write down what they "
    "want to say about us in a year, and on day ninety we read it to them. Most of them laugh, some of "
    "them change the sentence, and all of them know what we are for. The renewal itself takes ten "
    "minutes, and we spend them on the price."
)


def made(site: str, text: str, *, title: str = "On renewals", said: tuple[tuple[str | None, str], ...] = ()) -> Post:
    url = f"https://{site}/renewals"
    comments = tuple(
        Comment(
            id=comment_id(url, "own", str(number)), post_id=post_id(url), position=number, author=author, text=words
        )
        for number, (author, words) in enumerate(said)
    )
    return Post(id=post_id(url), url=url, site=site, title=title, text=text, comments=comments, author="Ines Haddad",
                tags=("churn", "first day"))  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path) as opened:
        yield opened


def found(archive: Archive, *posts: Post, text: str = "renewal", grouped: bool = True):  # type: ignore[no-untyped-def]
    for post in posts:
        archive.add(post)
    archive.sync()
    return archive.search(Query(text=text, grouped=grouped))


def test_a_snippet_stands_below_the_title_that_its_page_says_again(archive: Archive) -> None:
    (hit,) = found(archive, made("one.example", f"Customers\n\nON RENEWALS!\n\n{LETTER}"), text="first day").hits

    assert "".join(run for run, _ in hit.snippet).startswith("Every renewal begins")


def test_copies_of_a_post_are_one_hit_that_names_the_others(archive: Archive) -> None:
    typographic = LETTER.replace("So the folder is now", "So the folder — at last — is now").upper()
    results = found(archive, made("one.example", LETTER), made("two.example", LETTER + " We still do."),
                    made("three.example", typographic.lower()))  # fmt: skip

    (hit,) = results.hits
    assert results.total == 3
    assert {hit.site, *(each.site for each in hit.also)} == {"one.example", "two.example", "three.example"}


def test_an_archive_without_texts_has_no_copies(archive: Archive) -> None:
    assert found(archive).total == 0


def test_another_post_on_the_same_is_no_copy(archive: Archive) -> None:
    sentences = LETTER.split(". ")
    other = ". ".join(f"{one[: len(one) // 2]}{other[len(other) // 2 :]}" for one, other in pairwise(sentences))
    results = found(archive, made("one.example", LETTER), made("two.example", other * 2), made("three.example", ""))

    assert [hit.also for hit in results.hits] == [(), (), ()]


def test_a_comment_is_a_copy_only_of_the_same_reader_s(archive: Archive) -> None:
    said = (("Ann Lee", "The renewal is won early!"), ("Bo Ek", "The renewal is won early!"))
    posts = (made("one.example", "Elsewhere.", said=said), made("two.example", "Far away.", said=said))
    results = found(archive, *posts, text="renewal kind:comment")

    assert results.total == 4
    listed = [(hit.author, [each.author for each in hit.also]) for hit in results.hits]
    assert sorted(listed, key=str) == [("Ann Lee", ["Ann Lee"]), ("Bo Ek", ["Bo Ek"])]


def test_what_nobody_signed_is_no_copy(archive: Archive) -> None:
    posts = [made(site, "Elsewhere.", said=((None, "The renewal!"),)) for site in ("one.example", "two.example")]

    assert [hit.also for hit in found(archive, *posts, text="renewal kind:comment").hits] == [(), ()]


def test_copies_are_one_hit_however_many_pages_apart_they_stand(archive: Archive) -> None:
    copies = [made(f"copy{number}.example", LETTER) for number in range(3)]
    others = [
        made(f"other{number}.example", f"Number {number} on a renewal. " * (number + 1)) for number in range(25)
    ]
    dates = {"copy0.example": 2001, "copy1.example": 2010, "copy2.example": 2030}
    results = found(archive, *(dated(post, dates.get(post.site, 2015)) for post in (*copies, *others)))
    pages = [
        archive.search(replace(results.query, page=page, sort=sort)).hits
        for sort in ("relevance", "newest", "oldest")
        for page in range(1, 5)
    ]

    assert (results.total, results.listed) == (28, 26)
    for first in range(0, len(pages), 4):
        assert [len(hits) for hits in pages[first : first + 4]] == [10, 10, 6, 0]
        listed = [hit for hits in pages[first : first + 4] for hit in hits]
        assert len({each.id for hit in listed for each in (hit, *hit.also)}) == 28
        (hit,) = [hit for hit in listed if hit.also]
        assert (hit.copies, len(hit.also)) == (2, 2)
    assert pages[4][0].site == "copy2.example"  # the newest stands for the others
    assert pages[8][0].site == "copy0.example"


def dated(post: Post, year: int) -> Post:
    return replace(post, published=datetime(year, 5, 1, tzinfo=UTC), published_precision="day")


def test_copies_that_a_filter_leaves_out_are_no_places(archive: Archive) -> None:
    results = found(
        archive, made("one.example", LETTER), made("two.example", LETTER), text="renewal site:one.example"
    )

    assert [(hit.site, hit.copies, hit.also) for hit in results.hits] == [("one.example", 0, ())]


def test_of_very_many_copies_some_are_named_and_all_are_counted(archive: Archive) -> None:
    (hit,) = found(archive, *(made(f"s{number}.example", LETTER) for number in range(MOST_NAMED + 6))).hits

    assert (len(hit.also), hit.copies) == (MOST_NAMED, MOST_NAMED + 5)


def test_copies_are_known_whichever_comes_first_and_however_it_is_indexed(archive: Archive) -> None:
    edited = LETTER.replace("sixty days", "two months") + " We still do."
    for number, text in enumerate((LETTER, edited, LETTER.upper())):  # each in a commit of its own
        results = found(archive, made(f"s{number}.example", text))
    followed = [(hit.copies, results.total, results.listed) for hit in results.hits]

    archive.engine.sync(rebuild=True)
    built = archive.search(results.query)

    assert followed == [(hit.copies, built.total, built.listed) for hit in built.hits] == [(2, 3, 1)]


def test_an_original_that_is_rewritten_leaves_its_copies_together(archive: Archive) -> None:
    found(archive, *(made(f"s{number}.example", LETTER) for number in range(3)))

    results = found(archive, made("s0.example", "A renewal is another thing now, and says so in other words."))

    assert sorted((hit.site == "s0.example", hit.copies) for hit in results.hits) == [(False, 1), (True, 0)]


def test_repeated_comments_in_one_thread_are_counted_with_the_thread(archive: Archive) -> None:
    said = tuple(("Ann Lee", "The renewal is won early!") for _ in range(5))
    results = found(archive, made("one.example", "Elsewhere.", said=said), text="renewal kind:comment")

    assert [(hit.copies, hit.more) for hit in results.hits] == [(0, 0), (0, 3)]


def test_copies_stand_apart_where_a_list_is_not_grouped(archive: Archive) -> None:
    results = found(archive, made("one.example", LETTER), made("two.example", LETTER), grouped=False)

    assert [len(hit.also) for hit in results.hits] == [0, 0]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("renewals", ("title", "text")),
        ("ink", ("text",)),
        ("Haddad", ("author",)),
        ("churn", ("tags",)),
        ("pricing", ("text",)),
        ("ledger.example", ("site",)),
        ("", ()),
    ],
)
def test_a_hit_tells_where_the_words_stand(archive: Archive, words: str, places: tuple[str, ...]) -> None:
    (hit,) = found(archive, made("ledger.example", LETTER), text=words).hits

    assert hit.matched == places
    assert hit.tags == (("churn",) if words == "churn" else ())


def test_the_title_is_marked_and_otherwise_as_it_is(archive: Archive) -> None:
    (hit,) = found(archive, made("one.example", LETTER, title="On  renewals, early"), text="renewal").hits

    assert hit.heading == (("On  ", False), ("renewals", True), (", early", False))
