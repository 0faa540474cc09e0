"""What a reader sees of search: the front page, results, facets, filters, paging, and when nothing is found."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from lxml import html

from archive.archive import Archive
from archive.records import Post, parse_time, post_id
from webui import create_app


def page(client: FlaskClient, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def texts(tree: html.HtmlElement, selector: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in tree.cssselect(selector)]


def test_the_front_page_has_one_box_with_the_focus_and_says_what_is_held(client: FlaskClient) -> None:
    tree = page(client, "/")

    assert [box.get("name") for box in tree.cssselect("input[autofocus]")] == ["q"]
    assert "11 posts and 32 comments from 7 sites" in tree.text_content()


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


def test_a_facet_narrows_and_its_chip_lets_go_again(client: FlaskClient) -> None:
    tree = page(client, "/search?q=objection")
    (link,) = [each for each in tree.cssselect(".facets a") if each.text_content() == "Comments"]

    narrowed = page(client, link.get("href"))

    assert texts(narrowed, ".hit .kind") == ["Comment"] * len(narrowed.cssselect(".hit"))
    (chip,) = narrowed.cssselect(".chips a")
    assert chip.get("href") == "/search?q=objection"


def test_the_count_of_a_facet_is_the_number_of_results_it_leads_to(client: FlaskClient) -> None:
    tree = page(client, "/search?q=seller")

    for row in tree.cssselect(".facets section li:has(.count)"):
        (link,), (count,) = row.cssselect("a"), row.cssselect(".count")
        heading = page(client, link.get("href")).cssselect("h1")[0].text_content()
        assert heading.startswith(f"{count.text_content()} result"), heading


def test_who_wrote_a_post_together_are_counted_each(client: FlaskClient) -> None:
    tree = page(client, "/search?q=&kind=post")
    names = [each.text_content() for each in tree.cssselect("[aria-labelledby=facet-author] a")]

    both = page(client, "/search?kind=post&author=Sam+Ito").cssselect(".hit")

    assert {"Ruth Adeyemi", "Sam Ito"} <= set(names)
    assert not [name for name in names if ";" in name]
    assert len(both) == 1
    assert page(client, "/people/Sam%20Ito").cssselect("h1")[0].text_content() == "Sam Ito"


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
        left_out |= {each.get("href"): int(each.text_content().split()[1]) for each in tree.cssselect(".hit .more a")}
        address = next((each.get("href") for each in tree.cssselect(".pages a[rel=next]")), "")

    assert len(hits) == len(set(hits))
    assert len(hits) + sum(left_out.values()) == 31  # the placeholder of a removed comment is no hit


def test_one_thread_does_not_fill_the_page(client: FlaskClient, library: dict[str, Post]) -> None:
    tree = page(client, "/search?q=the&kind=comment")
    (more,) = [each for each in tree.cssselect(".hit:has(.more)") if "discovery call" in each.text_content()]

    thread = page(client, more.cssselect(".more a")[0].get("href"))

    assert texts(thread, ".hit .more") == []
    assert {each.partition(" on ")[2] for each in texts(thread, ".hit h2")} == {library["discovery-calls"].title}
    assert texts(thread, ".chips a")[-1].startswith("Remove filter In the thread: A discovery call")


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


def test_newest_and_oldest_are_each_other_s_reverse(client: FlaskClient) -> None:
    def dates(sort: str) -> list[str]:
        tree = page(client, f"/search?q=the&sort={sort}&kind=post")
        return [each.get("datetime") for each in tree.cssselect(".hit time")]

    assert dates("newest") == sorted(dates("newest"), reverse=True)
    assert dates("oldest") == sorted(dates("oldest"))


def test_the_timeline_has_a_bar_and_a_row_for_each_year(client: FlaskClient) -> None:
    tree = page(client, "/search?q=the")

    bars = [each.get("aria-label") for each in tree.cssselect(".timeline svg a")]
    rows = [": ".join(texts(each, "th, td")) for each in tree.cssselect(".timeline tbody tr")]
    assert bars == rows
    assert len(bars) > 3


def test_a_click_on_a_year_narrows_to_it(client: FlaskClient) -> None:
    tree = page(client, "/search?q=the")
    bar = tree.cssselect(".timeline svg a")[0]

    narrowed = page(client, bar.get("href"))

    year = bar.get("aria-label").partition(":")[0]
    assert {each.get("datetime")[:4] for each in narrowed.cssselect(".hit time")} == {year}


def test_in_one_year_the_timeline_has_months_that_narrow(client: FlaskClient) -> None:
    tree = page(client, "/search?year=2019")
    bars = tree.cssselect(".timeline svg a")

    assert texts(tree, ".timeline h2") == ["Results by month"]
    assert texts(tree, ".timeline .ends span") == ["2019-01", "2019-12"]
    for bar in bars:
        month, _, count = bar.get("aria-label").partition(": ")
        narrowed = page(client, bar.get("href"))
        assert narrowed.cssselect("h1")[0].text_content().startswith(f"{count} result")
        assert {each.get("datetime")[:7] for each in narrowed.cssselect(".hit time")} == {month}
        assert texts(narrowed, ".chips b")[1].endswith(" 2019")
    assert len(bars) > 1


def test_what_has_no_date_is_counted_beside_the_timeline(client: FlaskClient) -> None:
    tree = page(client, "/search")

    placed = sum(int(each.text_content()) for each in tree.cssselect(".timeline tbody td"))
    (said,) = texts(tree, ".timeline > .meta")
    total = int(tree.cssselect("h1")[0].text_content().split()[0])
    assert said == f"{total - placed} without a year"


def test_posts_with_comments_can_be_chosen(client: FlaskClient) -> None:
    (link,) = [each for each in page(client, "/search?kind=post").cssselect(".facets a")
               if each.text_content() == "Comments below"]  # fmt: skip

    narrowed = page(client, link.get("href"))

    assert texts(narrowed, ".hit .kind") == ["Post"] * len(narrowed.cssselect(".hit"))
    for hit in narrowed.cssselect(".hit h2 a"):
        assert page(client, hit.get("href")).cssselect(".comment")


def test_words_to_narrow_by_are_offered_when_asked_for(client: FlaskClient) -> None:
    tree = page(client, "/search?q=the&kind=post")
    (ask,) = tree.cssselect("#words a")

    offered = page(client, ask.get("href").partition("#")[0]).cssselect("#words a")

    total = int(tree.cssselect("h1")[0].text_content().split()[0])
    for link in offered:
        narrowed = page(client, link.get("href"))
        assert 0 < int(narrowed.cssselect("h1")[0].text_content().split()[0]) <= total
        assert texts(narrowed, ".hit mark"), link.get("href")
    assert len(offered) > 3


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
    assert "Also at 2 places: " in texts(hit, ".more")[0]
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
    assert understood.partition("Not searched for: ")[2].partition(" (")[0] == said


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


@pytest.mark.parametrize("address", ["/", "/help"])
def test_every_query_that_is_suggested_is_understood(client: FlaskClient, address: str) -> None:
    queries = [each.get("href") for each in page(client, address).cssselect("main a[href^='/search?q=']")]

    assert queries
    for query in queries:
        answer = client.get(query)
        notices = re.findall(r'class="notice">([^<]*)', answer.text)
        assert answer.status_code == 200
        assert not [each for each in notices if "not" in unescape(each).split() and "hold" not in each], query


def test_the_timeline_has_every_year_of_a_long_archive(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        for year in range(1990, 2026):
            url = f"https://long.example/{year}"
            published = parse_time(f"{year}-05-01T00:00:00Z")
            archive.add(Post(id=post_id(url), url=url, site="long.example", text="Selling.", published=published))
        archive.sync()
    app = create_app({"ARCHIVE_DIR": tmp_path})

    tree = page(app.test_client(), "/search?q=selling")

    assert len(tree.cssselect(".timeline svg a")) == 36
    app.extensions["archive"].archive.close()
