"""What a crawl says when a site that used to be well is not, and where it says so."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.cli import main
from archive.store.coverage import coverage
from crawler.visits.verdict import Exit
from tests.support.blog import Answer, Blog, post_page
from tests.support.crawling import crawl, judged, run
from tests.support.feeds import feed, name_feeds, next_hour

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
LONG = "Then we asked for the budget, and wrote down who would have to sign and by when they meant to decide. " * 8


@pytest.fixture
def catalogued(blog: Blog, directory: Path) -> Callable[[], dict[str, Any]]:
    """Crawl a catalogue that holds the blog alone, as cron does."""
    directory.mkdir()
    (directory / "sites.toml").write_text(f'[[site]]\nurl = "{blog.url}/"\n')
    return lambda: crawl(directory, settings={"CATALOGUES": []})


def all_due(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")


def write(blog: Blog, *slugs: str, comments: int = 0) -> list[str]:
    paths = [blog.post(slug, words=LONG, comments=comments) for slug in slugs]
    blog.sitemap(*paths)
    return paths


def without_text(slug: str) -> Answer:
    """Return a post's page as it is when its text has become a picture."""
    html = post_page(slug)
    start, end = html.index('<div class="entry-content">'), html.index("</article>")
    return Answer(html[:start] + '<div class="entry-content"><img src="/text.png" alt=""></div>' + html[end:])


SLUGS = ["asking-for-money", "calling-back", "first-hundred", "losing-deals"]


