"""A static blog with a real Waline beside it: the archive against Waline's own database.

To install it in a folder: `npm install --ignore-scripts @waline/vercel`, then `node-gyp rebuild` in its `sqlite3`.
Set WALINE to that folder, and NODE to a Node.js where it is not the first of the path.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from archive.archive import Archive
from archive.records.models import comment_id
from tests.support.blog import PARAGRAPH, Answer, Blog, serve
from tests.support.crawling import run
from tests.support.ports import free_port

FOLDER = os.environ.get("WALINE")
NODE = os.environ.get("NODE") or shutil.which("node")
#: As a browser's address bar has them; the server keeps what its client sends, the path in plain letters.
POSTS = ("/first-call/", "/second-call/", f"/{quote('erstgespräch')}/", "/no-call/")
MANY = 130
#: The package brings the server alone, no listener on loopback and no tables.
PROGRAM = """
const server = require("@waline/vercel")({});
require("node:http").createServer(server).listen(Number(process.env.PORT), "127.0.0.1");
"""
TABLES = """
CREATE TABLE wl_Comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, comment TEXT, insertedAt TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  ip TEXT, link TEXT, mail TEXT, nick TEXT, pid INTEGER, rid INTEGER, sticky NUMERIC,
  status TEXT NOT NULL DEFAULT '', "like" INTEGER, ua TEXT, url TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP);
CREATE TABLE wl_Users (
  id INTEGER PRIMARY KEY AUTOINCREMENT, display_name TEXT, email TEXT, password TEXT, type TEXT, label TEXT, url TEXT,
  avatar TEXT, "2fa" TEXT, createdAt TIMESTAMP, updatedAt TIMESTAMP);
"""

pytestmark = pytest.mark.skipif(
    FOLDER is None or NODE is None, reason="Waline is not installed (set WALINE to its folder, and have Node.js)"
)


@contextmanager
def waline(folder: Path, blog: Blog) -> Iterator[str]:
    with closing(sqlite3.connect(folder / "waline.sqlite")) as database, database:
        database.executescript(TABLES)
    blog.pages["/services"] = Answer('{"services": []}', headers={"Content-Type": "application/json"})
    port = free_port()
    settings = {
        "SQLITE_PATH": str(folder),
        "JWT_TOKEN": "a word for this test",
        "PORT": str(port),
        "IPQPS": "0",  # or it takes a comment a minute
        "AKISMET_KEY": "false",
        "OAUTH_URL": f"{blog.url}/services",  # or it asks its makers' server before every answer
        "TMPDIR": str(folder),
        "TZ": "UTC",
    }
    with (folder / "waline.log").open("w") as log:
        server = subprocess.Popen(
            [str(NODE), "-e", PROGRAM], cwd=FOLDER, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            wait_for(port, server, folder / "waline.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(10)


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(400):
        if server.poll() is not None:
            raise AssertionError(f"Waline ended: {log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Waline did not open its port in 20 s")


class Writer:
    """Readers of the blog and its owner, who write through Waline's own interface."""

    def __init__(self, api: str) -> None:
        self.api = f"{api}/api"
        owner = {"email": "owner@blog.example", "password": "a password"}
        self.ask("POST", "/user", display_name="The owner", url="https://owner.example/", **owner)
        self.token = self.ask("POST", "/token", **owner)["token"]

    def write(self, path: str, comment: str, **fields: object) -> int:
        return int(self.ask("POST", "/comment", url=path, comment=comment, ua="", **fields)["objectId"])

    def ask(self, method: str, path: str, *, token: str = "", **fields: object) -> Any:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = Request(f"{self.api}{path}", json.dumps(fields).encode(), headers, method=method)
        with urlopen(request, timeout=10) as answer:
            found = json.load(answer)
        assert not found["errno"], found
        return found["data"]

    def judge(self, native: int, status: str) -> None:
        self.ask("PUT", f"/comment/{native}", token=self.token, status=status)

    def import_comment(self, path: str, comment: str, at: datetime, nick: str) -> None:
        stated = at.isoformat().replace("+00:00", ".000Z")
        fields = {"url": path, "comment": comment, "insertedAt": stated, "nick": nick, "status": "approved"}
        self.ask("POST", "/db?table=Comment", token=self.token, **fields)


