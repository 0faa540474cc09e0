"""What a second crawl costs: a blog of many posts, of which a few have one new comment each.

    .venv/bin/python -m benchmarks.recrawl [--posts 2000] [--changed 20]

Compares what we do with reading every page again, and with Scrapy's HTTP cache, on a server that sends validators
and on one that sends none: real crawls over loopback, each into its own copy of the archive of the first one.
"""

import argparse
import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from tests.support.blog import FRONT, Answer, Blog, serve
from tests.support.crawling import crawl, judged

CACHE = {
    "HTTPCACHE_ENABLED": True,
    "HTTPCACHE_POLICY": "scrapy.extensions.httpcache.RFC2616Policy",
}
#: Makes a page as large as the mean page of a blog, 60 KB, most of it markup.
PADDING = f"<!-- {'theme ' * 9_500} -->"
#: A blog whose posts were last changed long ago, as most posts of most blogs.
LONG_AGO = {"Last-Modified": "Mon, 03 Jun 2024 10:00:00 GMT"}


def main() -> None:
    """Print one line for each way of crawling again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--changed", type=int, default=20)
    options = parser.parse_args()
    print(f"{options.posts} posts, {options.changed} of them with one new comment")
    print(
        f"{'server':<14}{'second crawl':<34}{'requests':>9}{'MB':>8}{'read':>7}{'caught':>8}{'seconds':>9}{'exit':>6}"
    )
    for validators in (True, False):
        _measure(options.posts, options.changed, validators=validators)


def _measure(posts: int, changed: int, *, validators: bool) -> None:
    server = "validators" if validators else "none"
    with serve() as blog, tempfile.TemporaryDirectory() as place:
        first = Path(place, "first")
        _publish(blog, range(posts), 1, validators=validators)
        first.mkdir()
        (first / "sites.toml").write_text(f'[[site]]\nurl = "{blog.url}/"\n')
        cache = {**CACHE, "HTTPCACHE_DIR": str(Path(place, "cache"))}
        _crawl(first, cache)
        _publish(blog, range(changed), 2, validators=validators)
        for name, settings, everything in (
            ("every page again", {}, True),
            ("Scrapy's HTTP cache", cache, True),
            ("ours, no news, every page due", {}, False),
        ):
            archive = _copy(first, Path(place, name.replace(" ", "-")), due=True)
            arguments = {"site": blog.url} | ({"refresh": "all"} if everything else {})
            _print(server, name, blog, lambda a=archive, s=settings, k=arguments: crawl(a, settings=s, **k))
        _feeds(blog, changed)
        archive = _copy(first, Path(place, "news"), due=False)
        _print(server, "ours, woken by a comment feed", blog, lambda: _crawl(archive, {}))
        _rest(archive)
        _print(server, "ours, a day later, nothing due", blog, lambda: _crawl(archive, {}))
        _print(server, "ours, again at once", blog, lambda: _crawl(archive, {}))


def _crawl(archive: Path, settings: dict[str, Any]) -> dict[str, Any]:
    return crawl(archive, settings={"CATALOGUES": []} | settings)


def _publish(blog: Blog, numbers: range, comments: int, *, validators: bool) -> None:
    for number in numbers:
        path = blog.post(f"lesson-{number}-of-selling", comments=comments, words=PADDING)
        answer = blog.pages[path]
        assert isinstance(answer, Answer)
        answer.validators = validators
        if validators:
            answer.headers |= LONG_AGO
    if comments == 1:
        blog.sitemap(*(f"/lesson-{number}-of-selling/" for number in numbers))
        links = "".join(
            f'<link rel="alternate" type="application/rss+xml" href="{path}">'
            for path in ("/feed/", "/comments/feed/")
        )
        blog.pages["/"] = Answer(FRONT.replace("</head>", f"{links}</head>"))


def _feeds(blog: Blog, changed: int) -> None:
    """Publish a feed of comments that names the changed posts, as blogs do."""
    now = format_datetime(datetime.now(UTC) + timedelta(minutes=5))
    items = "".join(
        f"<item><link>{blog.url}/lesson-{number}-of-selling/#comment-2</link><pubDate>{now}</pubDate></item>"
        for number in range(changed)
    )
    for path, listed in (("/feed/", ""), ("/comments/feed/", items)):
        blog.pages[path] = Answer(
            f"<rss><channel>{listed}</channel></rss>",
            headers={"Content-Type": "application/rss+xml"},
            validators=True,
        )


def _copy(first: Path, archive: Path, *, due: bool) -> Path:
    """Return a copy of the first crawl's archive, later: with every page due, or with none."""
    shutil.copytree(first, archive)
    with closing(sqlite3.connect(archive / "records.db")) as connection, connection:
        connection.execute("UPDATE pages SET due = ?", ("2000-01-01T00:00:00Z" if due else "2100-01-01T00:00:00Z",))
    _rest(archive)
    return archive


def _rest(archive: Path) -> None:
    """Let more than a day pass since the site's last turn."""
    with closing(sqlite3.connect(archive / "records.db")) as connection, connection:
        connection.execute("UPDATE sites SET state = json_set(state, '$.turn.at', '2000-01-01T00:00:00Z')")


def _print(server: str, name: str, blog: Blog, again: Any) -> None:
    blog.asked.clear()
    stats = again()
    megabytes = stats.get("downloader/response_bytes", 0) / 1e6
    read = stats.get("crawl/pages_visited", 0) - stats.get("crawl/unchanged", 0)
    caught = stats.get("archive/comments_new", 0)
    seconds = stats.get("elapsed_time_seconds", 0.0)
    print(f"{server:<14}{name:<34}{len(blog.asked):>9}{megabytes:>8.2f}{read:>7}{caught:>8}", end="")
    print(f"{seconds:>9.1f}{judged(stats).status:>6}", flush=True)


if __name__ == "__main__":
    main()
