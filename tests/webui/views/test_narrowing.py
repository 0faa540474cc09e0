"""What narrows a search: facets, the timeline, words to add."""

from pathlib import Path

from flask.testing import FlaskClient

from archive.archive import Archive
from archive.records.models import Post, parse_time, post_id
from tests.support.html import page, texts
from webui.app import create_app


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
               if each.text_content() == "Has comments"]  # fmt: skip

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
