"""Every page can be used by everybody: axe-core finds nothing, and nothing is cut off on a narrow screen."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from archive.archive import Archive
from archive.records.models import Post
from tests.browser.conftest import served

pytestmark = pytest.mark.browser

PATHS = ["/", "/search?q=objection", "/search?q=zebra&site=tenfirst.example", "/search?q=email+before:whenever",
         "/search?year=2019&words=1", "/search?q=how+do+you+copy&has=comments", "{discovery}?q=objection",
         "/help", "/sites", "/sites/quotanotes.example", "/sites/ledgerline.example", "/people/Ruth%20Adeyemi",
         "{cold-email}", "{discovery}", "{discovery}?find=objection", "{script}", "{first-customer}",
         "{compensation}", "{cold-email}/quote/post", "{annual}/versions", "{annual}/versions/2",
         "{discovery}/quote/p-6de974a6", "/search?q=the&page=2", "/search?q=objektion",
         "/comments/comment:a41d8a6946af9fb42286d903/versions"]  # fmt: skip


#: All rules that are on, and that of WCAG 2.2 on the size of targets, which is off unless asked for.
AXE = "axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"

#: What can be seen in part only, or by scrolling sideways; lines of code may be longer than a screen.
CUT_OFF = """[...document.querySelectorAll("main *, header *")]
  .filter((each) => !each.closest("pre, textarea, svg, .visually-hidden, thead") && each.checkVisibility())
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 || (each.scrollWidth > each.clientWidth + 1
    && getComputedStyle(each).overflowX !== "visible" && !each.matches("input")))
  .map((each) => each.outerHTML.slice(0, 100))"""


@pytest.fixture
def path(request: pytest.FixtureRequest, library: list[Post]) -> str:
    """The path asked for, posts named by a part of their address."""
    named, mark, rest = str(request.param).removeprefix("{").partition("}")
    if not mark:
        return str(request.param)
    post = next(each for each in library if named in each.url)
    return f"/posts/{post.id}{rest}"


@pytest.mark.parametrize("path", PATHS, indirect=True)
def test_axe_finds_nothing_by_day_or_night(open_page: Any, axe: str, path: str) -> None:
    page = open_page(path)

    assert _violations(page, axe) == []


@pytest.mark.parametrize("path", ["/nothing", "/search?page=0", "/people/Nobody", "/posts/post:0/quote/p-0"])
def test_axe_finds_nothing_where_something_is_wrong(open_page: Any, axe: str, path: str) -> None:
    page = open_page(path, status=400 if "page=" in path else 404)

    assert _violations(page, axe) == []


def test_axe_finds_nothing_where_nothing_is_archived(chromium: Browser, axe: str, tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        archive.sync()

    with served(tmp_path) as address, chromium.new_context() as context:
        page = context.new_page()
        for path in ("/", "/search?q=price", "/sites"):
            page.goto(address + path)
            assert _violations(page, axe) == []


@pytest.mark.parametrize("path", PATHS, indirect=True)
def test_a_narrow_screen_cuts_nothing_off(open_page: Any, path: str) -> None:
    page = open_page(path, width=320)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("path", ["/search?q=objection", "/", "{discovery}"], indirect=True)
def test_what_can_be_clicked_can_be_seen_to_have_the_focus(open_page: Any, path: str) -> None:
    page = open_page(path)

    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def _violations(page: Page, axe: str) -> list[object]:
    """Return what axe finds: by day, by night, and on a narrow screen, where something may have to be scrolled."""
    found: list[object] = []
    page.evaluate(axe)
    seen: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1100), ("dark", 1100), ("light", 320))
    for scheme, width in seen:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        told = page.evaluate(AXE)["violations"]
        found += [(scheme, width, each["id"], [node["html"][:120] for node in each["nodes"]]) for each in told]
    return found
