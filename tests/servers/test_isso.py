"""A static blog with a real Isso beside it: the archive against Isso's own database."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from archive.archive import Archive
from tests.support.blog import PARAGRAPH, Answer, Blog, serve
from tests.support.crawling import run
from tests.support.ports import free_port

PROGRAM = os.environ.get("ISSO") or shutil.which("isso")
POSTS = ("/first-call/", "/second-call/", "/no-call/")
CONFIG = """[general]
dbpath = {folder}/comments.db
host = {site}
[server]
listen = http://127.0.0.1:{port}
[guard]
enabled = false
[admin]
enabled = false
"""

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="isso is not installed (pip install isso, or set ISSO to it)")


@contextmanager
def isso(folder: Path, site: str) -> Iterator[str]:
    port = free_port()
    config = folder / "isso.cfg"
    config.write_text(CONFIG.format(folder=folder, site=site, port=port))
    server = subprocess.Popen([str(PROGRAM), "-c", str(config), "run"], stderr=subprocess.PIPE, text=True)
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.communicate(timeout=10)


def wait_for(port: int, server: subprocess.Popen[str]) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise AssertionError(f"isso ended: {server.communicate()[1]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("isso did not open its port in 10 s")


class Writer:
    """A reader of the blog who writes through Isso's own interface."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.cookies: dict[int, str] = {}

    def write(self, uri: str, text: str, **fields: object) -> int:
        body = json.dumps({"text": text, "title": "A post", **fields}).encode()
        request = Request(f"{self.api}/new?{urlencode({'uri': uri})}", body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=10) as answer:
            native = int(json.load(answer)["id"])
            self.cookies[native] = answer.headers["Set-Cookie"].partition(";")[0]
        return native

    def delete(self, native: int) -> None:
        headers = {"Cookie": self.cookies[native]}
        try:
            urlopen(Request(f"{self.api}/id/{native}", headers=headers, method="DELETE"), timeout=10).close()
        except URLError as error:
            raise AssertionError(f"isso kept comment {native}: {error}") from error


def put_posts(blog: Blog, api: str) -> None:
    for path in POSTS:
        thread = (
            f'<script data-isso="{api}/" src="{api}/js/embed.min.js"></script><section id="isso-thread"></section>'
        )
        title = path[1:-1]
        html = f"<html lang=en><title>{title}</title><article><h1>{title}</h1><p>{PARAGRAPH}</p></article>{thread}"
        blog.pages[path] = Answer(html, validators=True)
    blog.sitemap(*POSTS)


def discuss(writer: Writer) -> None:
    """Write threads with replies, a removed comment that was answered, no name, another alphabet, and 30 at once."""
    first = writer.write(
        POSTS[0], "We **tried** it\n\n- twice\n- and again", author="Ann Lee", website="https://ann.example"
    )
    reply = writer.write(POSTS[0], "مرحبا 🙂 and <b>bold</b>", author="Bo", parent=first)
    writer.write(POSTS[0], "An answer to an answer", author="Cy", parent=reply)
    removed = writer.write(POSTS[0], "To be removed", author="Di")
    writer.write(POSTS[0], "It was answered", author="Ed", parent=removed)
    writer.delete(removed)
    writer.write(POSTS[0], "Nobody's name")
    for number in range(30):
        writer.write(POSTS[1], f"Comment number {number}", author=f"Reader {number}")


def truth(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return per page (id, parent, author, seconds, removed) as Isso's database has them."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with closing(sqlite3.connect(folder / "comments.db")) as database, database:
        rows = database.execute(
            "SELECT t.uri, c.id, c.parent, c.author, c.created, c.mode FROM comments c JOIN threads t ON t.id = c.tid"
        )
        for uri, native, parent, author, created, mode in rows:
            seconds = datetime.fromtimestamp(int(created), UTC)
            found.setdefault(uri, []).append((native, parent, author if mode != 4 else None, seconds, mode == 4))
    return {uri: sorted(rows, key=str) for uri, rows in found.items()}


def archived(directory: Path, site: str) -> dict[str, list[tuple[object, ...]]]:
    with Archive(directory) as archive:
        found = {}
        for post in archive.posts():
            natives = {each.id: int((each.permalink or "").rpartition("-")[2]) for each in post.comments}
            rows = [
                (natives[each.id], natives.get(each.parent_id or ""), each.author, each.published, each.deleted)
                for each in post.comments
            ]
            found[post.url.removeprefix(site.rstrip("/"))] = sorted(rows, key=str)
    return found


def test_the_archive_holds_every_comment_with_name_date_and_parent(tmp_path: Path):
    with serve() as blog, isso(tmp_path, blog.url) as api:
        put_posts(blog, api)
        discuss(Writer(api))
        site, directory = f"{blog.url}/", str(tmp_path / "archive")

        done = run("crawl", "blog", "-a", f"site={site}", ARCHIVE_DIR=directory)

        assert done.returncode == 0, done.stderr
        found = archived(tmp_path / "archive", site)
        assert {uri: rows for uri, rows in found.items() if rows} == truth(tmp_path)
        assert found[POSTS[2]] == []
        with Archive(directory) as archive:
            seq = archive.store.last_seq()
            texts = [each.text for post in archive.posts() for each in post.comments]
            assert archive.frontier.short_threads() == []
        assert "We tried it\n\n- twice\n- and again" in texts
        assert "To be removed" not in texts

        run("crawl", "blog", "-a", f"site={site}", "-a", "refresh=all", ARCHIVE_DIR=directory)
        with Archive(directory) as archive:
            assert archive.store.last_seq() == seq  # nothing was written twice
