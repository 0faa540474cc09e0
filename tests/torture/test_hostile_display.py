"""Spoiled posts, archived and looked at through the real web application: what is hostile is shown as text."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import html5lib
import pytest
from flask.testing import FlaskClient
from lxml import etree, html

from archive.archive import Archive
from archive.records.models import Comment, Post, Visit, comment_id, post_id
from crawler.platforms.registry import PLATFORMS
from tests.torture.hostile import CONTROL, TEXTS, Spoiler
from tests.torture.reading import posts_of
from tests.torture.seeds import platform_seeds
from webui.app import create_app
from webui.formatting import comment_anchor

pytestmark = pytest.mark.torture

AT = datetime(2024, 5, 6, tzinfo=UTC)
SITE = "hostile.example"
#: Elements that no page of ours has.
FOREIGN = frozenset({"iframe", "object", "embed", "img", "style", "base"})
#: Marks that turn the direction of what follows them.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def worst_post(number: int, text: str) -> Post:
    """Return a record as a dataset from elsewhere may hold it: one hostile text in every place that takes any."""
    url = f"https://{SITE}/worst/{number}"
    shown = "".join(each for each in text if not "\ud800" <= each <= "\udfff").replace("\x00", "") or "x"
    comments = tuple(
        Comment(
            id=comment_id(url, "x", str(place)), post_id=post_id(url), position=place, depth=place,
            parent_id=comment_id(url, "x", str(place - 1)) if place else None, author=shown, text=f"word {shown}",
            author_url=f"https://{SITE}/#{quote(shown[:99])}", permalink=f"https://{SITE}/?{quote(shown[:99])}",
            published=AT, published_precision="second", system=shown, by_post_author=bool(place),
        )
        for place in range(2)
    )  # fmt: skip
    return Post(
        id=post_id(url), url=url, site=SITE, title=shown, author=shown, text=f"word {shown}\n\n{shown}",
        description=shown, tags=(shown, "b"), categories=(shown,), platform=shown, comment_system=shown,
        comments=comments, published=AT, published_precision="day", language=shown[:20], rights=(shown, "noarchive"),
        fetched=AT, comments_stated=3,
    )  # fmt: skip


def spoiled_posts(executions: int) -> Iterator[Post]:
    for name, seed in platform_seeds().items():
        for number in range(executions):
            yield from posts_of(PLATFORMS[name], seed.page, Spoiler(number).answers(seed.answer))


@pytest.fixture(scope="module")
def posts(torture: bool) -> dict[str, Post]:
    found = {post.id: post for post in spoiled_posts(60 if torture else 2)}
    worst = [worst_post(number, text) for number, text in enumerate(TEXTS)]
    return found | {post.id: post for post in worst}


@pytest.fixture(scope="module")
def client(posts: dict[str, Post], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    directory = tmp_path_factory.mktemp("hostile")
    with Archive(directory) as archive:
        for post in posts.values():
            archive.record(Visit(url=post.url, site=post.site, at=AT, status=200, post=post))
        archive.sync()
    app = create_app({"ARCHIVE_DIR": directory, "TESTING": True})
    yield app.test_client()
    app.extensions["archive"].archive.close()


def addresses(posts: dict[str, Post], torture: bool) -> Iterator[str]:
    yield from ("/", "/sites", f"/sites/{SITE}", "/search", "/search?q=word&sort=newest", "/search?q=alert+evil")
    yield from (f"/search?q=word&page={page}" for page in range(2, 6))
    yield from (f"/posts/{post.id}/versions" for post in posts.values() if post.site == SITE)
    chosen = [post for post in posts.values() if torture or post.site == SITE]
    for post in chosen:
        yield f"/posts/{post.id}"
        yield f"/posts/{post.id}/quote/post"
        yield from (f"/posts/{post.id}/quote/{comment_anchor(each.id)}" for each in post.comments[:1])
        yield from (f"/people/{quote(name, safe='')}" for name in {post.author} if name and len(name) < 200)


def faults(text: str) -> list[str]:
    """Return what a page of ours must not hold, in words."""
    found = [f"a control character at {each.start()}" for each in CONTROL.finditer(text)][:3]
    tree = html.document_fromstring(text)
    for element in tree.iter(etree.Element):
        found += _foreign(element)
        for name, words in (("text", element.text), ("tail", element.tail)):
            inside = element if name == "text" else element.getparent()
            if words and TURNING.search(words) and element.tag != "title" and not _is_isolated(inside):
                found.append(f"text that turns its surroundings: {html.tostring(inside)[:200]!r}")
    return found


def _foreign(element: html.HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if tag in {"iframe", "object", "embed", "img", "style", "base"} or (tag == "script" and not element.get("src")):
        yield f"a <{tag}> that is not ours"
    for name, value in element.attrib.items():
        if name.lower().startswith("on") or name.lower() == "style":
            yield f"the attribute {name}"
        if name in {"href", "src", "action", "cite", "formaction"} and not re.match(r"(https?://|/|#|$)", value):
            yield f"{name} leads to {value[:40]!r}"


def _is_isolated(element: html.HtmlElement | None) -> bool:
    around = [] if element is None else [element, *element.iterancestors()]
    return any(each.get("dir") == "auto" or each.tag in {"bdi", "textarea", "option"} for each in around)


def test_nothing_hostile_comes_into_a_page(
    client: FlaskClient, posts: dict[str, Post], torture: bool, figure: Callable[[str], None]
) -> None:
    asked = 0

    for address in addresses(posts, torture):
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code in {200, 404}, address
        assert faults(answer.text) == [], address
        asked += 1
        if torture or asked % 20 == 0:  # it takes half a second for a long page
            html5lib.HTMLParser(strict=True).parse(answer.text)

    assert asked > 2 * len(TEXTS)
    figure(f"{len(posts)} spoiled posts, {asked} pages, 0 that run, load, mislead or turn around")


def test_every_other_form_of_a_hostile_post_is_sound(client: FlaskClient, posts: dict[str, Post]) -> None:
    for post in posts.values():
        assert client.get(f"/api/posts/{post.id}").get_json()["url"] == post.url
    for form in ("/feed.atom?q=word", f"/feed.atom?site={SITE}"):
        assert etree.fromstring(client.get(form).data) is not None
    for address in ("/export?q=word", "/export?q=word&shape=threads", "/api/search?q=word", "/api/sites"):
        answer = client.get(address, follow_redirects=True)
        assert answer.status_code == 200
        assert answer.data.decode("utf-8", "strict")
