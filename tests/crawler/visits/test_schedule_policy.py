"""How long a site waits for its next visit, and what a site visit asks for."""

from datetime import UTC, datetime, timedelta

import pytest

from archive.store.sites import SiteState
from crawler.catalogue.sites import Site
from crawler.visits.schedule import KnownFeed, SiteSchedule, due_sites

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SITE = Site(url="https://a.example/")


def test_a_turn_is_kept_as_it_was() -> None:
    schedule = SiteSchedule(
        at=NOW,
        listed=NOW,
        news=NOW,
        by_list=True,
        threads_apart=True,
        owed=True,
        not_before=NOW,
        quiet=3,
        feeds=(
            KnownFeed(url="https://a.example/feed/", etag='"1"', asked=NOW, news=NOW),
            KnownFeed(url="https://a.example/c/", comments=True),
        ),
    )

    assert SiteSchedule.of(SITE, SiteState(schedules=schedule.schedules(SITE))) == schedule


def test_blogs_of_one_host_keep_turns_of_their_own() -> None:
    one, other = Site(url="https://h.example/one/"), Site(url="https://h.example/two/")
    state = SiteState(schedules=SiteSchedule(quiet=1).schedules(one) | SiteSchedule(quiet=2).schedules(other))

    assert (SiteSchedule.of(one, state).quiet, SiteSchedule.of(other, state).quiet) == (1, 2)


@pytest.mark.parametrize(("quiet", "hours"), [(0, 1), (1, 2), (3, 8), (5, 24), (400, 24)])
def test_a_site_that_brings_nothing_is_asked_less_and_less_but_daily(quiet: int, hours: int) -> None:
    schedule = SiteSchedule(at=NOW, quiet=quiet)

    assert not schedule.is_due(NOW + timedelta(hours=hours, seconds=-1))
    assert schedule.is_due(NOW + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("brought", "crowded", "hours"), [(False, False, 16), (True, False, 8), (True, True, 4), (False, True, 8)]
)
def test_news_let_the_wait_be_and_only_a_feed_full_of_them_halves_it(
    brought: bool, crowded: bool, hours: int
) -> None:
    schedule = SiteSchedule(at=NOW, quiet=3).after_visit(brought=brought, crowded=crowded)

    assert schedule.at is not None
    assert not schedule.is_due(schedule.at + timedelta(hours=hours, seconds=-1))
    assert schedule.is_due(schedule.at + timedelta(hours=hours))


def test_the_sites_that_wait_longest_come_first_and_the_others_not_at_all() -> None:
    sites = [Site(url=f"https://{name}.example/") for name in ("fresh", "late", "later", "never", "page-due")]
    hours = {"fresh": 0, "late": 3, "later": 5, "page-due": 0}
    states = {
        f"{name}.example": SiteState(schedules=SiteSchedule(at=NOW - timedelta(hours=ago)).schedules(sites[0]))
        for name, ago in hours.items()
    }

    waiting = due_sites(sites, states, {"page-due.example": (10, 1)}, NOW)

    assert [each.key.partition(".")[0] for each in waiting] == ["never", "later", "late", "page-due"]


def test_the_whole_list_is_fetched_weekly_or_daily_without_a_feed() -> None:
    with_feed = SiteSchedule(listed=NOW, feeds=(KnownFeed(url="https://a.example/feed/"),))

    assert not with_feed.wants_list(NOW + timedelta(days=6))
    assert with_feed.wants_list(NOW + timedelta(days=7))
    assert SiteSchedule(listed=NOW).wants_list(NOW + timedelta(days=1))
    assert SiteSchedule().wants_list(NOW)


def test_a_turn_that_a_clock_had_ahead_is_over() -> None:
    ahead = SiteSchedule(at=NOW + timedelta(days=2000), listed=NOW + timedelta(days=2000))

    assert ahead.is_due(NOW)
    assert ahead.wants_list(NOW)


@pytest.mark.parametrize(("silent", "rest"), [(19, 1), (60, 3), (100, 5), (1000, 7)])
def test_a_site_that_has_been_silent_for_months_is_left_alone_for_days(silent: int, rest: int) -> None:
    feed = KnownFeed(url="https://a.example/feed/", asked=NOW, news=NOW - timedelta(days=silent))
    with_feed = SiteSchedule(at=NOW, listed=NOW, quiet=10, feeds=(feed,))
    without = SiteSchedule(at=NOW, listed=NOW, quiet=10, news=NOW - timedelta(days=silent))

    for schedule in (with_feed, without):
        assert not schedule.is_due(NOW + timedelta(days=rest, seconds=-1))
        assert schedule.is_due(NOW + timedelta(days=rest))
        assert schedule.next_visit == NOW + timedelta(days=rest)
    assert not without.wants_list(NOW + timedelta(days=rest, seconds=-1))


def test_a_list_that_brings_comments_is_read_daily_even_on_a_silent_site() -> None:
    schedule = SiteSchedule(at=NOW, listed=NOW, quiet=10, news=NOW - timedelta(days=1000), by_list=True)

    assert schedule.is_due(NOW + timedelta(days=1))
    assert schedule.wants_list(NOW + timedelta(days=1))


def test_a_feed_that_is_silent_rests_while_that_of_comments_is_asked() -> None:
    posts = KnownFeed(url="https://a.example/feed/", asked=NOW, news=NOW - timedelta(days=1000))
    comments = KnownFeed(url="https://a.example/c/", comments=True, asked=NOW, news=NOW)
    schedule = SiteSchedule(at=NOW, quiet=10, feeds=(posts, comments))
    tomorrow = NOW + timedelta(days=1)

    assert schedule.is_due(tomorrow)
    assert schedule.waiting_feeds(tomorrow) == (comments,)
    assert set(schedule.waiting_feeds(NOW + timedelta(days=7))) == {posts, comments}
