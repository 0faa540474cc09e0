"""Reading kept responses again: nothing is asked for, and only what changed is written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.cli import main
from crawler.reextract.run import reextract
from tests.support.blog import Answer, Blog
from tests.support.captured import KEPT, spoil
from tests.support.crawling import crawl
from tests.support.wordpress_rest import wordpress


def test_a_second_look_with_the_same_readers_writes_nothing(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("cold-calls", comments=3), blog.post("first-reps"))
    crawl(directory, site=blog.url, settings=KEPT)
    asked = len(blog.asked)
    with Archive(directory) as archive:
        before = archive.store.last_seq()

    counts = reextract(directory)

    assert counts == {"read": 2, "unchanged": 2}
    assert len(blog.asked) == asked
    with Archive(directory) as archive:
        assert archive.store.last_seq() == before


def test_better_readers_reach_posts_archived_long_ago(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("cold-calls", comments=3))
    crawl(directory, site=blog.url, settings=KEPT)
    with Archive(directory) as archive:
        (good,) = archive.posts()
    spoil(directory)

    counts = reextract(directory)

    assert counts["changed"] == 1
    with Archive(directory) as archive:
        (post,) = archive.posts()
        assert len(archive.history(post.id)) == 3
    assert (post.text, post.comments) == (good.text, good.comments)


def test_posts_that_an_api_brought_are_read_from_its_kept_lists(blog: Blog, directory: Path) -> None:
    wordpress(blog, "cold-calls", "first-reps", "pricing")
    crawl(directory, site=blog.url, settings=KEPT)
    with Archive(directory) as archive:
        good = {post.url: post for post in archive.posts()}
    assert reextract(directory) == {"read": 3, "unchanged": 3}
    spoil(directory)
    asked = len(blog.asked)

    counts = reextract(directory, workers=2)

    assert counts == {"read": 3, "changed": 3}
    assert len(blog.asked) == asked
    with Archive(directory) as archive:
        posts = {post.url: post for post in archive.posts()}
    assert {url: post.text for url, post in posts.items()} == {url: post.text for url, post in good.items()}
    assert [each.author for each in posts[f"{blog.url}/cold-calls/"].comments] == ["Bob"]


def test_a_page_that_cannot_be_read_at_all_costs_that_page_only(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("cold-calls"), blog.post("first-reps"))
    crawl(directory, site=blog.url, settings=KEPT)
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE captures SET at = 'never' WHERE url LIKE '%/cold-calls/'")

    assert reextract(directory, workers=2) == {"read": 2, "failed": 1, "unchanged": 1}


def test_a_payload_that_came_twice_is_read_from_where_it_is_kept(blog: Blog, directory: Path) -> None:
    blog.sitemap(blog.post("same-again", validators=False))
    for _ in range(2):
        crawl(directory, site=blog.url, refresh="all", settings=KEPT)

    assert reextract(directory) == {"read": 1, "unchanged": 1}


def test_a_redirect_is_followed_among_the_kept_responses(blog: Blog, directory: Path) -> None:
    blog.pages["/short/"] = Answer(status=302, headers={"Location": "/a-long-name/"})
    blog.post("a-long-name")
    blog.sitemap("/short/")
    crawl(directory, site=blog.url, settings=KEPT)

    assert reextract(directory) == {"read": 1, "unchanged": 1}


def test_shards_together_read_every_post_once(blog: Blog, directory: Path) -> None:
    blog.sitemap(*(blog.post(f"lesson-{number}-of-selling") for number in range(12)))
    crawl(directory, site=blog.url, settings=KEPT)

    parts = [reextract(directory, shard=(number, 3))["read"] for number in (1, 2, 3)]

    assert sum(parts) == 12
    assert max(parts) < 12


def test_several_processes_read_as_one_does(blog: Blog, directory: Path) -> None:
    blog.sitemap(*(blog.post(f"lesson-{number}-of-selling") for number in range(20)))
    crawl(directory, site=blog.url, settings=KEPT)

    assert reextract(directory, workers=2) == {"read": 20, "unchanged": 20}


def test_a_post_whose_response_is_not_kept_is_left_as_it_is_and_told(
    blog: Blog, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blog.sitemap(blog.post("cold-calls"))
    crawl(directory, site=blog.url, settings={"WARC_ENABLED": False})

    assert reextract(directory) == {"not kept": 1}
    assert "no response is kept of posts: 1" in capsys.readouterr().err


@pytest.mark.parametrize("damage", [b"\x00" * 40, b"looks like a record of an ARC\n"], ids=["zeros", "words"])
def test_a_damaged_file_costs_its_own_records_only(blog: Blog, directory: Path, damage: bytes) -> None:
    blog.sitemap(blog.post("cold-calls"), blog.post("first-reps"))
    crawl(directory, site=blog.url, settings=KEPT)
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        file, offset = connection.execute(
            "SELECT file, offset FROM captures WHERE url LIKE '%/cold-calls/'"
        ).fetchone()
    path = directory / "warc" / file
    kept = path.read_bytes()
    path.write_bytes(kept[:offset] + damage + kept[offset + len(damage) :])

    assert reextract(directory)["read"] == 1


def test_the_command_says_what_it_did(blog: Blog, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blog.sitemap(blog.post("cold-calls"))
    crawl(directory, site=blog.url, settings=KEPT)

    assert main(["--archive", str(directory), "reextract", "--workers", "1"]) == 0
    assert capsys.readouterr().out == "1 read, 1 unchanged\n"


@pytest.mark.parametrize("shard", ["0/3", "4/3", "x", "1"])
def test_a_shard_that_is_none_is_told(shard: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reextract", "--shard", shard]) == 2
    assert "like 2/8" in capsys.readouterr().err
