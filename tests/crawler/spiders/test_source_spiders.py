"""The spiders that crawl no blog: content folders and git repositories, and discussions elsewhere."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

from archive.archive import Archive
from archive.records.models import Post
from crawler.visits.hackernews import search_url
from tests.support.blog import Answer, Blog
from tests.support.crawling import run

POST = "---\ntitle: {title}\ndate: 2020-03-04\n{more}\n---\nAsk *early*, ask often.\n"


def write(root: Path, name: str, title: str, more: str = "") -> None:
    path = root / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(POST.format(title=title, more=more), "utf-8")


def archived(directory: Path) -> list[Post]:
    with Archive(directory) as archive:
        return sorted(archive.posts(), key=lambda post: post.url)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_content_folder_is_archived_without_drafts_and_the_log_says_so(tmp_path: Path, directory: Path):
    write(tmp_path / "diary", "blog/first.md", "First")
    write(tmp_path / "diary", "blog/secret.md", "Secret", "draft: true")
    (tmp_path / "diary" / "content" / "blog" / "torn.md").write_text("---\ntitle: [\n---\n")
    path = f"path={tmp_path / 'diary'}"

    done = run("crawl", "frontmatter", "-a", path, "-a", "site=diary.example", ARCHIVE_DIR=str(directory))

    assert [(post.url, post.platform, post.text) for post in archived(directory)] == [
        ("https://diary.example/blog/first/", "hugo", "Ask early, ask often.")
    ]
    assert "left out content/blog/secret.md: draft: true" in done.stderr
    assert "content/blog/torn.md: its front matter is not YAML" in done.stderr
    again = run("crawl", "frontmatter", "-a", path, "-a", "site=diary.example", "-a", "drafts=1",
                ARCHIVE_DIR=str(directory))  # fmt: skip
    assert [post.title for post in archived(directory)] == ["First", "Secret"], again.stderr
    with Archive(directory) as archive:
        assert archive.store.last_seq() == 2  # the first was unchanged


def test_a_git_repository_is_cloned_and_archived(tmp_path: Path, directory: Path):
    source = tmp_path / "source"
    write(source, "blog/first.md", "First")
    who = [part for name in ("name", "email") for part in ("-c", f"user.{name}=ann@ann.example")]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "first"], ["update-server-info"]):
        subprocess.run(["git", "-C", str(source), *arguments], check=True, capture_output=True)
    arguments = ("-a", "site=https://diary.example/", "-s", f"ARCHIVE_DIR={directory}")

    with served(source) as url:
        refused = run("crawl", "frontmatter", "-a", f"path={url}/.git", *arguments, ALLOWED_PRIVATE="")
        assert refused.returncode != 0
        assert "127.0.0.1" in refused.stderr or "https" in refused.stderr
        assert archived(directory) == []
        done = run("crawl", "frontmatter", "-a", f"path={url}/.git", *arguments)

    assert done.returncode == 0, done.stderr
    assert [post.title for post in archived(directory)] == ["First"]


def test_a_folder_that_cannot_be_read_fails_with_its_reason(tmp_path: Path, directory: Path):
    done = run("crawl", "frontmatter", "-a", f"path={tmp_path / 'nowhere'}", ARCHIVE_DIR=str(directory))
    assert done.returncode != 0
    assert "is not a folder" in done.stderr


def test_discussions_of_archived_posts_are_archived_beside_their_threads(tmp_path: Path, directory: Path, blog: Blog):
    write(tmp_path / "diary", "blog/first.md", "First")
    write(tmp_path / "diary", "blog/second.md", "Second")
    run("crawl", "frontmatter", "-a", f"path={tmp_path / 'diary'}", "-a", "site=diary.example",
        ARCHIVE_DIR=str(directory))  # fmt: skip
    api = f"{blog.url}/api"
    post_url = "https://diary.example/blog/first/"
    story = {"objectID": "7", "url": post_url, "num_comments": 1}
    child = {"id": 8, "author": "bob", "created_at": "2021-01-02T03:04:05Z", "text": "Agreed.", "children": []}
    blog.pages[path_of(search_url(post_url, api=api), blog)] = answer({"hits": [story]})
    blog.pages["/api/items/7"] = answer({"id": 7, "children": [child]})
    second = path_of(search_url("https://diary.example/blog/second/", api=api), blog)
    blog.pages[second] = answer({"hits": []})

    done = run("crawl", "discussions", "-a", f"api={api}", ARCHIVE_DIR=str(directory))

    assert done.returncode == 0, done.stderr
    assert [[(each.system, each.author, each.text) for each in post.comments] for post in archived(directory)] == [
        [("hackernews", "bob", "Agreed.")],
        [],
    ]
    asked = len(blog.asked)
    run("crawl", "discussions", "-a", f"api={api}", ARCHIVE_DIR=str(directory))
    assert len(blog.asked) == asked  # nothing was due


def answer(value: object) -> Answer:
    return Answer(json.dumps(value), headers={"Content-Type": "application/json"})


def path_of(url: str, blog: Blog) -> str:
    return quote(url.removeprefix(blog.url), safe="/?=&%+.")
