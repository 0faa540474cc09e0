"""Comment systems that a page only names: where each thread is asked for, and what comes of the answer."""

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawler.comments.registry import complete, read_thread
from crawler.pages.page import Page
from crawler.pages.placing import place_thread
from tests.support.answers import FETCHED, Answers
from tests.support.comment_pages import URL, named, whole
from tests.support.named_threads import ANSWERS, AT, MARKUP, discourse


@pytest.mark.parametrize("system", MARKUP)
def test_a_thread_named_by_a_page_comes_whole_with_names_dates_and_parents(system: str):
    thread = named(MARKUP[system])
    assert (thread.system, thread.comments) == (system, ())

    found, (first, second, third) = whole(thread, Answers(ANSWERS[system]))

    assert [each.text for each in (first, second, third)] == ["First", "Second", "Third"]
    assert [each.author for each in (first, second, third)] == ["Ann", "Bo", None]
    assert (first.depth, second.depth, second.parent_id, third.depth) == (0, 1, first.id, 0)
    assert all(
        each.published and each.published.isoformat() == "2024-03-04T05:06:07+00:00" for each in (first, second)
    )
    assert found.stated in {3, None}
    assert first.permalink


def test_where_each_thread_is_asked_for():
    asked = {}
    for system, markup in MARKUP.items():
        answers = Answers(ANSWERS[system])
        whole(named(markup), answers)
        asked[system] = answers.asked[0]
    assert asked["isso"] == "https://talk.example/?uri=%2Fposts%2Ffirst-call%2F"
    assert asked["waline"].startswith("https://talk.example/api/comment?path=%2Fposts%2Ffirst-call%2F&page=1")
    assert asked["cusdis"] == "https://talk.example/api/open/comments?appId=a&pageId=p&page=1"
    assert asked["commento"] == "https://talk.example/api/comment/list"
    assert parse_qs(urlsplit(asked["giscus"]).query)["term"] == ["posts/first-call/"]
    assert asked["discourse"].startswith("https://forum.example/embed/comments?embed_url=https%3A%2F%2Fdiary.example")


@pytest.mark.parametrize(
    ("shown", "asked"),
    [("/erstgespr%C3%A4ch/", "/erstgespräch/"), ("/50%25-a%2Fb/", "/50%-a%2Fb/"), ("/old%E4/", "/old%E4/")],
)
def test_waline_is_asked_for_the_path_as_its_client_spells_it(shown: str, asked: str):
    page = Page(f"https://diary.example{shown}", MARKUP["waline"].encode(), FETCHED)
    thread = read_thread(page)
    assert thread is not None
    assert thread.pointer["path"] == asked


def test_commento_is_asked_for_the_page_by_its_domain_and_path():
    answers = Answers(ANSWERS["commento"])
    whole(named(MARKUP["commento"]), answers)
    assert answers.questions == [
        {"commenterToken": "anonymous", "domain": "diary.example", "path": "/posts/first-call/"}
    ]


def test_utterances_takes_the_issue_whose_title_is_the_page():
    markup = '<script src="https://utteranc.es/client.js" repo="ann/diary" issue-term="title"></script>'
    comments = [{"id": 1, "user": {"login": "Ann"}, "created_at": AT, "body": "**First**", "html_url": "https://g/1"}]

    def answer(url: str) -> Any:
        if urlsplit(url).path == "/search/issues":
            assert '"First call"' in parse_qs(urlsplit(url).query)["q"][0]
            return {"items": [{"number": 4, "title": "Another"}, {"number": 9, "title": "First call"}]}
        return comments if urlsplit(url).path == "/repos/ann/diary/issues/9/comments" else None

    _, (only,) = whole(named(markup), Answers(answer))
    assert (only.author, only.text, only.system) == ("Ann", "First", "utterances")


@pytest.mark.parametrize("system", ["isso", "giscus", "discourse"])
def test_a_post_nobody_has_commented_on_has_an_empty_thread(system: str):
    found, records = whole(named(MARKUP[system]), Answers(lambda _url: None))
    assert (records, found.short) == ((), None)


@pytest.mark.parametrize("system", MARKUP)
@pytest.mark.parametrize("answer", [[], {}, {"data": 1, "comments": "x", "replies": [1, {"id": []}]}, 7])
def test_an_answer_of_another_form_is_no_thread_and_no_accident(system: str, answer: Any):
    _, records = whole(named(MARKUP[system]), Answers(lambda _url: answer))
    assert records == ()


