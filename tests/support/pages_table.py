"""What a test looks up and changes in the archive of a crawl."""

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.archive import Archive
from archive.records.models import Post


def posts(directory: Path) -> dict[str, Post]:
    with Archive(directory) as archive:
        return {post.url: post for post in archive.posts()}


def make_all_due(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = '2000-01-01T00:00:00Z'")


def page(directory: Path, url: str) -> dict[str, object]:
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM pages WHERE url = ?", (url,)).fetchone()
    connection.close()
    return dict(row) if row is not None else {}
