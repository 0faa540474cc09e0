"""How whole the archive of a site is."""

from dataclasses import replace
from pathlib import Path

from archive.archive import Archive
from archive.records.models import Comment, Post, Visit, comment_id, parse_time, post_id
from archive.store.coverage import FORBIDDEN, Month, coverage, gaps
from archive.store.sites import ScheduleState

AT = parse_time("2026-11-12T08:30:00Z")


def post(number: int, published: str | None, *, stated: int | None = None, comments: int = 0) -> Post:
    url = f"https://a.example/{number}"
    return Post(
        id=post_id(url),
        url=url,
        site="a.example",
        text="Text.",
        author="Ann" if number else None,
        published=parse_time(published) if published else None,
        published_precision="day" if published else None,
        comments_stated=stated,
        comments=tuple(
            Comment(id=comment_id(url, "x", str(each)), post_id=post_id(url), position=each, text="Yes.",
                    published=parse_time("2020-05-01T00:00:00Z"), published_precision="day")
            for each in range(comments)
        ),
    )  # fmt: skip


def visit(of: Post) -> Visit:
    return Visit(url=of.url, site=of.site, at=AT, status=200, post=of)


def test_a_site_without_misses_has_no_concerns(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.record(visit(post(1, "2020-03-02T00:00:00Z", stated=2, comments=2)))

        found = coverage(archive.database)["a.example"]

    assert found.concerns == ()
    assert (found.posts, found.comments, found.stated, found.found) == (1, 2, 2, 2)
    assert found.months == (Month("2020-03", 1, 0), Month("2020-05", 0, 2))
    assert found.last_visit == AT


def test_a_placeholder_of_a_removed_comment_is_found_but_not_counted(tmp_path: Path) -> None:
    whole = replace(post(1, "2020-03-02T00:00:00Z", stated=3, comments=3), comment_system="x")
    removed = replace(whole.comments[1], text="", deleted=True)
    with Archive(tmp_path) as archive:
        archive.record(visit(whole))
        archive.record(visit(replace(whole, comments=(whole.comments[0], removed, whole.comments[2]))))

        found, counts = coverage(archive.database)["a.example"], archive.store.counts()

    assert (found.comments, found.found, found.concerns) == (2, 3, ())
    assert found.months[-1] == Month("2020-05", 0, 2)
    assert counts == {"a.example": (1, 2)}


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.record(visit(post(1, "2020-03-02T00:00:00Z", stated=5, comments=2)))
        archive.frontier.discover("a.example", [("https://a.example/2", None), ("https://a.example/3", None)])
        archive.record(Visit(url="https://a.example/4", site="a.example", at=AT, status=503))
        archive.sites.learn("a.example", list_failure="the sitemap is broken")

        found = coverage(archive.database)["a.example"]

    assert found.concerns == (
        "its posts could not be listed: the sitemap is broken",
        "1 page failed",
        "2 pages not read yet",
        "3 stated comments not found",
    )
    assert found.reasons == (("HTTP status 503", 1),)


def test_what_robots_txt_closes_is_no_failure(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.record(Visit(url="https://a.example/1", site="a.example", at=AT, reason=FORBIDDEN))

        found = coverage(archive.database)["a.example"]

    assert (found.concerns, found.reasons, found.forbidden) == ((), (), 1)


def test_posts_without_date_or_author_are_counted_and_in_no_month(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.add(post(0, None))

        found = coverage(archive.database)["a.example"]

    assert (found.undated, found.unsigned, found.months) == (1, 1, ())


def test_a_site_of_which_only_addresses_are_known_is_there(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.frontier.discover("b.example", [("https://b.example/1", None)])

        found = coverage(archive.database)["b.example"]

    assert (found.posts, found.pages, found.concerns) == (0, 1, ("1 page not read yet",))


def test_a_silence_far_longer_than_the_habit_is_a_gap() -> None:
    months = ["2019-11", "2019-12", "2020-01", "2020-02", "2021-02", "2021-03"]

    assert gaps(months) == (("2020-02", "2021-02", 11),)


def test_a_site_that_writes_twice_a_year_has_no_gaps() -> None:
    assert gaps(["2015-01", "2015-07", "2016-02", "2016-08", "2017-01"]) == ()
    assert gaps(["2015-01"]) == ()
    assert gaps([]) == ()


def test_a_site_is_due_at_its_next_turn_or_when_a_page_of_it_is(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.record(visit(post(1, "2020-03-02T00:00:00Z")))
        page_due = coverage(archive.database)["a.example"].next_due
        archive.sites.note_visit(
            "a.example", {"/": ScheduleState(due=parse_time("2026-11-12T10:30:00Z"))}, failure=None
        )
        sooner = coverage(archive.database)["a.example"].next_due
        archive.sites.note_visit(
            "a.example", {"/": ScheduleState(due=parse_time("2031-01-01T00:00:00Z"))}, failure=None
        )
        later = coverage(archive.database)["a.example"].next_due

    assert sooner == parse_time("2026-11-12T10:30:00Z") < (page_due or AT) == later
