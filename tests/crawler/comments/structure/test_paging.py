"""Threads of unknown software that are spread over several pages of their post."""

import asyncio

import pytest

from archive.records.models import Comment
from crawler.comments.registry import complete, read_thread
from crawler.pages.page import Page
from crawler.pages.placing import place_thread
from tests.support.answers import FETCHED, Answers

URL = "https://diary.example/first-call"
WORDS = ("Ring twice.", "Ring thrice.", "Write first.", "Go there.", "Ask a friend.", "Leave a note.")


def shown(numbers: range, heading: str, pager: str) -> str:
    comments = "".join(
        f"<div class='comment' id='comment-{n}'><b class='author'>Ann {n}</b> <i>May {n + 1}, 2012</i>"
        f"<p>{WORDS[n]}</p></div>"
        for n in numbers
    )
    text = (
        "<h1>First call</h1><p>We called and called, and wrote down what they said.</p><a href='/next-post'>Next</a>"
    )
    return f"<html><body>{text}<div id='comments'><h2>{heading}</h2>{comments}{pager}</div></body></html>"


def crawled(heading: str, pager: str) -> tuple[tuple[Comment, ...], list[str]]:
    def answer(url: str) -> str | None:
        page = int(url[-1]) if url[-1].isdigit() else 1
        return shown(range(2 * page - 2, 2 * page), heading, pager) if page <= len(WORDS) / 2 else None

    answers = Answers(answer)
    thread = read_thread(Page(URL, str(answer(URL)).encode(), FETCHED))
    assert thread is not None
    return place_thread(asyncio.run(complete(thread, URL, answers)), URL), answers.asked


@pytest.mark.parametrize(
    ("heading", "pager"),
    [
        ("6 Comments", "<ul><li>1</li><li><a href='?page=2'>2</a></li><li><a href='?page=3#end'>3</a></li></ul>"),
        ("6 Comments", "<a rel='next' href='/first-call/page/2'>Later ones</a> <a href='/first-call/page/3'>3</a>"),
        ("Comments", "<a href='/first-call?page=2#comments'>2</a> <a href='/first-call?page=3#comments'>3</a>"),
        ("Comments", "<a href='/first-call/comments-page-2'>Older</a> <a href='/first-call/comments-page-3'>3</a>"),
    ],
    ids=["stated", "paths", "fragment", "named"],
)
def test_the_further_pages_of_a_thread_are_read_once_each(heading: str, pager: str) -> None:
    comments, asked = crawled(heading, pager)

    assert tuple(comment.text for comment in comments) == WORDS
    assert len(asked) == len(set(asked)) == 2


@pytest.mark.parametrize(
    ("heading", "pager"),
    [
        ("2 Comments", "<a href='?page=2'>2</a>"),
        ("Comments", "<a href='?page=2'>2</a>"),
        (
            "6 Comments",
            "<a href='/second-call?page=2'>2</a> <a href='?sort=2'>2</a> <a href='?page=2'>Write to us</a>",
        ),
        ("6 Comments", "<a href='https://ads.example/first-call?page=2'>Next</a> <a href='http://[?page=2'>2</a>"),
    ],
    ids=["whole", "nothing said", "elsewhere", "other site"],
)
def test_links_that_need_not_lead_to_comments_are_not_followed(heading: str, pager: str) -> None:
    comments, asked = crawled(heading, pager)

    assert len(comments) == 2
    assert asked == []
