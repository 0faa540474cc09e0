"""A real Ghost, posts and comments: the archive against Ghost's own database.

To install it: `npm pack ghost@6.65.0`, unpack it, in the folder `pnpm install --prod --frozen-lockfile
--ignore-scripts` (pnpm 11, `--config.pmOnFail=ignore`) and `node-gyp rebuild` in its `better-sqlite3`.
Set GHOST to the folder, and NODE to a Node.js 22 of yours.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from archive.archive import Archive
from archive.records.models import comment_id
from tests.support.blog import PARAGRAPH
from tests.support.crawling import run
from tests.support.ports import free_port

FOLDER = os.environ.get("GHOST")
NODE = os.environ.get("NODE") or shutil.which("node")
OWNER = {"name": "Olga Owner", "email": "owner@blog.example", "password": "a-long-Pass-9331"}
#: More than one answer of each list holds.
MANY = 103

pytestmark = pytest.mark.skipif(
    FOLDER is None or NODE is None, reason="Ghost is not installed (set GHOST to its folder, and have Node.js 22)"
)


@contextmanager
def ghost(folder: Path) -> Iterator[str]:
    for name in ("data", "images", "logs", "public", "settings", "files", "media", "adapters"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(Path(str(FOLDER)) / "content" / "themes", folder / "themes")
    port = free_port()
    settings = {
        "NODE_ENV": "production",
        "url": f"http://127.0.0.1:{port}",
        "server__host": "127.0.0.1",
        "server__port": str(port),
        "database__client": "better-sqlite3",
        "database__connection__filename": str(folder / "ghost.db"),
        "database__useNullAsDefault": "true",
        "paths__contentPath": str(folder),
        **{f"privacy__use{each}": "false" for each in ("Gravatar", "IndexNow", "RpcPing", "UpdateCheck")},
        "security__staffDeviceVerification": "false",  # or it sends a letter before the owner may write
        "TZ": "UTC",
    }
    with (folder / "ghost.log").open("w") as log:
        server = subprocess.Popen(
            [str(NODE), "index.js"], cwd=FOLDER, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            wait_for(settings["url"], server, folder / "ghost.log")
            yield settings["url"]
        finally:
            server.terminate()
            server.wait(20)


def wait_for(site: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise AssertionError(f"Ghost ended: {log.read_text()}")
        try:
            build_opener().open(f"{site}/ghost/api/admin/site/", timeout=5).close()
        except OSError:  # not listening yet, or answering 503 while it makes its tables
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Ghost was not ready in 60 s")


class Owner:
    """The site's owner, who writes, invites members and moderates through Ghost's own interface."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.browser = build_opener(HTTPCookieProcessor(CookieJar()))
        self.ask("POST", "authentication/setup/", setup=[{**OWNER, "blogTitle": "Notes on selling"}])
        self.ask("POST", "session/", username=OWNER["email"], password=OWNER["password"])
        self.ask("PUT", "settings/", settings=[{"key": "comments_enabled", "value": "all"}])

    def ask(self, method: str, path: str, **fields: object) -> Any:
        headers = {"Content-Type": "application/json", "Origin": self.site}
        url = f"{self.site}/ghost/api/admin/{path}"
        with self.browser.open(
            Request(url, json.dumps(fields).encode(), headers, method=method), timeout=30
        ) as answer:
            body = answer.read()
        return json.loads(body) if body.startswith(b"{") else None

    def post(self, title: str, at: datetime, **fields: object) -> str:
        values = {"title": title, "html": f"<p>{PARAGRAPH}</p>", "status": "published", "published_at": stated(at)}
        return str(self.ask("POST", "posts/?source=html", posts=[values | fields])["posts"][0]["id"])

    def member(self, name: str) -> str:
        fields = {"name": name, "email": f"{name.split(maxsplit=1)[0].lower()}@readers.example"}
        return str(self.ask("POST", "members/", members=[fields])["members"][0]["id"])

    def comment(self, member: str, html: str, at: datetime, **fields: object) -> str:
        values = {"member_id": member, "html": html, "created_at": stated(at)} | fields
        return str(self.ask("POST", "comments/", comments=[values])["comments"][0]["id"])

    def judge(self, comment: str, status: str) -> None:
        self.ask("PUT", f"comments/{comment}/", comments=[{"id": comment, "status": status}])


Row = tuple[object, ...]


def stated(at: datetime) -> str:
    return at.isoformat().replace("+00:00", ".000Z")


