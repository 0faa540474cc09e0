"""What the spider is told, and what it does where a site has no end or falls silent."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.records.models import Post
from crawler.spiders.blog import BlogSpider
from tests.support.blog import Answer, Blog, serve
from tests.support.crawling import crawl, judged
from tests.support.pages_table import posts


def test_limit_takes_the_first_posts_of_the_list(blog: Blog, directory: Path) -> None:
    blog.sitemap(*(blog.post(f"post-{number}") for number in range(6)))

    crawl(directory, site=blog.url, limit="2")

    assert sorted(posts(directory)) == [f"{blog.url}/post-0/", f"{blog.url}/post-1/"]


def test_since_leaves_out_what_the_list_dates_earlier(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("old"), modified="2020-05-01")
    assert posts_after(blog, directory, "2024-01-01") == {}
    assert list(posts_after(blog, directory, "2019-01-01")) == [f"{blog.url}/old/"]


def posts_after(blog: Blog, directory: Path, since: str) -> dict[str, Post]:
    crawl(directory, site=blog.url, since=since)
    return posts(directory)


def test_refresh_reads_every_page_again_without_conditions(blog: Blog, directory: Path) -> None:
    path = blog.post("reread")
    blog.sitemap(path)
    crawl(directory, site=blog.url)

    crawl(directory, site=blog.url, refresh="all")

    assert [each.status for each in blog.asked if each.path == path] == [200, 200]


def test_a_list_that_breaks_off_is_told_and_the_rest_is_archived(blog: Blog, directory: Path) -> None:
    blog.pages["/sitemap.xml"] = Answer("out of order", 500)
    path = blog.post("linked-from-the-front-page")
    blog.pages["/"] = Answer(
        f'<html><body><main><h1>Blog</h1><h2><a href="{path}">Linked</a></h2></main></body></html>'
    )

    stats = crawl(directory, site=blog.url)

    assert list(posts(directory)) == [blog.url + path]
    assert judged(stats).status.name == "INCOMPLETE"


def test_a_site_that_falls_silent_is_not_asked_for_all_its_posts(blog: Blog, directory: Path) -> None:
    paths = [f"/post-{number}/" for number in range(60)]
    blog.sitemap(*paths)
    for path in paths:
        blog.pages[path] = lambda handler: handler.connection.close()

    crawl(directory, site=blog.url)

    assert sum(blog.count(path) for path in paths) < 30


def test_a_site_that_moved_is_followed_to_its_new_address(blog: Blog, directory: Path) -> None:
    with serve() as new:
        new.sitemap(new.post("moved-along"))
        blog.pages["/"] = Answer(status=301, headers={"Location": f"{new.url}/"})

        crawl(directory, site=blog.url)

        assert list(posts(directory)) == [f"{new.url}/moved-along/"]


def test_two_pages_of_the_same_post_are_one_post(blog: Blog, directory: Path) -> None:
    path = blog.post("tracked")
    blog.sitemap(path, f"{path}?utm_source=feed", f"{path}#comments")

    crawl(directory, site=blog.url)

    assert blog.count(path) == 1
    assert len(posts(directory)) == 1


@pytest.mark.parametrize(
    ("setting", "status"), [("REQUESTS_PER_SITE", "INCOMPLETE"), ("REQUESTS_PER_CRAWL", "STOPPED")]
)
def test_a_budget_bounds_the_requests_and_what_is_left_stays_due(
    blog: Blog, directory: Path, setting: str, status: str
) -> None:
    paths = [blog.post(f"post-{number}") for number in range(10)]
    blog.sitemap(*paths)

    stats = crawl(directory, site=blog.url, settings={setting: 6})

    assert 0 < sum(blog.count(path) for path in paths) < 6
    assert judged(stats).status.name == status
    assert "the budget of 6 requests" in judged(stats).reasons[0]
    assert judged(crawl(directory, site=blog.url)).status.name == "OK"
    assert [blog.count(path) for path in paths] == [1] * 10


def test_due_pages_of_a_host_that_is_down_are_retried_within_hours(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"))
    directory.mkdir()
    (directory / "sites.toml").write_text(f'[[site]]\nurl = "{blog.url}/"\n')
    crawl(directory, settings={"CATALOGUES": []})
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")
        connection.execute("DELETE FROM policies")
    blog.pages["/robots.txt"] = Answer("down", 503)

    said = judged(crawl(directory, settings={"CATALOGUES": []}))

    assert "robots.txt is unreachable" in said.reasons[0]
    assert said.status.name == "INCOMPLETE"
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        ((due,),) = connection.execute("SELECT due FROM pages").fetchall()
    assert due == "2000-01-01T00:00:00Z"


def test_lists_that_never_end_are_left_and_filters_are_no_posts(blog: Blog, directory: Path) -> None:
    def listing(handler: object) -> Answer:
        number = int(getattr(handler, "path").rpartition("/")[2] or 1) + 1  # noqa: B009 (the handler's type is private)
        facets = "".join(f'<a href="/shop?colour={n}&amp;sort={number}">Filter {n}</a>' for n in range(20))
        link = '<a href="/the-only-post/">The only post</a>'
        return Answer(
            f'<html><body><main>{link}{facets}<a rel="next" href="/page/{number}">Older</a></main></body></html>'
        )

    blog.post("the-only-post")
    blog.pages |= {"/": listing} | {f"/page/{number}": listing for number in range(2, 60)}

    crawl(directory, site=blog.url)

    assert list(posts(directory)) == [f"{blog.url}/the-only-post/"]
    assert not [path for path in blog.paths() if "colour" in path]
    assert len([path for path in blog.paths() if "/page/" in path]) < 6


def test_an_endless_calendar_ends(blog: Blog, directory: Path) -> None:
    def calendar(handler: object) -> Answer:
        number = int(getattr(handler, "path").rpartition("=")[2] or 1) + 1  # noqa: B009 (the handler's type is private)
        return Answer(f'<html><body><a rel="next" href="/?month={number}">Next</a></body></html>')

    blog.pages["/"] = calendar  # type: ignore[assignment]
    for number in range(2, 60):
        blog.pages[f"/?month={number}"] = calendar  # type: ignore[assignment]

    crawl(directory, site=blog.url)

    assert len([path for path in blog.paths() if "month" in path]) < 5


def test_unknown_arguments_are_told() -> None:
    with pytest.raises(ValueError, match="sicne"):
        BlogSpider(sicne="2024-01-01")


def test_what_scrapyd_adds_to_every_spider_is_taken() -> None:
    assert BlogSpider(_job="a3050fc8e88011f1").name == "blog"


@pytest.mark.parametrize("wrong", [{"since": "yesterday"}, {"limit": "-1"}, {"limit": "0"}, {"refresh": "some"}])
def test_arguments_that_mean_nothing_are_told(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BlogSpider(**wrong)
