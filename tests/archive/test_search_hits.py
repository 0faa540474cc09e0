"""What a hit tells: why it was found, and where else the same text stands."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records import Comment, Post, comment_id, post_id
from archive.results import Query

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


def test_copies_of_a_post_are_one_hit_that_names_the_others(archive: Archive) -> None:
    typographic = LETTER.replace("So the folder is now", "So the folder — at last — is now").upper()
    results = found(archive, made("one.example", LETTER), made("two.example", LETTER + " We still do."),
                    made("three.example", typographic.lower()))  # fmt: skip

    (hit,) = results.hits
    assert results.total == 3
    assert {hit.site, *(each.site for each in hit.also)} == {"one.example", "two.example", "three.example"}


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


def test_every_hit_of_a_grouped_list_is_named_once(archive: Archive) -> None:
    results = found(archive, *(made(f"s{number}.example", LETTER) for number in range(25)))
    ids: list[str] = []
    for page in range(1, 4):
        hits = archive.search(replace(results.query, page=page)).hits
        ids += [each.id for hit in hits for each in (hit, *hit.also)]

    assert len(ids) == len(set(ids)) == results.listed == 25


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
