"""Where old and new default themes put a post's title, date and byline."""

from datetime import UTC, datetime

from crawler.pages.models import ReadPost
from crawler.pages.page import Page
from crawler.posts.post import read_post

_TEXT = "<p>" + "Nobody buys on the first call, and so we kept a tally of all the calls. " * 8 + "</p>"
_FETCHED = datetime(2024, 1, 1, tzinfo=UTC)


def _read(body: str, title: str) -> ReadPost:
    page = f"<html><head><title>{title}</title></head><body class='single postid-4'>{body}</body></html>"
    return read_post(Page("https://blog.example/2008/04/tally/", page.encode(), _FETCHED))


def test_a_heading_that_leads_to_the_front_page_is_the_sites_name() -> None:
    site, post = "<h1><a href='https://blog.example/'>Cold Calls</a></h1>", f"<h2>A tally of calls</h2>{_TEXT}"

    read = _read(site + post, title="A tally of calls &laquo; Cold Calls")

    assert read.title == "A tally of calls"


def test_date_and_writer_come_from_the_posts_footer_not_the_pages() -> None:
    foot = "<footer><time class='published' datetime='{}'></time> by <a rel='author'>{}</a></footer>"
    read = _read(
        f"<article><h1>A tally</h1>{_TEXT}{foot.format('2008-04-02T06:50:00Z', 'Marta')}</article>"
        + foot.format("2024-01-01T00:00:00Z", "The Host"),
        title="A tally",
    )

    assert (read.author, read.published and read.published.moment.day) == ("Marta", 2)


def test_a_name_is_not_cut_at_a_word_that_other_languages_put_before_dates() -> None:
    for name in ("Samir El-Amin", "Ursula Le Guin", "Ana del Río"):
        read = _read(f"<h1>A tally</h1><p class='byline'>By <a rel='author'>{name}</a></p>{_TEXT}", title="A tally")

        assert read.author == name


def test_a_byline_in_no_class_is_known_by_its_date() -> None:
    read = _read(f"<h2>A tally</h2><small>April 2nd, 2008 by Marta Ruiz</small>{_TEXT}", title="A tally")

    assert read.author == "Marta Ruiz"


def test_a_category_may_be_no_tag() -> None:
    read = _read(
        f"<h2>A tally</h2>{_TEXT}<p>Posted in <a rel='category' href='/?cat=3'>Calls</a></p>", title="A tally"
    )

    assert (read.categories, read.tags) == (("Calls",), ())


def test_a_page_of_a_thread_is_its_post() -> None:
    for own in ("https://blog.example/2008/04/tally/comment-page-5/", "https://blog.example/?p=4&cpage=5"):
        head = f"<link rel=canonical href='{own}#comments'>"

        post = read_post(Page(own, f"<html><head>{head}</head><body>{_TEXT}</body></html>".encode(), _FETCHED))

        assert post.url == own.replace("comment-page-5/", "").replace("&cpage=5", "")
