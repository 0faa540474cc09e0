"""Archives, indexes and datasets of earlier versions are opened, searched, crawled on and exported by this one."""

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.errors import DatasetError
from archive.export.dataset import write_dataset
from archive.export.loading import load
from archive.export.plan import BACKUP
from archive.export.verifying import verify
from archive.records.models import Post
from archive.search.results import Query
from tests.support.crawling import crawl, judged
from tests.support.datasets import rows
from tests.support.old_archives import ARCHIVES, DAYS, KEY, SETTINGS, URL, blog_of_day, unpack
from tests.support.pages_table import make_all_due
from webui.app import create_app

NAMES = sorted(path.name.removesuffix(".tar.gz") for path in ARCHIVES.glob("*.tar.gz"))
#: Posts that the archives hold, and the number of their comments.
HELD = {
    "silence-is-an-answer": 5, "the-price-page": 2, "uber-umsatz": 1, "no-thread-here": 0, "left-behind": 1,
    "not-to-be-kept": 0,
}  # fmt: skip


@pytest.fixture(params=NAMES)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return the directory of what a version wrote."""
    unpack(request.param, tmp_path)
    return tmp_path


def slugs(archive: Archive) -> dict[str, Post]:
    return {post.url.removeprefix(URL).strip("/"): post for post in archive.posts()}


def test_old_records_are_read_whole(written: Path) -> None:
    with Archive(written / "archive") as archive:
        posts = slugs(archive)
        history = archive.history(posts["the-price-page"].id)
        archive.sync()
        assert archive.check() == []

    assert {slug: len(post.comments) for slug, post in posts.items()} == HELD
    assert "We ask 60 dollars." in posts["the-price-page"].text
    assert posts["silence-is-an-answer"].comments[4].author == "Reader 5"
    assert posts["silence-is-an-answer"].comments[4].text == (
        "Reply 5 about silence-is-an-answer, with a thought of its own."
    )
    assert [posts[slug].status for slug in ("uber-umsatz", "left-behind")] == ["whole", "gone"]
    assert (posts["not-to-be-kept"].text, posts["not-to-be-kept"].rights) == ("", ("noarchive",))
    assert ["40 dollars" in (revision.record or {}).get("text", "") for revision in history] == [True, False]


def test_old_archives_are_searched(written: Path) -> None:
    with Archive(written / "archive") as archive:
        archive.sync()
        found = archive.search(Query(text="naivete kostet"))
        assert [hit.url for hit in found.hits] == [f"{URL}/uber-umsatz/"]
        assert archive.search(Query(text="kind:comment thought")).total == 9
        assert archive.search(Query(text="forgotten")).total == 0
    app = create_app({"ARCHIVE_DIR": written / "archive"})
    page = app.test_client().get("/search?q=dollars")
    app.extensions["archive"].archive.close()
    assert page.status_code == 200
    assert "The price page" in page.text


def test_old_archives_are_crawled_on(written: Path) -> None:
    directory = written / "archive"
    make_all_due(directory)
    with blog_of_day(DAYS) as blog:
        stats = crawl(directory, site=blog.url, settings=SETTINGS)
        asked = {request.path for request in blog.asked}

    assert judged(stats).status == 0
    with Archive(directory) as archive:
        posts = slugs(archive)
        archive.sync()
        assert archive.check() == []
        assert archive.search(Query(text="closer")).total == 1
    assert {slug: len(post.comments) for slug, post in posts.items()} == HELD | {"third-day": 2}
    assert "/to-be-forgotten/" not in asked
    # The validators of the old archive are sent: what did not change is not read again.
    assert stats["downloader/response_status_count/304"] == 4


def test_old_archives_are_exported(written: Path) -> None:
    with Archive(written / "archive") as archive:
        write_dataset(archive, written / "again", BACKUP, key=KEY)
    assert verify(written / "again") == []
    assert rows(written / "again", "threads") == rows(written / "backup", "threads")
    assert (written / "again" / "rules.jsonl").read_text() == (written / "backup" / "rules.jsonl").read_text()


def test_old_datasets_are_verified_and_loaded(written: Path) -> None:
    assert verify(written / "backup") == verify(written / "dataset") == []
    with Archive(written / "loaded") as archive:
        load(archive, written / "backup")
        posts = slugs(archive)
        archive.sync()
        assert archive.check() == []
        write_dataset(archive, written / "again", BACKUP, key=KEY)
    assert {slug: len(post.comments) for slug, post in posts.items()} == HELD
    manifest = "manifest.json"
    assert (written / "again" / manifest).read_bytes() == (written / "backup" / manifest).read_bytes()


def test_a_damaged_old_dataset_is_refused(written: Path) -> None:
    shard = written / "backup" / "data" / "threads" / "part-00000.jsonl.gz"
    shard.write_bytes(shard.read_bytes()[:-20])
    with Archive(written / "loaded") as archive, pytest.raises(DatasetError):
        load(archive, written / "backup")
