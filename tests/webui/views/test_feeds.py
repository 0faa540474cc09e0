"""Results for other programs: Atom, OpenSearch, JSON lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pytest
from flask.testing import FlaskClient

from archive.archive import Archive
from archive.export.shapes.registry import SHAPES
from archive.export.shapes.threads import post_of
from archive.records.models import Comment, Post, comment_id, post_id
from webui.app import create_app
from webui.views.feeds import EXPORT_STEP

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_a_search_can_be_followed_as_a_feed(client: FlaskClient, library: dict[str, Post]) -> None:
    feed = feedparser.parse(client.get("/feed.atom?q=objection").data)

    assert not feed.bozo
    assert feed.feed.title == "objection · Sales Archive"
    dates = [entry.updated for entry in feed.entries]
    assert dates == sorted(dates, reverse=True)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries) > 3


def test_a_feed_s_comment_leads_to_its_place_and_to_the_original(
    client: FlaskClient, library: dict[str, Post]
) -> None:
    comment = library["cold-email-that-got-answers"].comments[3]

    (entry,) = feedparser.parse(client.get("/feed.atom?q=%22tracking+pixel%22&kind=comment").data).entries

    assert entry.title == "Priya Raman on The cold email that got 31 answers"
    assert {link.rel: link.href for link in entry.links} == {
        "alternate": f"http://localhost/posts/{comment.post_id}?comment={comment.id.replace(':', '-')}"
        f"#{comment.id.replace(':', '-')}",
        "via": comment.permalink,
    }


def test_a_feed_that_has_nothing_new_is_the_same_to_the_byte(client: FlaskClient) -> None:
    assert client.get("/feed.atom?q=objection").data == client.get("/feed.atom?q=objection").data


@pytest.mark.parametrize("query", ["<script>", "a&b", "\x00\x0b\ufffe", "zebra"])
def test_a_feed_is_well_formed_whatever_is_asked(client: FlaskClient, query: str) -> None:
    answer = client.get("/feed.atom", query_string={"q": query})

    ET.fromstring(answer.data)


def test_a_feed_of_hostile_texts_is_well_formed(client: FlaskClient) -> None:
    answer = client.get("/feed.atom?site=hostile.example")

    assert not feedparser.parse(answer.data).bozo
    assert "<script>alert" not in answer.text


def test_a_browser_can_add_the_archive_to_its_search_engines(client: FlaskClient) -> None:
    answer = client.get("/opensearch.xml")

    root = ET.fromstring(answer.data)
    assert root.tag == f"{OPENSEARCH}OpenSearchDescription"
    assert len(root.findtext(f"{OPENSEARCH}ShortName") or "") <= 16
    templates = {each.get("type"): each.get("template") for each in root.iter(f"{OPENSEARCH}Url")}
    address = str(templates["text/html"]).replace("{searchTerms}", "cold%20email").replace("{startPage?}", "1")
    assert client.get(address).status_code == 200
    assert answer.mimetype == "application/opensearchdescription+xml"


def test_an_export_has_every_hit(client: FlaskClient) -> None:
    lines = client.get("/export?kind=comment").text.split("\n")[:-1]

    total = client.get("/api/search?kind=comment").get_json()["total"]
    assert len(lines) == total == 31
    assert {json.loads(line)["kind"] for line in lines} == {"comment"}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_export_has_the_rows_of_a_dataset(client: FlaskClient, shape: str) -> None:
    rows = [json.loads(line) for line in client.get(f"/export?q=objection&shape={shape}").text.split("\n")[:-1]]

    assert len({row["id"] for row in rows}) == len(rows)
    assert all(list(row) == list(SHAPES[shape].features) for row in rows)


def test_an_export_of_documents_has_every_text_found(client: FlaskClient) -> None:
    lines = client.get("/export?q=objection&shape=documents").text.split("\n")[:-1]

    hits = client.get("/export?q=objection").text.split("\n")[:-1]
    assert {json.loads(line)["id"] for line in lines} == {json.loads(line)["id"] for line in hits} != set()


def test_an_export_of_threads_has_whole_posts(client: FlaskClient, library: dict[str, Post]) -> None:
    lines = client.get("/export?q=objection&shape=threads").text.split("\n")[:-1]

    posts = [post_of(json.loads(line)) for line in lines]
    known = {post.id: post for post in library.values()}
    assert posts
    assert all(post == known[post.id] for post in posts)


def test_an_export_in_another_shape_is_refused(client: FlaskClient) -> None:
    assert client.get("/export?q=x&shape=exe").status_code == 400


def test_an_export_of_nothing_is_empty(client: FlaskClient) -> None:
    answer = client.get("/export?q=zebra")

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sales-archive-hits.jsonl"'


def selling(number: int, year: int) -> Post:
    url = f"https://many.example/{number}"
    post = Post(
        id=post_id(url),
        url=url,
        site="many.example",
        published=datetime(year, 1, 1, tzinfo=UTC),
        text="Selling.",
        comment_system="own",
    )
    asked, told = (
        Comment(
            id=comment_id(url, "own", text),
            post_id=post.id,
            position=place,
            published=post.published,
            text=text,
            system="own",
        )
        for place, text in enumerate(("Selling what?", "All of it."))
    )
    return replace(post, comments=(asked, replace(told, parent_id=asked.id, depth=1)))


@pytest.mark.parametrize("shape", ["hits", *SHAPES])
def test_an_export_begins_before_all_hits_are_found(tmp_path: Path, shape: str) -> None:
    late = selling(EXPORT_STEP, 2001)
    with Archive(tmp_path) as archive:
        for number in range(EXPORT_STEP):
            archive.add(selling(number, 2015))
        archive.sync()
        app = create_app({"ARCHIVE_DIR": tmp_path})
        lines = app.test_client().get(f"/export?q=selling&sort=newest&shape={shape}").iter_encoded()

        begun = [next(lines), next(lines)]
        archive.add(late)
        archive.sync()
        rows = [json.loads(line) for line in (*begun, *lines) if line]
        app.extensions["archive"].archive.close()

    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert {late.id, late.comments[0].id} & set(ids)


def test_an_export_goes_on_past_the_first_page(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for number in range(2 * EXPORT_STEP + 1):
            url = f"https://many.example/{number}"
            archive.add(Post(id=post_id(url), url=url, site="many.example", text="Selling."))
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})

    lines = app.test_client().get("/export?q=selling&shape=documents").text.split("\n")[:-1]

    assert len({json.loads(line)["id"] for line in lines}) == 2 * EXPORT_STEP + 1
    app.extensions["archive"].archive.close()
