"""Pages that name a thread kept elsewhere, and the thread as it comes whole."""

import asyncio

from archive.records.models import Comment
from crawler.comments.registry import complete, read_thread
from crawler.pages.models import Thread
from crawler.pages.page import Page
from crawler.pages.placing import place_thread
from tests.support.answers import FETCHED, Answers

URL = "https://diary.example/posts/first-call/"
BODY = "<article><h1>First call</h1><p>We called and called, and wrote down what they said.</p></article>"


def named(markup: str) -> Thread:
    html = f"<html><head><title>First call</title></head><body>{BODY}{markup}</body></html>"
    thread = read_thread(Page(URL, html.encode(), FETCHED))
    assert thread is not None
    return thread


def whole(thread: Thread, answers: Answers) -> tuple[Thread, tuple[Comment, ...]]:
    found = asyncio.run(complete(thread, URL, answers))
    return found, place_thread(found, URL)
