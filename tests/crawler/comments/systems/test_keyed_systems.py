"""Systems that only a key or a setting opens wholly: Disqus and Medium."""

from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.comments.registry import read_thread
from crawler.pages.fetch import UnreadableError
from crawler.pages.models import Thread
from crawler.pages.page import Page
from tests.support.answers import FETCHED, Answers
from tests.support.comment_pages import BODY, URL, named, whole
from tests.support.keyed_threads import DISQUS, MEDIUM, MEDIUM_URL, disqus, response


def test_disqus_without_a_key_keeps_the_frames_posts_and_reports_the_gap(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SALES_ARCHIVE_DISQUS_KEY", raising=False)
    answers = Answers(disqus)
    found, (first, removed) = whole(named(DISQUS), answers)
    assert parse_qs(urlsplit(answers.asked[0]).query) == {
        "base": ["default"], "f": ["diary"], "t_i": ["post-7"], "t_u": [URL],
    }  # fmt: skip
    assert (first.author, first.text, first.published_precision) == ("Reader 900000000001", "First", "second")
    assert (removed.deleted, removed.author, removed.parent_id) == (True, None, first.id)
    assert found.stated == 3
    assert "SALES_ARCHIVE_DISQUS_KEY" in (found.unreadable or "")


def test_disqus_with_a_key_is_read_to_its_end_each_comment_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SALES_ARCHIVE_DISQUS_KEY", "mine")
    found, records = whole(named(DISQUS), Answers(disqus))
    assert [each.text for each in records] == ["First", "", "Third"]
    assert [each.depth for each in records] == [0, 1, 2]
    assert found.unreadable is None


def test_a_frame_without_a_thread_is_a_failure_and_not_an_empty_thread():
    with pytest.raises(UnreadableError, match="no thread"):
        whole(named(DISQUS), Answers(lambda _url: "<html>Sign in</html>"))


def medium_thread() -> Thread:
    thread = read_thread(Page(MEDIUM_URL, (BODY + MEDIUM).encode(), FETCHED))
    assert thread is not None
    return thread


def test_medium_responses_are_counted_and_requested_only_if_enabled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SALES_ARCHIVE_MEDIUM_RESPONSES", raising=False)
    answers = Answers(lambda _url: None)
    found, records = whole(medium_thread(), answers)
    assert (found.stated, records, answers.asked) == (3, (), [])
    assert "SALES_ARCHIVE_MEDIUM_RESPONSES" in (found.unreadable or "")


def test_mediums_responses_are_read_page_by_page_when_that_is_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SALES_ARCHIVE_MEDIUM_RESPONSES", "1")
    lists = [
        {"posts": [response("a1", "Ann", "First.", response("a2", "Bo", "Second."))],
         "pagingInfo": {"next": {"to": "25"}}},
        {"posts": [response("a3", "Cy", "Third.")], "pagingInfo": {"next": None}},
    ]  # fmt: skip
    answers = Answers(lambda _url: {"data": {"post": {"threadedPostResponses": lists[len(answers.asked) - 1]}}})
    found, (first, second, third) = whole(medium_thread(), answers)
    assert [(each.author, each.text, each.depth) for each in (first, second, third)] == [
        ("Ann", "First.\n\nMore.", 0),
        ("Bo", "Second.\n\nMore.", 1),
        ("Cy", "Third.\n\nMore.", 0),
    ]
    assert first.published is not None
    assert found.unreadable is None
    assert [each["variables"]["postResponsesPaging"]["to"] for each in answers.questions] == ["", "25"]


def test_an_answer_of_medium_in_another_form_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SALES_ARCHIVE_MEDIUM_RESPONSES", "1")
    with pytest.raises(UnreadableError, match="no list of responses"):
        whole(medium_thread(), Answers(lambda _url: {"errors": []}))
