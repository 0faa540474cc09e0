"""The pages of sites and of people."""

from pathlib import Path
from typing import get_args

from flask.testing import FlaskClient
from lxml import html

from archive.archive import Archive
from archive.records.models import Post, parse_time
from archive.store.sites import Ending, SiteCrawl
from tests.support.html import page
from webui.app import create_app
from webui.pages.sites import ENDINGS


def words(element: html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())


def row(client: FlaskClient, site: str) -> str:
    (found,) = [each for each in page(client, "/sites").cssselect("tbody tr") if site in each.text_content()]
    return words(found)


def test_a_row_tells_at_a_glance_whether_a_site_is_whole(client: FlaskClient) -> None:
    assert row(client, "vertrieb.example").startswith("vertrieb.example Yes 1 1")
    assert "No: 2 stated comments not found" in row(client, "tenfirst.example")
    assert "No: 1 page failed" in row(client, "ledgerline.example")


def test_the_latest_crawls_and_how_they_went_are_told(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for reasons in ([], ["2 sites did not answer"]):
            job = archive.jobs.start("blog")
            counts = {"archive/posts_new": 3, "archive/comments_new": 17}
            archive.jobs.end(job, {"healthy": not reasons, "reasons": reasons, "counts": counts})
        archive.jobs.start("discussions")

    app = create_app({"ARCHIVE_DIR": tmp_path})
    rows = [words(each) for each in page(app.test_client(), "/sites").cssselect(".crawls tbody tr")]

    assert [row.partition(" UTC ")[2] for row in rows] == [
        "discussions Running or killed 0 0", "2 sites did not answer 3 17", "OK 3 17"]  # fmt: skip
    app.extensions["archive"].archive.close()


def test_a_row_tells_how_its_sites_last_crawl_ended_and_what_it_brought(tmp_path: Path) -> None:
    at = parse_time("2026-11-12T08:30:00Z")
    crawls = {
        "whole.example": SiteCrawl(
            spider="blog", ending="finished", began=at, ended=at, posts_new=3, posts_unchanged=40, comments_new=1
        ),
        "down.example": SiteCrawl(spider="blog", ending="failed", reason="no such host", began=at, ended=at),
        "killed.example": SiteCrawl(spider="blog", ending="begun", began=at),
    }
    with Archive(tmp_path) as archive:
        archive.jobs.end(archive.jobs.start("blog"), {}, crawls)

    app = create_app({"ARCHIVE_DIR": tmp_path})
    client = app.test_client()

    assert "Finished , 12 November 2026 posts: 3 new, 40 unchanged; 1 new comment" in row(client, "whole.example")
    assert "down.example No: nothing of it is archived" in row(client, "down.example")
    assert "Failed , 12 November 2026 no such host" in row(client, "down.example")
    assert "Running or killed , 12 November 2026" in row(client, "killed.example")
    assert "Failed, 12 November 2026, 08:30 UTC: no such host" in words(
        page(client, "/sites/down.example").cssselect("dl")[0]
    ).replace(" ,", ",")
    told = {each["site"]: each["crawl"]["ending"] for each in client.get("/api/sites").get_json()["sites"]}
    assert told == {site: crawl.ending for site, crawl in crawls.items()}
    app.extensions["archive"].archive.close()


def test_a_site_s_page_tells_why_visits_failed(client: FlaskClient) -> None:
    tree = page(client, "/sites/ledgerline.example")

    assert "the server answered 500 1" in words(tree.cssselect("main")[0])
    assert "1 page failed" in words(tree.cssselect(".notice")[0])


def test_a_site_s_page_counts_what_lacks_a_date_or_an_author(client: FlaskClient) -> None:
    facts = words(page(client, "/sites/ledgerline.example").cssselect("dl")[0])

    assert "No date 1 post" in facts
    assert "No author 1 post" in facts
    assert "1 removed from the site" in facts


def test_a_site_that_there_is_not_is_not_found(client: FlaskClient) -> None:
    assert client.get("/sites/nothing.example").status_code == 404


def test_a_person_s_page_has_posts_comments_and_whom_they_answer(
    client: FlaskClient, library: dict[str, Post]
) -> None:
    tree = page(client, "/people/Ruth%20Adeyemi")

    written = [post for post in library.values() if "Ruth Adeyemi" in (post.author or "")]
    said = [each for post in library.values() for each in post.comments if each.author == "Ruth Adeyemi"]
    kinds = [each.text_content() for each in tree.cssselect(".hit .kind")]
    assert kinds.count("post") == len(written)  # one of them together with another
    assert kinds.count("comment") == len(said)
    answered = {words(each) for each in tree.cssselect(".hit .meta a")}
    assert answered == {"Tom Okafor", "Hal Brandt", "Dana Whitfield"}


def test_a_single_word_is_a_whole_name(client: FlaskClient) -> None:
    tree = page(client, "/people/hal")

    assert len(tree.cssselect(".hit")) == 1  # and not what Hal Brandt wrote


def test_every_name_on_a_post_leads_to_a_person(client: FlaskClient, library: dict[str, Post]) -> None:
    for post in library.values():
        tree = page(client, f"/posts/{post.id}")
        for link in tree.cssselect("a[href*='/people/']"):
            assert client.get(link.get("href")).status_code == 200, link.get("href")


def test_a_name_that_nobody_has_is_not_found(client: FlaskClient) -> None:
    assert client.get("/people/Nobody").status_code == 404


def test_every_ending_of_a_crawl_has_its_word() -> None:
    assert set(ENDINGS) == set(get_args(Ending))
