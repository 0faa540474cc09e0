"""Renew the pictures of the documentation: `make screenshots`, which writes `docs/screenshots/`. Then look at them.

They show the invented writing that the tests read, so that nobody's text is published with the program.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from archive.archive import Archive
from archive.records.models import Post, Visit, parse_time, post_id
from archive.store.sites import SiteCrawl
from tests.browser.conftest import ARGUMENTS, CHROMIUM, invented, served
from tests.support.paths import ROOT

PICTURES = ROOT / "docs" / "screenshots"
READ = parse_time("2026-11-12T08:30:00Z")
NAMES = {
    "fieldnotes.example": "Field Notes",
    "ledgerline.example": "Ledgerline",
    "mechira.example": "Mechira",
    "quotanotes.example": "Quota Notes",
    "tenfirst.example": "Ten First Customers",
    "vertrieb.example": "Vertrieb im Kleinen",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A page to take a picture of; in its address a word in braces is the post whose own address holds it."""

    name: str
    path: str
    width: int = 1000
    height: int = 760
    dark: bool = False


SHOWN = (
    Picture("front", "/", height=700),
    Picture("search", "/search?q=objection", width=1100, height=800),
    Picture("results-dark", "/search?q=pricing&kind=post", dark=True),
    Picture("phone", "/search?q=objection", width=360, height=720),
    Picture("reading", "/posts/{annual-contracts}?q=annual+contract"),
    Picture("thread", "/posts/{discovery-calls}?q=objection#comments"),
    Picture("version", "/posts/{annual-contracts}/versions/2"),
    Picture("quote", "/posts/{annual-contracts}/quote/p-807b81af"),
    Picture("person", "/people/Ruth%20Adeyemi"),
    Picture("sites", "/sites", width=1100),
)


def main() -> int:
    """Take every picture; return the exit status."""
    if CHROMIUM is None:
        sys.stderr.write("no Chromium is installed (Debian's package: chromium)\n")
        return 1
    posts = {post.url.rstrip("/").rpartition("/")[2]: post for post in invented() if post.site != "hostile.example"}
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        _fill(Path(temporary), posts)
        with served(Path(temporary)) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for picture in SHOWN:
                _take(browser, address, picture, {name: post.id for name, post in posts.items()})
            browser.close()
    return 0


def _fill(directory: Path, posts: Mapping[str, Post]) -> None:
    """Make an archive as two crawls would have: a text was changed, a post stands at two places, a site failed."""
    contracts, calls = posts["annual-contracts"], posts["discovery-calls"]
    before = replace(
        contracts, text=contracts.text.replace("22 of 40", "19 of 40"), fetched=READ - timedelta(days=90)
    )
    url, sooner = "https://fieldnotes.example/discovery", parse_time("2019-05-19T06:00:00Z")
    copy = replace(calls, id=post_id(url), url=url, site="fieldnotes.example", published=sooner, comments=(),
                   comments_stated=None)  # fmt: skip
    with Archive(directory) as archive:
        for post in (before, copy, *posts.values()):
            archive.record(Visit(url=post.url, site=post.site, at=READ, status=200, post=post))
        for site, name in NAMES.items():
            archive.sites.learn(site, name=name)
        archive.jobs.end(archive.jobs.start("blog"), {"healthy": True}, {site: _crawled(new=1) for site in NAMES})
        late, failure = archive.jobs.start("blog"), "no such host"
        archive.sites.note_visit("ledgerline.example", {}, failure=failure)
        crawls = {
            "ledgerline.example": replace(_crawled(), ending="failed", reason=failure),
            "quotanotes.example": _crawled(),
        }
        archive.jobs.end(late, {"healthy": False, "reasons": ["1 site did not answer"]}, crawls)
        archive.sync()


def _crawled(*, new: int = 0) -> SiteCrawl:
    return SiteCrawl(spider="blog", ending="finished", began=READ, ended=READ, posts_new=new)


def _take(browser: Browser, address: str, picture: Picture, ids: Mapping[str, str]) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height}, color_scheme="dark" if picture.dark else "light"
    )
    page = context.new_page()
    answer = page.goto(address + picture.path.format_map(ids))
    if answer is None or not answer.ok:
        raise SystemExit(f"there is no page for {picture.name}: {picture.path}")
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    sys.exit(main())
