"""What is archived of a real WordPress is what its database holds, no more and no less."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.search.results import Query
from tests.wordpress.conftest import Crawled
from tests.wordpress.truth import by_pages, compare, secret_words

pytestmark = pytest.mark.wordpress

Crawl = Callable[[str], Crawled]


@pytest.mark.parametrize("name", ["classic", "block"])
def test_all_of_a_blog_is_archived_by_rest(crawled: Crawl, name: str) -> None:
    once = crawled(name)

    found = compare(once.posts, once.truth)

    assert found.all == [], found.summary()
    assert found.posts > 60
    assert found.comments > 600


@pytest.mark.parametrize("name", ["locked-classic", "locked-block", "locked-plain"])
def test_all_that_pages_show_is_archived_when_rest_is_shut(crawled: Crawl, name: str) -> None:
    once = crawled(name)

    found = compare(once.posts, once.truth, nested=once.face.max_depth)

    assert by_pages(found) == [], found.summary()
    assert found.posts > 60
    assert found.comments > 600


@pytest.mark.parametrize("name", ["classic", "locked-block"])
def test_nothing_that_is_not_public_is_archived(crawled: Crawl, tmp_path: Path, name: str) -> None:
    once = crawled(name)
    secret = secret_words(once.truth)
    shutil.copytree(once.directory, tmp_path, dirs_exist_ok=True)

    with closing(sqlite3.connect(tmp_path / "records.db")) as database, database:
        everything = "".join(record for (record,) in database.execute("SELECT record FROM revisions"))
    with Archive(tmp_path) as archive:
        archive.sync()
        searched = {word for word in secret if archive.search(Query(text=word)).total}

    assert len(secret) > 12
    assert {word for word in secret if word in everything} == set()
    assert searched == set()
