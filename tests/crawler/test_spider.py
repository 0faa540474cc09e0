"""`scrapy crawl blog` on a blog of one's own: what is archived, and what a second crawl asks for."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records import Post
from crawler.spiders.blog import BlogSpider
from tests.crawler.blog import PARAGRAPH, Answer, Blog, post_page, serve
from tests.crawler.crawling import crawl, judged


def posts(directory: Path) -> dict[str, Post]:
    with Archive(directory) as archive:
        return {post.url: post for post in archive.posts()}


def make_all_due(directory: Path) -> None:
    with sqlite3.connect(directory / "records.db") as connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")


def page(directory: Path, url: str) -> dict[str, object]:
    with sqlite3.connect(directory / "records.db") as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM pages WHERE url = ?", (url,)).fetchone()
    connection.close()
    return dict(row) if row is not None else {}


def test_every_listed_post_is_archived_with_its_thread(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("cold-calls", comments=3), blog.post("first-reps", comments=0))

    stats = crawl(directory, site=blog.url)

    archived = posts(directory)
    assert {url: len(post.comments) for url, post in archived.items()} == {
        f"{blog.url}/cold-calls/": 3,
        f"{blog.url}/first-reps/": 0,
    }
    assert archived[f"{blog.url}/cold-calls/"].title == "Cold calls"
    assert judged(stats).status == 0


def test_a_second_crawl_of_unchanged_pages_asks_conditionally_and_writes_nothing(blog: Blog, directory: Path) -> None:
    blog.sitemap(*(blog.post(f"post-{number}", comments=number) for number in range(3)))
    crawl(directory, site=blog.url)
    with Archive(directory) as archive:
        before = archive.store.last_seq()
    make_all_due(directory)

    stats = crawl(directory, site=blog.url)

    assert stats["downloader/response_status_count/304"] == 3
    assert stats["archive/posts_unchanged"] == 3
    with Archive(directory) as archive:
        assert archive.store.last_seq() == before
    assert judged(stats).status == 0


def test_an_unchanged_page_keeps_its_post_and_validators(blog: Blog, directory: Path) -> None:
    path = blog.post("kept")
    blog.sitemap(path)
    crawl(directory, site=blog.url)
    first = page(directory, blog.url + path)
    make_all_due(directory)

    crawl(directory, site=blog.url)

    again = page(directory, blog.url + path)
    kept = ("post_id", "etag", "last_modified", "body_hash", "thread_whole", "failures")
    assert {name: again[name] for name in kept} == {name: first[name] for name in kept}
    assert first["etag"] is not None


def test_a_page_not_due_is_not_asked_for(blog: Blog, directory: Path) -> None:
    path = blog.post("quiet")
    blog.sitemap(path)
    crawl(directory, site=blog.url)

    crawl(directory, site=blog.url)

    assert blog.count(path) == 1


def test_a_server_without_validators_is_found_unchanged_by_the_body(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("plain", validators=False))
    crawl(directory, site=blog.url)
    make_all_due(directory)

    stats = crawl(directory, site=blog.url)

    assert stats["crawl/unchanged"] == 1


def test_a_new_comment_is_archived_at_the_next_visit(blog: Blog, directory: Path) -> None:
    path = blog.post("discussed", comments=2)
    blog.sitemap(path)
    crawl(directory, site=blog.url)
    make_all_due(directory)
    blog.post("discussed", comments=3)

    stats = crawl(directory, site=blog.url)

    assert stats["archive/comments_new"] == 1
    assert len(posts(directory)[blog.url + path].comments) == 3


def test_a_later_lastmod_wakes_a_page_before_it_is_due(blog: Blog, directory: Path) -> None:
    path = blog.post("edited")
    blog.sitemap(path)
    crawl(directory, site=blog.url)
    blog.post("edited", words="One more thought came later.")
    blog.sitemap(path, modified=(datetime.now(UTC) + timedelta(minutes=1)).isoformat())

    stats = crawl(directory, site=blog.url)

    assert stats["archive/posts_changed"] == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_post_that_is_gone_stays_archived_and_says_so(blog: Blog, directory: Path, status: int) -> None:
    path = blog.post("removed", comments=1)
    blog.sitemap(path)
    crawl(directory, site=blog.url)
    make_all_due(directory)
    blog.pages[path] = Answer("gone", status)

    crawl(directory, site=blog.url)

    post = posts(directory)[blog.url + path]
    assert (post.status, len(post.comments)) == ("gone", 1)
    assert post.text


def test_a_server_fault_costs_nothing_and_is_tried_again_within_the_day(blog: Blog, directory: Path) -> None:
    path = blog.post("shaky")
    blog.sitemap(path)
    blog.pages[path] = Answer("out of order", 500)
    crawl(directory, site=blog.url)
    noted = page(directory, blog.url + path)
    assert (noted["status"], noted["failures"]) == (500, 1)
    assert str(noted["due"]) < (datetime.now(UTC) + timedelta(days=1)).isoformat()

    blog.post("shaky")
    make_all_due(directory)
    crawl(directory, site=blog.url)

    assert blog.url + path in posts(directory)


def test_a_page_that_is_no_post_is_left_alone_for_long(blog: Blog, directory: Path) -> None:
    blog.pages["/brochure/"] = Answer(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    blog.sitemap("/brochure/")

    crawl(directory, site=blog.url)

    noted = page(directory, f"{blog.url}/brochure/")
    assert posts(directory) == {}
    assert str(noted["due"]) > (datetime.now(UTC) + timedelta(days=60)).isoformat()


def test_an_address_that_moved_for_good_becomes_an_alias(blog: Blog, directory: Path) -> None:
    blog.pages["/old/"] = Answer(status=301, headers={"Location": "/new-name/"})
    blog.post("new-name")
    blog.sitemap("/old/")
    crawl(directory, site=blog.url)
    make_all_due(directory)
    blog.asked.clear()

    crawl(directory, site=blog.url)

    assert list(posts(directory)) == [f"{blog.url}/new-name/"]
    assert (blog.count("/old/"), blog.count("/new-name/")) == (0, 1)
    with Archive(directory) as archive:
        assert archive.visits.target(f"{blog.url}/old/") == f"{blog.url}/new-name/"


def test_a_post_that_is_renamed_stays_one_post_with_its_thread(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first-name", comments=2))
    crawl(directory, site=blog.url)
    ((old, before),) = posts(directory).items()
    make_all_due(directory)
    page = blog.pages["/first-name/"]
    assert isinstance(page, Answer)
    blog.pages["/second-name/"] = Answer(page.body)
    blog.pages["/first-name/"] = Answer(status=301, headers={"Location": "/second-name/"})

    crawl(directory, site=blog.url)

    ((new, after),) = posts(directory).items()
    assert new == f"{blog.url}/second-name/"
    assert [each.text for each in after.comments] == [each.text for each in before.comments]
    with Archive(directory) as archive:
        assert archive.find(old).url == new
        assert [each.record is None for each in archive.history(before.id)] == [False, True]
        archive.sync()
        assert archive.check() == []


def test_a_blog_whose_addresses_all_lead_to_its_farewell_keeps_its_posts(blog: Blog, directory: Path) -> None:
    paths = [blog.post(slug, words=f"What we learned of {slug} in a year. " * 12) for slug in ("first", "second")]
    blog.sitemap(*paths)
    crawl(directory, site=blog.url)
    make_all_due(directory)
    blog.pages["/farewell/"] = Answer(
        post_page("farewell").replace(PARAGRAPH, "We close, and thank all readers. " * 20)
    )
    for path in paths:
        blog.pages[path] = Answer(status=301, headers={"Location": "/farewell/"})

    crawl(directory, site=blog.url)

    assert set(posts(directory)) == {f"{blog.url}{path}" for path in ("/first/", "/second/", "/farewell/")}


def test_what_another_site_says_is_not_archived_as_a_post_of_this_one(blog: Blog, directory: Path) -> None:
    with serve() as other:
        other.post("elsewhere")
        blog.pages["/guest/"] = Answer(status=302, headers={"Location": f"{other.url}/elsewhere/"})
        blog.sitemap("/guest/")

        crawl(directory, site=blog.url)

    assert posts(directory) == {}
    assert "another site" in str(page(directory, f"{blog.url}/guest/")["reason"])


def test_addresses_of_other_sites_in_a_sitemap_are_never_asked_for(blog: Blog, directory: Path) -> None:
    with serve() as other:
        other.post("trap")
        listed = f"<urlset><url><loc>{other.url}/trap/</loc></url></urlset>"
        blog.pages["/sitemap.xml"] = Answer(listed, headers={"Content-Type": "application/xml"})

        crawl(directory, site=blog.url)

        assert other.asked == []


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


def test_what_is_due_at_a_host_that_is_down_is_tried_within_hours_not_in_a_month(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("first"))
    directory.mkdir()
    (directory / "sites.toml").write_text(f'[[site]]\nurl = "{blog.url}/"\n')
    crawl(directory, settings={"CATALOGUES": []})
    with sqlite3.connect(directory / "records.db") as connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")
        connection.execute("DELETE FROM policies")
    blog.pages["/robots.txt"] = Answer("down", 503)

    said = judged(crawl(directory, settings={"CATALOGUES": []}))

    assert "robots.txt is unreachable" in said.reasons[0]
    assert said.status.name == "INCOMPLETE"
    with sqlite3.connect(directory / "records.db") as connection:
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