@pytest.mark.parametrize(
    ("markup", "system"),
    [
        ('<div class="fb-comments" data-href="x"></div>', "facebook"),
        ('<fb:comments href="x" num_posts="25"></fb:comments>', "facebook"),
        ('<hyvor-talk-comments website-id="1"></hyvor-talk-comments>', "hyvor"),
        ("<script>var idcomments_acct = 'x';</script>", "intensedebate"),
        ('<div id="comments-listing" class="new-comments"></div>', "hubspot"),
    ],
)
def test_a_system_nobody_can_read_marks_the_post_and_keeps_the_stated_size(markup: str, system: str):
    stated = '<script type="application/ld+json">{"@type": "BlogPosting", "commentCount": 12}</script>'
    thread = named(stated + markup)
    found, records = whole(thread, Answers(lambda _url: None))
    assert (found.system, found.stated, records) == (system, 12, ())
    assert found.unreadable


def test_squarespace_states_the_count_of_comments_that_only_a_script_loads():
    context = (
        '<script>Static.SQUARESPACE_CONTEXT = {"collection":{"publicCommentCount":9},"item":{"id":"a",%s}};</script>'
    )
    thread = named(context % '"publicCommentCount":6,"commentState":1')
    assert (thread.system, thread.stated, thread.comments, bool(thread.unreadable)) == ("squarespace", 6, (), True)
    empty = named(context % '"publicCommentCount":0,"commentState":1')
    assert (empty.stated, empty.unreadable) == (0, None)


def test_a_failing_discourse_topic_leaves_the_posts_printed_on_its_page():
    posts = "".join(
        f"<div id='post_{n}' class='topic-body crawler-post'><b itemprop='author'><span itemprop='name'>{name}</span>"
        f"</b><time datetime='{AT}'>March 4</time><div class='post' itemprop='text'><p>{text}</p></div></div>"
        for n, name, text in ((1, "Olga", "Hello"), (2, "Ann", "First"), (3, "Olga", "Second"))
    )
    html = f'<meta name="generator" content="Discourse 3.2"><noscript>{posts}</noscript>'
    thread = read_thread(Page("https://forum.example/t/first-call/55", html.encode(), FETCHED))
    assert thread is not None
    first, second = place_thread(thread, "https://forum.example/t/first-call/55")
    assert (first.author, first.text, first.published_precision, first.by_post_author) == (
        "Ann",
        "First",
        "second",
        False,
    )
    assert (second.author, second.by_post_author) == ("Olga", True)
    whole_thread = asyncio.run(complete(thread, "https://forum.example/t/first-call/55", Answers(discourse)))
    assert {each.native_id for each in thread.comments} <= {each.native_id for each in whole_thread.comments}


def test_a_discourse_topic_is_its_own_thread():
    html = '<meta name="generator" content="Discourse 3.2 - https://discourse.example"><div id="post_1">Hello</div>'
    thread = read_thread(Page("https://forum.example/t/first-call/55", html.encode(), FETCHED))
    assert thread is not None
    answers = Answers(discourse)
    found, records = whole(thread, answers)
    assert [urlsplit(url).path for url in answers.asked] == ["/t/55.json", "/t/55/posts.json"]
    assert [each.by_post_author for each in records] == [False, True, False]
    assert found.stated == 3


def test_webmentions_that_answer_are_comments_and_likes_are_none():
    children = [
        {"wm-id": 1, "wm-property": "in-reply-to", "url": "https://ann.example/1", "published": AT,
         "author": {"name": "Ann", "url": "https://ann.example"}, "content": {"html": "<p>First</p>", "text": "x"}},
        {"wm-id": 2, "wm-property": "like-of", "author": {"name": "Bo"}},
        {"wm-id": 3, "wm-property": "in-reply-to", "wm-received": AT, "content": {"text": "Third"}},
    ]  # fmt: skip
    answers = Answers(lambda _url: {"type": "feed", "children": children})
    markup = '<link rel="webmention" href="https://webmention.io/diary.example/webmention">'
    _, records = whole(named(markup), answers)
    assert [(each.author, each.text, each.permalink) for each in records] == [
        ("Ann", "First", "https://ann.example/1"),
        (None, "Third", None),
    ]
    assert parse_qs(urlsplit(answers.asked[0]).query)["target"] == [URL]
