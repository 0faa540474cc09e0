"""Dates of comments that a page states for programs, and shows in no form that is a date."""

import pytest

from crawler.pages.models import Thread
from crawler.pages.page import Page
from crawler.platforms.registry import PLATFORMS
from tests.support.answers import FETCHED
from tests.support.blog import PARAGRAPH

WRITTEN = {
    "Ann Lee": "We tried that for a year, and it worked well for the whole team of ours.",
    "Bob Stone": "How long did it take you until the first customer signed the contract?",
    "Cy Young": "I would not call before noon, nobody picks up the phone then at all.",
    "Dora Ames": "Thanks for writing this up, we start with the second list on Monday.",
}


def thread(date: str) -> Thread | None:
    """Return the thread of a page in a theme nobody knows, in which `{n}` of a date is the comment's number."""
    comments = "".join(
        f'<div class="zq-note"><p class="zq-who">{name}</p>{date.format(n=number)}<p class="zq-text">{text}</p></div>'
        for number, (name, text) in enumerate(WRITTEN.items(), start=1)
    )
    body = "".join(f"<p>{number}. {PARAGRAPH}</p>" for number in range(6))
    html = (
        "<html lang='en'><head><title>Calls</title></head><body>"
        f"<article><h1>Calls</h1>{body}</article><section><h3>4 responses</h3>{comments}</section></body></html>"
    )
    return PLATFORMS["generic"].read(Page("https://notes.example/calls", html.encode(), FETCHED)).thread


@pytest.mark.parametrize(
    "date",
    [
        '<time datetime="2024-02-0{n}T10:30:00Z"></time>',
        '<time datetime="2024-02-0{n}T10:30:00.000Z"><span>last spring</span></time>',
        '<relative-time datetime="2024-02-0{n}T11:30:00+01:00">a while back</relative-time>',
        '<abbr class="when" title="2024-02-0{n} 10:30:00">recently</abbr>',
        '<time datetime="2024-02-0{n}T10:30:00Z">February {n}, 2024</time>',
    ],
)
def test_a_machine_readable_time_dates_a_comment_whatever_is_shown(date: str):
    found = thread(date)
    assert found is not None
    assert [(each.author, each.text) for each in found.comments] == list(WRITTEN.items())
    moments = [each.published.moment.isoformat()[:16] for each in found.comments if each.published]
    assert moments == [f"2024-02-0{number}T10:30" for number in range(1, 5)]


@pytest.mark.parametrize(
    "date", ['<time datetime="soon">recently</time>', '<abbr title="in {n} days">recently</abbr>']
)
def test_words_that_state_no_moment_date_nothing(date: str):
    found = thread(date)
    assert found is None or not any(each.published for each in found.comments)