def publish(owner: Owner) -> dict[str, str]:
    """Write posts of every kind, and more than one answer lists; return their ids by title."""
    first = datetime(2016, 2, 28, 23, 59, 58, tzinfo=UTC)
    found = {
        f"Call {number}": owner.post(f"Call {number}", first + timedelta(days=9 * (number // 2)))
        for number in range(MANY)
    }
    found["Erstgespräch & mehr"] = owner.post(
        "Erstgespräch & mehr", first + timedelta(days=1000), tags=["Calls", "#own"]
    )
    found["For members"] = owner.post("For members", first + timedelta(days=1001), visibility="members")
    owner.post("A draft", first, status="draft", published_at=None)
    owner.post("A letter", datetime(2080, 1, 1, tzinfo=UTC), status="scheduled")
    return found


def discuss(owner: Owner, posts: dict[str, str]) -> None:
    """Write threads with answers to answers, removed and hidden ones, a member gone, and long lists of one second."""
    at = datetime(2021, 3, 28, 0, 59, 59, tzinfo=UTC)
    ann, bo, gone = owner.member("Ann Lee"), owner.member("بو 🙂"), owner.member("Gil Gone")
    here = posts["Erstgespräch & mehr"]
    first = owner.comment(ann, "<p>We tried it</p><p>twice</p>", at, post_id=here)
    reply = owner.comment(bo, "<p>مرحبا 🙂 &lt;b&gt;</p>", at, parent_id=first)
    deep = owner.comment(ann, "<p>An answer to an answer</p>", at, parent_id=first, in_reply_to_id=reply)
    owner.comment(bo, "<p>And one more</p>", at, parent_id=first, in_reply_to_id=deep)
    hidden = owner.comment(bo, "<p>Answered and hidden</p>", at, parent_id=first)
    owner.comment(ann, "<p>It was answered</p>", at, parent_id=first, in_reply_to_id=hidden)
    owner.judge(hidden, "hidden")
    removed = owner.comment(bo, "<p>Answered and removed</p>", at, post_id=here)
    owner.comment(ann, "<p>Its answer stays</p>", at, parent_id=removed)
    owner.judge(removed, "deleted")
    owner.judge(owner.comment(bo, "<p>Buy pills</p>", at, post_id=here), "hidden")
    owner.comment(gone, "<p>A member no more</p>", at, post_id=here)
    owner.ask("DELETE", f"members/{gone}/")
    owner.comment(ann, "<p>Behind the wall</p>", at, post_id=posts["For members"])
    many = [owner.comment(ann, f"<p>Comment {number}</p>", at, post_id=posts["Call 0"]) for number in range(MANY)]
    for number in range(MANY):
        owner.comment(bo, f"<p>Reply {number}</p>", at, parent_id=many[50])


def posts_in(folder: Path, site: str) -> dict[str, Row]:
    """Return title, authors, second, tags and whether all may read it, of each published post of the database."""
    with closing(sqlite3.connect(folder / "ghost.db")) as database, database:
        rows = database.execute(
            "SELECT p.slug, p.title, p.published_at, p.visibility, (SELECT group_concat(u.name, '; ') FROM users u"
            " JOIN posts_authors a ON a.author_id = u.id WHERE a.post_id = p.id), (SELECT group_concat(t.name, ';')"
            " FROM tags t JOIN posts_tags x ON x.tag_id = t.id WHERE x.post_id = p.id AND t.visibility = 'public')"
            " FROM posts p WHERE p.type = 'post' AND p.status = 'published'"
        )
        return {
            f"{site}/{slug}/": (
                title,
                authors,
                moment(at),
                set((tags or "").split(";")) - {""},
                visibility == "public",
            )
            for slug, title, at, visibility, authors, tags in rows
        }


def comments_in(folder: Path, site: str) -> set[Row]:
    """Return id, parent, author and second of each comment that the database shows to all."""
    found = set()
    with closing(sqlite3.connect(folder / "ghost.db")) as database, database:
        rows = database.execute(
            "SELECT p.slug, c.id, coalesce(c.in_reply_to_id, c.parent_id), m.name, c.created_at FROM comments c"
            " JOIN posts p ON p.id = c.post_id LEFT JOIN members m ON m.id = c.member_id"
            " WHERE c.status = 'published' AND p.visibility = 'public'"
        )
        for slug, native, answered, author, at in rows:
            known, parent = (
                comment_id(f"{site}/{slug}/", "ghost", id_) if id_ else None for id_ in (native, answered)
            )
            found.add((known, parent, author, moment(at)))
    return found


def moment(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=UTC)


def archived(directory: str) -> tuple[dict[str, Row], set[Row]]:
    with Archive(directory) as archive:
        posts = list(archive.posts())
        assert archive.frontier.short_threads() == []
    shown = [each for post in posts for each in post.comments if not each.deleted]
    assert sum(each.deleted for post in posts for each in post.comments) == 2  # hidden or removed, and answered
    assert not {"Answered and hidden", "Answered and removed", "Buy pills"} & {each.text for each in shown}
    assert {"We tried it\n\ntwice", "مرحبا 🙂 <b>"} < {each.text for each in shown}
    rows = [(each.id, each.parent_id, each.author, each.published) for each in shown]
    assert len(rows) == len(set(rows))
    assert all(
        (each.text == PARAGRAPH) == (each.status == "whole") for each in posts if "coming-soon" not in each.url
    )
    return {
        each.url: (each.title, each.author, each.published, set(each.tags), each.status == "whole") for each in posts
    }, set(rows)


def requests(log: str) -> int:
    asked = re.search(r"'downloader/request_count': (\d+)", log)
    assert asked is not None
    return int(asked[1])


def test_the_archive_holds_all_that_the_server_shows_on_pages_and_by_api(tmp_path: Path):
    content = tmp_path / "content"
    with ghost(content) as site:
        owner = Owner(site)
        discuss(owner, publish(owner))
        truth = posts_in(content, site), comments_in(content, site)
        by_pages, by_api = str(tmp_path / "by-pages"), str(tmp_path / "by-api")

        done = run("crawl", "blog", "-a", f"site={site}/", ARCHIVE_DIR=by_pages)
        assert done.returncode == 0, done.stderr
        assert "'robots/forbidden': 1," in done.stderr  # the API, by the robots.txt that Ghost brings
        assert archived(by_pages) == truth
        # one for each page, not two: ten threads are asked for, and then the list of all comments in two pages
        assert requests(done.stderr) <= len(truth[0]) + 20

        (content / "themes" / "source" / "robots.txt").write_text("User-agent: *\nAllow: /\n")
        owner.ask("PUT", "themes/source/activate/")
        done = run("crawl", "blog", "-a", f"site={site}/", ARCHIVE_DIR=by_api)
        assert done.returncode == 0, done.stderr
        assert "'robots/forbidden'" not in done.stderr
        assert archived(by_api) == truth
        # robots.txt, front page, two lists, one count; two threads, one of two pages, and two pages of replies
        assert requests(done.stderr) <= 10
