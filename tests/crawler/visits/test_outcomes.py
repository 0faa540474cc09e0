"""What is told of each site at the end of a crawl."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.store.coverage import coverage
from archive.store.sites import SiteCrawl
from tests.support.blog import Answer, Blog, serve
from tests.support.crawling import crawl


def outcome(directory: Path) -> SiteCrawl:
    """The last crawl of the archive's one site, told alike in every place."""
    with Archive(directory) as archive:
        (site,) = coverage(archive.database).values()
        (told,) = [each["crawl"] for each in archive.status().to_json()["sites"]]
        assert archive.jobs.latest()[0].to_json()["report"]["sites"] == {site.site: told}
    assert site.crawl is not None
    assert site.crawl.to_json() == told == site.to_json()["crawl"]
    return site.crawl


def test_a_finished_turn_tells_what_was_new_changed_unchanged_and_failed(blog: Blog, directory: Path) -> None:
    slugs = ("new", "changed", "unchanged", "failed")
    blog.sitemap(*(blog.post(slug, comments=2 * (slug == "changed")) for slug in slugs if slug != "new"))
    crawl(directory, site=blog.url)
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000'")
    blog.sitemap(*(f"/{slug}/" for slug in slugs))
    blog.post("new", comments=1)
    blog.post("changed", comments=3, words="Another end.")
    blog.pages["/failed/"] = Answer("out of order", 500)

    crawl(directory, site=blog.url)

    told = outcome(directory)
    assert (told.spider, told.ending, told.reason) == ("blog", "finished", None)
    assert (told.posts_new, told.posts_changed, told.posts_unchanged, told.posts_failed) == (1, 1, 1, 1)
    assert told.comments_new == 2
    assert told.ended is not None
    assert told.began <= told.ended


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"REQUESTS_PER_SITE": 6}, "the budget of 6 requests for one site and crawl is used up"),
        ({"REQUESTS_PER_CRAWL": 6}, "the budget of 6 requests for one crawl is used up"),
    ],
)
def test_a_turn_that_spent_its_budget_tells_so(
    blog: Blog, directory: Path, settings: dict[str, int], reason: str
) -> None:
    blog.sitemap(*(blog.post(f"post-{number}") for number in range(9)))

    crawl(directory, settings=settings, site=blog.url)

    assert (outcome(directory).ending, outcome(directory).reason) == ("budget", reason)


@pytest.mark.parametrize("closed", ["/", "/post-"])
def test_a_turn_that_robots_txt_refuses_tells_so(blog: Blog, directory: Path, closed: str) -> None:
    blog.sitemap(*(blog.post(f"post-{number}") for number in range(6)))
    blog.pages["/robots.txt"] = Answer(f"User-agent: *\nDisallow: {closed}\n", headers={"Content-Type": "text/plain"})

    crawl(directory, site=blog.url)

    told = outcome(directory)
    assert told.ending == "refused"
    assert (told.reason or "").startswith("robots.txt forbids")


def test_a_site_that_is_down_is_recorded_with_the_reason_without_any_post(blog: Blog, directory: Path) -> None:
    blog.pages["/"] = Answer("out of order", 500)

    crawl(directory, site=blog.url)

    assert (outcome(directory).ending, outcome(directory).reason) == ("failed", "answered with status 500")


def test_a_robots_txt_that_is_out_of_order_puts_the_turn_off(blog: Blog, directory: Path) -> None:
    blog.pages["/robots.txt"] = Answer("out of order", 500)

    crawl(directory, site=blog.url)

    assert outcome(directory).ending == "postponed"


def test_a_site_that_moved_is_told_under_the_name_that_it_has_now(blog: Blog, directory: Path) -> None:
    with serve() as old:
        old.pages["/"] = Answer(status=301, headers={"Location": f"{blog.url}/"})
        blog.sitemap(blog.post("moved"))

        crawl(directory, site=old.url)

        with Archive(directory) as archive:
            (site,) = coverage(archive.database).values()
            told = archive.sites.state(old.url.removeprefix("http://"))
    assert site.crawl is not None
    assert told.crawl is not None
    assert (site.crawl.ending, site.crawl.posts_new) == ("finished", 1)
    assert (told.crawl.ending, told.crawl.reason) == ("moved", f"moved to {site.site}")
