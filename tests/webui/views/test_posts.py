"""The reading view: a post, what is said about it, and its thread."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from archive.archive import Archive
from archive.records.models import Comment, Post, comment_id, post_id
from webui.app import create_app
from webui.pages.post import THREAD_PAGE


def read(client: FlaskClient, post: Post, query: str = "") -> html.HtmlElement:
    answer = client.get(f"/posts/{post.id}{query}")
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_post_shows_its_title_author_date_site_and_original(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    header = read(client, post).cssselect("article.post > header")[0]

    assert "The cold email that got 31 answers" in words(header)
    assert "by Maya Lindqvist · 2 March 2015" in words(header)
    assert [each.text_content() for each in header.cssselect(".site a")] == ["tenfirst.example"]
    assert post.url in [each.get("href") for each in header.cssselect("a[rel~=external]")]


def test_read_aloud_or_as_plain_text_a_page_is_in_order(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]
    said = words(read(client, post).cssselect("body")[0])

    named = [(each.author or "Anonymous", each.text.split("\n")[0]) for each in post.comments if not each.deleted]
    order = ["Skip to content", "Sales", "Search", post.title or "", "by Ruth Adeyemi · 20 May 2019 · ",
             post.text[:40], "Copy fetched on", f"{len(named)} comments", "Find",
             *(part for author, text in named for part in (f"{author} ", " ".join(text.split()))),
             "Related posts", "Texts belong to"]  # fmt: skip
    at = 0
    for part in order:
        at = said.find(part, at)
        assert at >= 0, part
        at += len(part)


def test_related_posts_stand_below_the_thread_and_lead_there(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    links = read(client, post).cssselect("section.related li a")

    titles = {f"/posts/{each.id}": each.title for each in library.values()}
    assert links
    assert all(titles[link.get("href")] == words(link) for link in links)
    assert f"/posts/{post.id}" not in [link.get("href") for link in links]


def test_a_post_is_read_when_the_index_is_damaged(library: dict[str, Post], tmp_path: Path) -> None:
    post = library["cold-email-that-got-answers"]
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.sync()
    for segment in (tmp_path / "index").rglob("*.seg"):
        segment.write_bytes(b"torn")
    app = create_app({"ARCHIVE_DIR": tmp_path, "TESTING": True})

    assert not read(app.test_client(), post).cssselect("section.related")
    app.extensions["archive"].archive.close()


def test_every_paragraph_of_the_text_is_there_with_an_anchor(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    blocks = read(client, post).cssselect(".post .text > [id]")

    assert len({each.get("id") for each in blocks}) == len(post.text.split("\n\n"))
    assert [each.tag for each in blocks] == ["p", "p", "p", "ul", "p", "p", "blockquote", "p"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Say the price!\n\nThen wait.", ["Then wait."]),
        ("On pricing\n\nSay the price\n\nThen wait.", ["Then wait."]),
        ("We were asked for a discount.\n\nSay the price", ["We were asked for a discount.", "Say the price"]),
        ("Say the price, they said.\n\nThen wait.", ["Say the price, they said.", "Then wait."]),
        ("Say the price!", ["Say the price!"]),
    ],
)
def test_a_title_that_the_text_repeats_is_shown_once(
    library: dict[str, Post], tmp_path: Path, text: str, shown: list[str]
) -> None:
    post = replace(library["discovery-calls"], title="Say the Price", text=text)
    with Archive(tmp_path) as archive:
        archive.add(post)
    tree = read(create_app({"ARCHIVE_DIR": tmp_path}).test_client(), post)

    assert [paragraph.text.strip() for paragraph in tree.cssselect("article.post p.block")] == shown


def test_replies_stand_inside_what_they_answer(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    tree = read(client, post)

    for comment in post.comments:
        element = tree.get_element_by_id(comment.id.replace(":", "-"))
        above = next((each.get("id") for each in element.iterancestors("li")), None)
        assert above == (comment.parent_id.replace(":", "-") if comment.parent_id else None)


def test_the_author_s_own_comments_are_marked(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]

    badges = read(client, post).cssselect(".comment .badge")

    assert len(badges) == sum(each.by_post_author for each in post.comments)


def test_a_removed_comment_keeps_its_place(client: FlaskClient, library: dict[str, Post]) -> None:
    removed = next(each for each in library["cold-email-that-got-answers"].comments if each.deleted)
    tree = read(client, library["cold-email-that-got-answers"])

    element = tree.get_element_by_id(removed.id.replace(":", "-"))
    assert "Removed comment" in element.text_content()
    assert "begging" in element.text_content()


def test_comments_that_the_site_states_and_the_archive_lacks_are_told(
    client: FlaskClient, library: dict[str, Post]
) -> None:
    tree = read(client, library["cold-email-that-got-answers"])

    assert "The site reports 11 comments; 2 are not archived" in tree.get_element_by_id("comments").text_content()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pricing-page", "Only the preview is archived"),
        ("compensation", "The text is not archived because the page asks not to be"),
        ("objection-list", "The site has removed this post"),
        ("trade-shows", "undated"),
    ],
)
def test_what_is_not_as_usual_is_said(client: FlaskClient, library: dict[str, Post], name: str, said: str) -> None:
    assert said in words(read(client, library[name]).cssselect("article.post")[0])


def test_the_number_that_the_site_states_is_told_with_what_it_removed(tmp_path: Path) -> None:
    url = "https://blog.example/a-post"
    said = Comment(id=comment_id(url, "isso", "1"), post_id=post_id(url), author="Ann", text="Well said.")
    gone = replace(said, id=comment_id(url, "isso", "2"), position=1, author=None, text="", deleted=True)
    post = Post(id=post_id(url), url=url, site="blog.example", comments=(said, gone), comments_stated=2)
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.sync()

    app = create_app({"ARCHIVE_DIR": tmp_path})
    thread = read(app.test_client(), post).get_element_by_id("comments")

    assert [words(each) for each in thread.cssselect("h2, .meta")] == [
        "1 comment", "The site reports 2 comments. It has removed 1; its place in the thread is kept."]  # fmt: skip
    app.extensions["archive"].archive.close()


def test_archived_text_states_its_language(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = read(client, library["first-customer"])

    assert {each.get("lang") for each in tree.cssselect(".text")} == {"he"}
    assert {each.get("dir") for each in tree.cssselect(".text, h1")} == {"auto"}


def test_the_way_back_leads_to_the_same_page_of_results(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]
    tree = read(client, post, "?q=objection&kind=comment&page=2&comment=comment-1")

    assert tree.cssselect(".back a")[0].get("href") == "/search?q=objection&kind=comment&page=2"


def test_a_comment_s_own_address_leads_to_its_place(client: FlaskClient, library: dict[str, Post]) -> None:
    comment = library["discovery-calls"].comments[4]

    answer = client.get(f"/comments/{comment.id}")

    anchor = comment.id.replace(":", "-")
    assert answer.location == f"/posts/{comment.post_id}?comment={anchor}#{anchor}"


def test_searching_inside_a_thread_finds_its_comments_only(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = read(client, library["discovery-calls"], "?find=objection")

    found = [each.get("href").partition("#")[2] for each in tree.cssselect(".matches li a")]
    expected = {each.id for each in library["discovery-calls"].comments if "objection" in each.text.lower()}
    assert {each.replace("-", ":", 1) for each in found} == expected


def test_a_thread_of_thousands_is_paged_and_a_comment_opens_its_own_page(tmp_path: Path) -> None:
    url = "https://long.example/thread"
    comments = tuple(
        Comment(id=comment_id(url, "x", str(number)), post_id=post_id(url), position=number, text=f"word {number}")
        for number in range(3 * THREAD_PAGE)
    )
    post = Post(id=post_id(url), url=url, site="long.example", title="Long", text="Text.", comments=comments)
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})
    last = comments[-1].id.replace(":", "-")

    tree = read(app.test_client(), post, f"?comment={last}")

    assert len(tree.cssselect(".comment")) == THREAD_PAGE
    assert tree.get_element_by_id(last) is not None
    assert tree.cssselect(".pages [aria-current]")[0].text_content() == "3"
    second = read(app.test_client(), post, "?q=word&sort=oldest&page=2").cssselect(".pages a")[0].get("href")
    assert second == f"/posts/{post.id}?q=word&sort=oldest&page=2&thread=2#comments"
    app.extensions["archive"].archive.close()


def test_a_thread_two_thousand_levels_deep_is_shown(tmp_path: Path) -> None:
    url = "https://deep.example/thread"
    ids = [comment_id(url, "x", str(number)) for number in range(2_000)]
    comments = tuple(
        Comment(id=each, post_id=post_id(url), parent_id=ids[number - 1] if number else None, position=number,
                depth=number, text=f"level {number}", author=f"reader {number}")
        for number, each in enumerate(ids)
    )  # fmt: skip
    post = Post(id=post_id(url), url=url, site="deep.example", text="Text.", comments=comments)
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})

    tree = read(app.test_client(), post)

    deepest = tree.get_element_by_id(ids[-1].replace(":", "-"))
    assert len(list(deepest.iterancestors("ol"))) <= 8
    assert words(deepest.cssselect(".answers")[0]) == "in reply to reader 1998"
    app.extensions["archive"].archive.close()


def test_a_changed_text_offers_its_versions_word_by_word(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["annual-contracts"]
    (link,) = [each for each in read(client, post).cssselect(".actions a") if "versions" in each.text_content()]
    listed = html.document_fromstring(client.get(link.get("href")).text)
    newest = listed.cssselect("main ol a")[0].get("href")

    tree = html.document_fromstring(client.get(newest).text)

    assert [each.text_content() for each in tree.cssselect(".text del")] == ["19"]
    assert [each.text_content().split()[0] for each in tree.cssselect(".text ins")] == ["22", "The"]


def test_a_changed_comment_offers_its_versions_word_by_word(tmp_path: Path, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]
    said = post.comments[0]
    removed = replace(post.comments[-1], text="", author=None, deleted=True)
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.add(
            replace(post, comments=(replace(said, text=f"{said.text} Never."), *post.comments[1:-1], removed))
        )
    app = create_app({"ARCHIVE_DIR": tmp_path})
    client = app.test_client()
    (link,) = [each for each in read(client, post).cssselect(".comment a") if words(each) == "Earlier versions"]

    tree = html.document_fromstring(client.get(link.get("href")).text)

    assert link.get("href") == f"/comments/{said.id}/versions"
    newest, oldest = tree.cssselect(".difference")
    assert [each.text_content().strip() for each in newest.cssselect("ins")] == ["Never."]
    assert words(oldest) == " ".join(said.text.split())
    assert not tree.cssselect("del")[1:]  # only the word that explains the colour
    assert client.get(f"/comments/{removed.id}/versions").status_code == 404
    assert client.get(f"/comments/comment:{'0' * 24}/versions").status_code == 404
    app.extensions["archive"].archive.close()


def test_words_that_led_to_a_text_are_marked_in_it(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = read(client, library["discovery-calls"], "?q=objection+-price")

    marked = {each.text_content().lower() for each in tree.cssselect(".post .text mark, .comment .text mark")}
    (first,) = [each for each in tree.cssselect(".back a") if words(each) == "Jump to the first match"]
    assert marked == {"objection"}
    place = tree.get_element_by_id(first.get("href").removeprefix("#"))
    assert place.cssselect("mark")[0] is tree.cssselect(".post .text mark, .comment .text mark")[0]
    assert not read(client, library["discovery-calls"]).cssselect("mark")


def test_words_looked_for_in_the_thread_are_marked_in_it(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = read(client, library["discovery-calls"], "?find=objection")

    assert {words(each).lower() for each in tree.cssselect(".comment .text mark")} == {"objection"}


def test_a_version_that_there_is_not_is_not_found(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["annual-contracts"]

    assert client.get(f"/posts/{post.id}/versions/3").status_code == 404
    assert client.get(f"/posts/{post.id}/versions/0").status_code == 404


def test_a_post_that_there_is_not_is_not_found(client: FlaskClient, library: dict[str, Post]) -> None:
    unknown = replace(library["annual-contracts"], id="post:" + "0" * 24)

    assert client.get(f"/posts/{unknown.id}").status_code == 404
    assert client.get("/posts/anything").status_code == 404
    assert client.get("/comments/anything").status_code == 404
