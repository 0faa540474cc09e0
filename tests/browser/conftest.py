"""A served archive of invented writing, and a real Chromium to open it with."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from waitress.server import create_server

from archive.archive import Archive
from archive.records.models import Post, parse_time
from archive.store.sites import SiteCrawl
from tests.support.web import LIBRARY
from webui.app import create_app

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

_AT = parse_time("2026-11-12T08:30:00Z")
CRAWLS = {
    "tenfirst.example": SiteCrawl(spider="blog", ending="finished", began=_AT, ended=_AT, posts_new=2),
    "down.example": SiteCrawl(spider="blog", ending="failed", reason="no such host", began=_AT, ended=_AT),
}

#: Opens a page in a new window: `open_page("/search", dark=True, width=320, script=False)`.
OpenPage = Callable[..., Page]


def invented() -> list[Post]:
    """Return the posts that all tests of the browser read."""
    return [Post.from_json(values) for values in json.loads(LIBRARY.read_text(encoding="utf-8"))]


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """Serve an archive while the context lasts; give its address without the slash."""
    app = create_app({"ARCHIVE_DIR": directory})
    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
    thread.join()
    app.extensions["archive"].archive.close()


@pytest.fixture(scope="session")
def library() -> list[Post]:
    return invented()


@pytest.fixture(scope="module")
def address(library: list[Post], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the archive; give its address without the slash."""
    directory = tmp_path_factory.mktemp("browsed")
    with Archive(directory) as archive:
        for post in library:
            if "annual" in post.url:
                archive.add(replace(post, text=post.text.replace("22 of 40", "19 of 40")))
            archive.add(post)
        archive.jobs.end(archive.jobs.start("blog"), {"healthy": False, "reasons": ["1 site did not answer"]}, CRAWLS)
        archive.sync()
    with served(directory) as address:
        yield address


@pytest.fixture(scope="module")  # no longer: while it lasts, an event loop runs, and other tests start their own
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        _lacking("no Chromium is installed (Debian's package: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.is_file():
        _lacking("axe-core is not installed: npm ci --prefix tests/browser")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[OpenPage]:
    """Give a function that opens a path in a new window, and fail if a page asks elsewhere or reports an error."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(
        path: str, *, dark: bool = False, width: int = 1100, script: bool = True, status: int = HTTPStatus.OK
    ) -> Page:
        context = chromium.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 800},
            java_script_enabled=script,
        )
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = context.new_page()
        page.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == status
        if status != HTTPStatus.OK:  # Chromium reports the status as an error of the page
            assert [each for each in wrong if str(status) not in each] == []
            wrong.clear()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def _lacking(reason: str) -> None:
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
