"""What a reader sees of search: the front page, results, filters, paging, and when nothing is found."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from archive.archive import Archive
from archive.records.models import Post, post_id
from archive.search.query.parser import FIELDS
from tests.support.html import page, texts
from webui.app import create_app


def test_the_front_page_has_one_box_with_the_focus_and_says_what_is_held(client: FlaskClient) -> None:
    tree = page(client, "/")

    assert [box.get("name") for box in tree.cssselect("input[autofocus]")] == ["q"]
    assert "11 posts and 31 comments from 7 sites" in tree.text_content()


def test_a_result_says_why_it_matches(client: FlaskClient) -> None:
    tree = page(client, "/search?q=dispatcher")

    assert texts(tree, ".hit mark") == ["dispatcher"]
    assert texts(tree, ".hit .kind") == ["Post"]
    assert "Posts and comments with “dispatcher”" in tree.text_content()


def test_a_comment_hit_leads_to_the_comment_in_its_thread(client: FlaskClient, library: dict[str, Post]) -> None:
    comment = library["cold-email-that-got-answers"].comments[3]
    (link,) = page(client, "/search?q=%22tracking+pixel%22").cssselect(".hit.comment h2 a")

    thread = page(client, link.get("href").partition("#")[0])

    anchor = link.get("href").partition("#")[2]
    assert comment.text in thread.get_element_by_id(anchor).text_content()


def test_a_new_query_keeps_the_filters(client: FlaskClient) -> None:
    tree = page(client, "/search?q=objection&kind=comment&sort=newest")

    hidden = {(each.get("name"), each.get("value")) for each in tree.cssselect(".top input[type=hidden]")}
    assert hidden == {("kind", "comment"), ("sort", "newest")}


def test_pages_are_plain_links_and_hold_every_hit_once(client: FlaskClient) -> None:
    hits: list[str] = []
    left_out: dict[str, int] = {}
    address = "/search?q=&kind=comment"
    while address:
        tree = page(client, address)
        assert tree.cssselect(".hit"), f"{address} is an empty page"
        hits += [each.get("href").partition("#")[2] for each in tree.cssselect(".hit h2 a")]
        left_out |= {each.get("href"): int(each.text_content().split()[0]) for each in tree.cssselect(".hit .more a")}
        address = next((each.get("href") for each in tree.cssselect(".pages a[rel=next]")), "")

    assert len(hits) == len(set(hits))
    assert len(hits) + sum(left_out.values()) == 31  # the placeholder of a removed comment is no hit


def test_one_thread_does_not_fill_the_page(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = page(client, "/search?q=the&kind=comment")
    (more,) = [each for each in tree.cssselect(".hit:has(.more)") if "discovery call" in each.text_content()]

    thread = page(client, more.cssselect(".more a")[0].get("href"))

    assert texts(thread, ".hit .more") == []
    assert {each.partition(" on ")[2] for each in texts(thread, ".hit h2")} == {library["discovery-calls"].title}
    assert texts(thread, ".chips a")[-1].startswith("Remove filter Thread: A discovery call")


def test_a_word_that_stands_nowhere_is_corrected(client: FlaskClient) -> None:
    tree = page(client, "/search?q=dispacher")

    (link,) = tree.cssselect(".meant a")
    assert link.get("href") == "/search?q=dispatcher"


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("annual contr", ["annual contract"]),
        ("site:ten", ["site:tenfirst.example"]),
        ("pricing by:Ruth", ['pricing by:"Ruth Adeyemi"']),
        ("by:sam", ['by:"Sam Ito"']),
        ("tag:anno", []),
        ("tag:founder", ['tag:"founder-led sales"']),
        ("ledgerl", ['said:"Ledgerline"']),
        ("title:contr", ["title:contract"]),
        ("said:prest", []),
        ("x", []),
        ("", []),
    ],
)
def test_what_is_typed_is_completed(client: FlaskClient, typed: str, completed: list[str]) -> None:
    answer = client.get("/api/suggest", query_string={"q": typed}).get_json()

    assert answer[0] == typed
    assert set(completed) <= set(answer[1])
    assert bool(completed) == bool(answer[1])


@pytest.mark.parametrize(
    ("query", "leads"),
    [("objection", ["Follow as a feed", "Export as JSON lines"]), ("%22how+do+you+copy%22", ["Follow as a feed"])],
)
def test_every_search_can_be_taken_along(client: FlaskClient, query: str, leads: list[str]) -> None:
    assert texts(page(client, f"/search?q={query}"), ".take a") == leads  # one of nothing found, too: it may come


def test_a_site_that_the_catalogue_names_is_shown_by_its_name(tmp_path: Path, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]
    with Archive(tmp_path) as archive:
        archive.add(post)
        archive.sites.learn(post.site, name="Notes on Quota <b>")
        archive.sync()

    app = create_app({"ARCHIVE_DIR": tmp_path})
    client = app.test_client()

    for address in ("/", "/search?q=objection&site=quotanotes.example", f"/posts/{post.id}", "/people/Tom%20Okafor"):
        assert "Notes on Quota <b>" in page(client, address).cssselect("main")[0].text_content(), address
    assert texts(page(client, "/search?q=objection&site=quotanotes.example"), ".chips b") == ["Notes on Quota <b>"]
    assert client.get("/api/suggest?q=site:note").get_json()[1] == ["site:quotanotes.example"]
    app.extensions["archive"].archive.close()


def test_newest_and_oldest_are_each_other_s_reverse(client: FlaskClient) -> None:
    def dates(sort: str) -> list[str]:
        tree = page(client, f"/search?q=the&sort={sort}&kind=post")
        return [each.get("datetime") for each in tree.cssselect(".hit time")]

    assert dates("newest") == sorted(dates("newest"), reverse=True)
    assert dates("oldest") == sorted(dates("oldest"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=tag:pricing", "in title, text, tag pricing"),
        ("q=commenter:priya", "in author"),
        ("q=dispatcher", ""),
        ("q=contract&kind=post", "in title, text, tag annual contract"),
    ],
)
def test_a_hit_says_where_its_words_stand(client: FlaskClient, query: str, said: str) -> None:
    tree = page(client, f"/search?{query}")

    assert (texts(tree.cssselect(".hit")[0], ".places") or [""])[0] == said


@pytest.mark.parametrize("address", ["/search?site=mechira.example", "/search?language=de", "/"])
def test_a_title_and_a_snippet_state_their_language(
    client: FlaskClient, library: dict[str, Post], address: str
) -> None:
    tree = page(client, address)

    spoken = {f"/posts/{post.id}": post.language for post in library.values()}
    titles = tree.cssselect(".hit h2 a, .columns a[href^='/posts/']")
    for link in titles:
        stated = {each.get("lang") for each in (link, *link.cssselect("cite")) if each.get("lang")}
        assert stated == {spoken[link.get("href").partition("?")[0]]}
    assert titles
    assert all(each.get("lang") for each in tree.cssselect(".snippet"))


def test_copies_of_a_post_are_shown_once_with_links_to_the_others(tmp_path: Path, library: dict[str, Post]) -> None:
    post = library["cold-email-that-got-answers"]
    with Archive(tmp_path) as archive:
        for site in ("one.example", "two.example", "three.example"):
            url = f"https://{site}/copied"
            archive.add(replace(post, id=post_id(url), url=url, site=site, comments=()))
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})

    tree = page(app.test_client(), "/search?q=dispatcher")

    (hit,) = tree.cssselect(".hit")
    assert "Same text in 2 other places: " in texts(hit, ".more")[0]
    shown = [each.get("href").partition("?")[0] for each in hit.cssselect("h2 a, .more a")]
    assert len(set(shown)) == 3
    assert all(app.test_client().get(each).status_code == 200 for each in shown)
    app.extensions["archive"].archive.close()


def test_no_results_say_how_to_go_on(client: FlaskClient) -> None:
    tree = page(client, "/search?q=zebra&site=tenfirst.example")

    assert tree.cssselect("h1")[0].text_content().startswith("No results")
    assert "/search?q=zebra" in [each.get("href") for each in tree.cssselect(".advice a")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("how do you find a dispatcher", "how, do, you, a"), ("how do you", ""), ('"how do you" dispatcher', ""),
     ("+how dispatcher", "")],
)  # fmt: skip
def test_words_that_are_not_searched_for_are_said(client: FlaskClient, typed: str, said: str) -> None:
    tree = page(client, f"/search?q={quote_plus(typed)}")

    (understood,) = texts(tree, ".understood")
    assert understood.partition("Ignored: ")[2].partition(" (")[0] == said


def test_what_was_not_understood_is_said(client: FlaskClient) -> None:
    tree = page(client, "/search?q=email+before:whenever")

    assert "“before:whenever” is not a date" in tree.cssselect(".notice")[0].text_content()


def test_a_page_past_the_end_leads_to_the_last(client: FlaskClient) -> None:
    tree = page(client, "/search?q=dispatcher&page=7")

    assert "There is no page 7" in tree.text_content()
    assert tree.cssselect(".found a")[0].get("href") == "/search?q=dispatcher"


def test_dates_are_as_exact_as_the_site_states_them(client: FlaskClient) -> None:
    tree = page(client, "/search?q=%22one+list+of+objections%22&kind=post")

    (time,) = tree.cssselect(".hit time")
    assert (time.text_content(), time.get("datetime")) == ("June 2012", "2012-06")


def test_the_help_page_names_every_field(client: FlaskClient) -> None:
    text = page(client, "/help").text_content()
    assert [name for name in FIELDS if f"{name}:" not in text] == ["intitle"]  # another name of title


@pytest.mark.parametrize("address", ["/", "/help"])
def test_every_query_that_is_suggested_is_understood(client: FlaskClient, address: str) -> None:
    queries = [each.get("href") for each in page(client, address).cssselect("main a[href^='/search?q=']")]

    assert queries
    for query in queries:
        answer = client.get(query)
        notices = re.findall(r'class="notice">([^<]*)', answer.text)
        assert answer.status_code == 200
        assert not [each for each in notices if "not" in unescape(each).split() and "hold" not in each], query
