"""When the sites of the catalogue are looked at, and how much a quiet one costs."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from crawler.catalogue.sites import Site
from crawler.visits.host_locks import HostLocks
from tests.support.blog import Answer, Blog, serve
from tests.support.crawling import crawl, judged
from tests.support.feeds import feed, name_feeds, next_hour

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SITE = Site(url="https://a.example/")


@pytest.fixture
def catalogued(blog: Blog, directory: Path) -> Callable[[], dict[str, Any]]:
    """Crawl a catalogue that holds the blog alone, as cron does."""
    directory.mkdir()
    (directory / "sites.toml").write_text(f'[[site]]\nurl = "{blog.url}/"\n')
    return lambda: crawl(directory, settings={"CATALOGUES": []})


def test_a_quiet_site_costs_its_feeds_and_nothing_else(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("older"), blog.post("newer"))
    name_feeds(blog)
    feed(blog, "/feed/", ("/newer/", NOW))
    feed(blog, "/comments/feed/")
    catalogued()
    next_hour(directory)
    catalogued()
    next_hour(directory)
    blog.asked.clear()

    stats = catalogued()

    assert [(each.path, each.status) for each in blog.asked] == [("/feed/", 304), ("/comments/feed/", 304)]
    assert judged(stats).status == 0


def test_one_feed_waits_an_hour_when_robots_txt_must_be_fetched_again(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("discussed", comments=1))
    name_feeds(blog)
    feed(blog, "/feed/", ("/discussed/", NOW))
    feed(blog, "/comments/feed/")
    catalogued()
    for _ in range(5):  # a site as quiet as that is asked once a day
        next_hour(directory)
        catalogued()
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE policies SET asked = '2000-01-01T00:00:00Z'")
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.at', '2000-01-01T00:00:00Z')")
    blog.asked.clear()

    statuses = [judged(catalogued()).status]
    first, blog.asked = blog.paths(), []
    an_hour_ago = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.at', ?)", (an_hour_ago,))
    statuses.append(judged(catalogued()).status)

    assert (len(first), first[0]) == (2, "/robots.txt")
    assert "/robots.txt" not in blog.paths()
    assert {*first[1:], *blog.paths()} == {"/feed/", "/comments/feed/"}
    assert statuses == [0, 0]


def test_a_new_post_in_the_feed_is_archived_without_listing_all_posts(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("older"))
    name_feeds(blog)
    feed(blog, "/feed/", ("/older/", NOW))
    catalogued()
    next_hour(directory)
    blog.post("brand-new")
    feed(blog, "/feed/", ("/brand-new/", NOW), ("/older/", NOW))

    stats = catalogued()

    assert stats["archive/posts_new"] == 1
    assert blog.count("/sitemap.xml") == 1


def test_a_new_comment_in_the_feed_of_comments_wakes_its_post(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("discussed", comments=1), blog.post("silent", comments=1))
    name_feeds(blog)
    feed(blog, "/feed/", ("/discussed/", NOW))
    feed(blog, "/comments/feed/")
    catalogued()
    next_hour(directory)
    blog.post("discussed", comments=2)
    feed(blog, "/comments/feed/", ("/discussed/#comment-2", datetime.now(UTC) + timedelta(minutes=1)))
    blog.asked.clear()

    stats = catalogued()

    assert stats["archive/comments_new"] == 1
    assert (blog.count("/discussed/"), blog.count("/silent/")) == (1, 0)


def test_a_comment_out_of_moderation_wakes_its_post_despite_its_old_date(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("discussed", comments=1))
    name_feeds(blog)
    feed(blog, "/feed/", ("/discussed/", NOW))
    feed(blog, "/comments/feed/", ("/discussed/#comment-1", NOW))
    catalogued()
    next_hour(directory)
    catalogued()
    next_hour(directory)
    blog.post("discussed", comments=2)
    feed(blog, "/comments/feed/", ("/discussed/#comment-2", NOW), ("/discussed/#comment-1", NOW))

    assert catalogued()["archive/comments_new"] == 1


def test_a_size_of_a_thread_that_the_feed_states_anew_wakes_its_post_once(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("discussed", comments=1))
    name_feeds(blog)
    feed(blog, "/feed/", ("/discussed/", NOW), sizes=(1,))
    catalogued()
    next_hour(directory)
    catalogued()
    next_hour(directory)
    blog.post("discussed", comments=2)
    feed(blog, "/feed/", ("/discussed/", NOW), sizes=(5,))

    assert catalogued()["archive/comments_new"] == 1
    next_hour(directory)
    assert catalogued().get("crawl/pages_visited", 0) == 0


def test_a_page_that_is_due_is_visited_without_asking_for_news(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("older"), blog.post("newer"))
    name_feeds(blog)
    feed(blog, "/feed/", ("/newer/", NOW))
    catalogued()
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000' WHERE url LIKE '%/older/'")
    blog.asked.clear()

    catalogued()

    assert [path for path in blog.paths() if path != "/robots.txt"] == ["/older/"]


def test_a_site_asked_this_hour_is_not_asked_again(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(blog.post("only"))
    catalogued()
    blog.asked.clear()

    stats = catalogued()

    assert blog.asked == []
    assert judged(stats).status == 0


def test_a_site_that_another_crawl_is_at_is_left_to_it(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("only"))
    Archive(directory).close()

    with HostLocks(directory).hold(Site(url=f"{blog.url}/")) as ours:
        stats = crawl(directory, site=blog.url)

    assert ours
    assert blog.asked == []
    assert stats["crawl/sites_left_to_others"] == 1
    assert judged(stats).status == 0


def test_blogs_that_are_asked_at_one_pace_are_one_crawls_at_a_time(directory: Path) -> None:
    Archive(directory).close()
    ann, bob, eve = (
        Site(url=url)
        for url in ("https://ann.substack.com/", "https://bob.substack.com/", "https://eve.example/a-blog/")
    )
    one, other = HostLocks(directory), HostLocks(directory)

    with one.hold(bob) as held:
        with one.hold(ann) as of_ours:
            pass
        with other.hold(ann) as of_theirs, other.hold(eve) as elsewhere:
            pass
    with other.hold(ann) as afterwards:
        pass

    assert (held, of_ours, of_theirs, elsewhere, afterwards) == (True, True, False, True, True)


def test_later_crawls_too_leave_alone_a_site_that_said_retry_tomorrow(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    blog.sitemap(*(blog.post(f"lesson-{number}-of-ten") for number in range(10)))
    blog.pages["/lesson-0-of-ten/"] = Answer("busy", 429, {"Retry-After": "86400"})
    said = judged(catalogued())
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.at', '2000-01-01T00:00:00Z')")
    blog.asked.clear()

    catalogued()
    asked_at_once = blog.paths()
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.not_before', '2000-01-01T00:00:00Z')")
    catalogued()

    assert "asks to come back in 86400 s" in said.reasons[0]
    assert asked_at_once == []
    assert "/lesson-9-of-ten/" in blog.paths()


def test_a_site_that_moved_is_asked_at_its_new_address_from_then_on(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    with serve() as new:
        new.sitemap(new.post("moved-along", comments=1))
        name_feeds(new)
        feed(new, "/feed/", ("/moved-along/", NOW))
        feed(new, "/comments/feed/")
        blog.pages["/"] = Answer(status=301, headers={"Location": f"{new.url}/"})
        catalogued()
        next_hour(directory)
        blog.asked.clear()
        new.post("moved-along", comments=2)
        feed(new, "/comments/feed/", ("/moved-along/#comment-2", datetime.now(UTC) + timedelta(minutes=1)))

        stats = catalogued()

        assert stats["archive/comments_new"] == 1
        assert blog.asked == []


def test_a_site_whose_pages_are_no_posts_any_more_is_told(blog: Blog, directory: Path) -> None:
    paths = [f"/page-of-nothing-{number}/" for number in range(6)]
    for path in paths:
        blog.pages[path] = Answer("<html><body>Please wait.</body></html>")
    blog.sitemap(*paths)

    stats = crawl(directory, site=blog.url)

    assert judged(stats).status.name == "INCOMPLETE"
    assert "none of the 6 pages" in judged(stats).reasons[0]
