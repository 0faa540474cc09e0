"""Comments that a page marks for machines: microformats, schema.org."""

import pytest

from crawler.pages.page import Page
from crawler.pages.placing import place_thread
from crawler.posts.post import read_post
from tests.support.answers import FETCHED
from tests.support.comment_pages import BODY, URL, named
from tests.support.marked_threads import CITES, STATED


@pytest.mark.parametrize(("markup", "system"), [(CITES, "microformats"), (STATED, "schema")])
def test_comments_that_a_page_marks_for_machines_are_read_from_it(markup: str, system: str):
    first, second = place_thread(named(markup), URL)
    assert (first.system, first.author, first.author_url) == (system, "Ann", "https://ann.example/")
    assert (first.text, second.text, second.author, second.parent_id) == ("First", "Second", "Bo", first.id)
    assert first.published is not None
    assert (first.permalink or "").removeprefix("https://") in {"ann.example/1", "diary.example/c1"}


def test_a_writers_url_and_name_are_not_those_of_the_comment_or_the_post():
    card = '<span class="p-author h-card"><a class="p-name u-url" href="https://ann.example">Ann</a></span>'
    cite = f'<article class="p-comment h-cite">{card}<p class="e-content">First</p></article>'
    post = read_post(Page(URL, f'<article class="h-entry">{BODY}{cite}</article>'.encode(), FETCHED))
    assert post.author is None
    assert post.thread is not None
    (comment,) = place_thread(post.thread, URL)
    assert (comment.author, comment.author_url, comment.permalink) == ("Ann", "https://ann.example/", None)


def test_marked_comments_may_lie_deep_in_each_other():
    deep = "".join(f'<div class="u-comment h-cite" id="c{n}"><p class="e-content">x</p>' for n in range(100))
    assert [each.depth for each in place_thread(named(deep), URL)] == list(range(100))