def put_posts(blog: Blog, api: str) -> None:
    for path in POSTS:
        thread = (
            '<div id="waline"></div><script type="module">import { init } from "https://cdn.example/waline.js";\n'
            f"init({{ el: '#waline', serverURL: '{api}' }});</script>"
        )
        title = path[1:-1]
        html = f"<html lang=en><title>{title}</title><article><h1>{title}</h1><p>{PARAGRAPH}</p></article>{thread}"
        blog.pages[path] = Answer(html, validators=True)
    blog.sitemap(*POSTS)


def discuss(writer: Writer) -> None:
    """Write threads three deep, of the owner, of nobody, hidden ones, in another alphabet, and 130 at once."""
    here = POSTS[0]
    first = writer.write(here, "We **tried** it\n\n- twice\n- and again", nick="Ann Lee", link="https://ann.example")
    reply = writer.write(here, "مرحبا 🙂 and <b>bold</b>", nick="Bo", pid=first, rid=first)
    deep = writer.write(here, "An answer to an answer", nick="Cy", pid=reply, rid=first)
    writer.ask("POST", "/comment", token=writer.token, url=here, comment="So did I", ua="", pid=deep, rid=first)
    writer.write(here, "Nobody's name", nick="")
    waiting = writer.write(here, "To be looked at", nick="Di", pid=first, rid=first)
    writer.write(here, "It was answered", nick="Ed", pid=waiting, rid=first)
    writer.judge(waiting, "waiting")
    writer.judge(writer.write(here, "Buy pills", nick="Pills"), "spam")
    pinned = writer.write(here, "Read me first", nick="Flo")
    writer.ask("PUT", f"/comment/{pinned}", token=writer.token, sticky=1)
    for number in range(MANY):
        at = datetime(2016, 2, 28, 23, 59, 1, tzinfo=UTC) + timedelta(days=11 * (number // 2), seconds=number // 2)
        writer.import_comment(POSTS[1], f"Comment number {number}", at, f"Reader {number}")
    top = writer.write("/erstgespräch/", "Grüße", nick="Jörg")
    writer.write("/erstgespräch/", "Gleichfalls", nick="Zoë", pid=top, rid=top)


def truth(folder: Path, site: str) -> dict[str, list[tuple[object, ...]]]:
    """Return per page (id, parent, author, moment) of what the server's database holds for everyone to see."""
    found: dict[str, list[tuple[object, ...]]] = {f"{site}{path}": [] for path in POSTS}
    with closing(sqlite3.connect(folder / "waline.sqlite")) as database, database:
        rows = database.execute(
            "SELECT c.url, c.id, c.pid, coalesce(u.display_name, c.nick), c.insertedAt FROM wl_Comment c"
            " LEFT JOIN wl_Users u ON u.id = c.user_id WHERE c.status = 'approved'"
        )
        for path, native, parent, author, at in rows:
            url = f"{site}{quote(path)}"
            known, answered = (comment_id(url, "waline", str(each)) if each else None for each in (native, parent))
            moment = datetime.fromisoformat(at)
            found[url].append((known, answered, author or None, moment.replace(tzinfo=UTC)))
    return {url: sorted(rows, key=str) for url, rows in found.items()}


def archived(archive: Archive) -> dict[str, list[tuple[object, ...]]]:
    return {
        post.url: sorted(
            ((each.id, each.parent_id, each.author, each.published) for each in post.comments if not each.deleted),
            key=str,
        )
        for post in archive.posts()
    }


def test_the_archive_holds_every_comment_with_name_date_and_parent(tmp_path: Path):
    with serve() as blog, waline(tmp_path, blog) as api:
        put_posts(blog, api)
        discuss(Writer(api))
        site, directory = f"{blog.url}/", str(tmp_path / "archive")

        done = run("crawl", "blog", "-a", f"site={site}", ARCHIVE_DIR=directory)

        assert done.returncode == 0, done.stderr
        with Archive(directory) as archive:
            assert archived(archive) == truth(tmp_path, blog.url)
            assert archive.frontier.short_threads() == []
            comments = [each for post in archive.posts() for each in post.comments]
            seq = archive.store.last_seq()
        texts = [each.text for each in comments]
        assert "We tried it\n\n- twice\n- and again" in texts
        assert not {"To be looked at", "Buy pills"} & set(texts)
        assert [each.text for each in comments if each.deleted] == [""]  # the hidden comment that was answered

        run("crawl", "blog", "-a", f"site={site}", "-a", "refresh=all", ARCHIVE_DIR=directory)
        with Archive(directory) as archive:
            assert archive.store.last_seq() == seq  # nothing was written twice
