"""Feeds of a blog of the tests, and the hours between two crawls."""

import sqlite3
from contextlib import closing
from datetime import datetime
from email.utils import format_datetime
from itertools import zip_longest
from pathlib import Path

from tests.support.blog import Answer, Blog


def feed(blog: Blog, path: str, *listed: tuple[str, datetime], sizes: tuple[int, ...] = ()) -> None:
    """Put an RSS feed at `path`, with the sizes of threads where given."""
    items = "".join(
        f"<item><link>{blog.url}{address}</link><pubDate>{format_datetime(moment)}</pubDate>"
        + (f"<slash:comments>{size}</slash:comments></item>" if size is not None else "</item>")
        for (address, moment), size in zip_longest(listed, sizes)
    )
    xml = f'<rss xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel>{items}</channel></rss>'
    blog.pages[path] = Answer(xml, headers={"Content-Type": "application/rss+xml"}, validators=True)


def name_feeds(blog: Blog) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{path}">' for path in ("/feed/", "/comments/feed/")
    )
    blog.pages["/"] = Answer(f"<html><head><title>Blog</title>{links}</head><body><p>Notes.</p></body></html>")


def next_hour(directory: Path) -> None:
    """Let the last turn of every site be long enough ago for another."""
    with closing(sqlite3.connect(directory / "records.db")) as connection, connection:
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.at', '2000-01-01T00:00:00Z')")