def test_a_site_gone_silent_is_reported_with_the_day_it_last_answered(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    write(blog, "asking-for-money")
    name_feeds(blog)
    feed(blog, "/feed/", ("/asking-for-money/", NOW))
    feed(blog, "/comments/feed/")
    catalogued()
    next_hour(directory)
    for path in ("/feed/", "/comments/feed/"):
        blog.pages[path] = lambda handler: handler.connection.close()

    said = judged(catalogued())

    assert said.status == Exit.SILENT
    assert f"last well on {datetime.now(UTC):%Y-%m-%d}" in said.reasons[0]
    with Archive(directory) as archive:
        (site,) = archive.status().to_json()["sites"]
        (covered,) = coverage(archive.database).values()
    assert site["failure"]
    assert "its last visit failed" in covered.concerns[0]


def test_a_feed_that_is_no_longer_one_leads_to_the_list_that_is_empty_too(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    write(blog, *SLUGS)
    name_feeds(blog)
    feed(blog, "/feed/", ("/asking-for-money/", NOW))
    feed(blog, "/comments/feed/")
    catalogued()
    next_hour(directory)
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.listed', ?)", (yesterday,))
    blog.pages = {"/": Answer("<html><title>For sale</title><p>This domain is for sale.</p></html>")}
    blog.pages["/feed/"] = blog.pages["/"]

    said = judged(catalogued())

    assert said.status == Exit.INCOMPLETE
    assert "no post is listed any more, of 4 archived" in said.reasons[0]


def test_a_site_that_is_well_again_is_told_as_well(
    blog: Blog, directory: Path, catalogued: Callable[[], dict[str, Any]]
) -> None:
    write(blog, "asking-for-money")
    front, blog.pages["/"] = blog.pages["/"], Answer("down", 500)
    assert judged(catalogued()).status == Exit.SILENT
    next_hour(directory)
    blog.pages["/"] = front

    said = judged(catalogued())

    assert said.status == Exit.OK
    with Archive(directory) as archive:
        (site,) = archive.status().to_json()["sites"]
        assert site["failure"] is None


def test_posts_that_lost_their_texts_are_told_in_every_place(
    blog: Blog, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(blog, *SLUGS)
    crawl(directory, site=blog.url)
    all_due(directory)
    for slug in SLUGS:
        blog.pages[f"/{slug}/"] = without_text(slug)

    finished = run("crawl", "blog", "-a", f"site={blog.url}", ARCHIVE_DIR=str(directory))

    assert finished.returncode == Exit.UNHEALTHY, finished.stderr
    said = ["4 of 4 posts have no text", "4 of 4 posts read again lost more than half of their text"]
    assert all(each in finished.stderr for each in said)
    with Archive(directory) as archive:
        report = archive.jobs.latest()[0].to_json()["report"]
        assert not report["healthy"]
        assert [each.partition(": ")[2] for each in report["reasons"]] == said
        (site,) = archive.status().to_json()["sites"]
        (covered,) = coverage(archive.database).values()
    assert site["concerns"] == said
    assert list(covered.concerns[:2]) == said
    main(["--archive", str(directory), "status"])
    assert "sites that need attention (2)" in capsys.readouterr().out


def test_posts_that_come_one_by_one_are_judged_together(blog: Blog, directory: Path) -> None:
    write(blog, *SLUGS)
    crawl(directory, site=blog.url)
    said = []
    for slug in SLUGS:
        blog.pages[f"/{slug}/"] = Answer(post_page(slug))
        with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
            connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z' WHERE url LIKE ?", (f"%{slug}/",))
        said.append(judged(crawl(directory, site=blog.url)))

    assert [each.status for each in said] == [Exit.OK, Exit.OK, Exit.UNHEALTHY, Exit.UNHEALTHY]
    assert "3 of 3 posts read again lost more than half" in said[2].reasons[0]


def test_a_post_that_its_author_shortened_is_no_alarm(blog: Blog, directory: Path) -> None:
    write(blog, *SLUGS)
    crawl(directory, site=blog.url)
    all_due(directory)
    blog.pages["/calling-back/"] = Answer(post_page("calling-back"))

    stats = crawl(directory, site=blog.url)

    assert stats["archive/posts_changed"] == 1
    assert judged(stats).status == Exit.OK


def test_new_posts_much_shorter_than_the_sites_past_are_told(blog: Blog, directory: Path) -> None:
    paths = write(blog, *(f"lesson-{number}-of-selling" for number in range(20)))
    crawl(directory, site=blog.url)
    short = [f"teaser-{number}-of-selling" for number in range(10)]
    for slug in short:
        blog.pages[f"/{slug}/"] = Answer(
            post_page(slug).replace("</p><p>", " ", 1)[:-400] + "</div></article></body>"
        )
    blog.sitemap(*paths, *(f"/{slug}/" for slug in short))

    said = judged(crawl(directory, site=blog.url))

    assert said.status == Exit.UNHEALTHY
    assert "the 10 newest posts have" in said.reasons[0]


def test_threads_short_of_their_stated_size_are_told(blog: Blog, directory: Path) -> None:
    paths = write(blog, *SLUGS, comments=6)
    for path in paths:
        page = blog.pages[path]
        assert isinstance(page, Answer)
        page.body = str(page.body).replace("6 responses", "60 responses")

    said = judged(crawl(directory, site=blog.url))

    assert said.status == Exit.UNHEALTHY
    assert said.reasons == (
        f"{blog.url.removeprefix('http://')}: 4 of 4 threads are short of the size that the site states",
    )


def test_a_thread_that_lacks_one_comment_is_no_alarm(blog: Blog, directory: Path) -> None:
    paths = write(blog, *SLUGS, comments=6)
    for path in paths:
        page = blog.pages[path]
        assert isinstance(page, Answer)
        page.body = str(page.body).replace("6 responses", "7 responses")

    assert judged(crawl(directory, site=blog.url)).status == Exit.OK


def test_a_quiet_crawl_leaves_what_was_found_wrong_with_a_site(blog: Blog, directory: Path) -> None:
    write(blog, *SLUGS)
    crawl(directory, site=blog.url)
    all_due(directory)
    for slug in SLUGS:
        blog.pages[f"/{slug}/"] = without_text(slug)
    crawl(directory, site=blog.url)

    said = judged(crawl(directory, site=blog.url))

    assert said.status == Exit.OK
    with Archive(directory) as archive:
        (site,) = archive.status().to_json()["sites"]
    assert site["concerns"]
