"""`scrapy crawl blog` on a blog of one's own: what is archived, and what a second crawl asks for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.archive import Archive
from tests.support.blog import PARAGRAPH, Answer, Blog, post_page, serve
from tests.support.crawling import crawl, judged
from tests.support.pages_table import make_all_due, page, posts


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


def test_a_second_crawl_sends_conditional_requests_and_writes_nothing(blog: Blog, directory: Path) -> None:
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
        assert archive.frontier.target(f"{blog.url}/old/") == f"{blog.url}/new-name/"


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
