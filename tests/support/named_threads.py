"""Threads that a page only names: their markup, and the answers of their systems."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.support.comment_pages import URL

AT = "2024-03-04T05:06:07Z"

MILLISECONDS = 1709528767000

ISSO = {
    "total_replies": 2,
    "replies": [
        {"id": 1, "parent": None, "author": "Ann", "website": "https://ann.example", "text": "<p>First</p>",
         "created": MILLISECONDS / 1000 + 0.4, "mode": 1, "total_replies": 1,
         "replies": [{"id": 2, "parent": 1, "author": "Bo", "text": "<p>Second</p>",
                      "created": MILLISECONDS / 1000}]},
        {"id": 3, "parent": None, "author": None, "text": "<p>Third</p>", "created": MILLISECONDS / 1000,
         "total_replies": 0, "replies": []},
    ],
}  # fmt: skip

WALINE = {
    "errno": 0,
    "data": {"page": 1, "totalPages": 1, "count": 3, "data": [
        {"objectId": 1, "nick": "Ann", "link": "https://ann.example", "comment": "<p>First</p>", "time": MILLISECONDS,
         "children": [{"objectId": 2, "pid": 1, "rid": 1, "nick": "Bo", "comment": "<p>Second</p>",
                       "time": MILLISECONDS}]},
        {"objectId": 3, "nick": None, "comment": "<p>Third</p>", "time": MILLISECONDS, "children": []}]},
}  # fmt: skip

CUSDIS = {
    "data": {"commentCount": 3, "pageCount": 1, "data": [
        {"id": "1", "by_nickname": "Ann", "parsedContent": "<p>First</p>", "createdAt": AT,
         "replies": {"data": [{"id": "2", "by_nickname": "Bo", "content": "Second", "createdAt": AT}]}},
        {"id": "3", "by_nickname": None, "parsedContent": "<p>Third</p>", "createdAt": AT, "replies": {"data": []}}]},
}  # fmt: skip

COMMENTO = {
    "commenters": {"a": {"name": "Ann", "link": "https://ann.example"}, "b": {"name": "Bo", "link": "undefined"}},
    "comments": [
        {"commentHex": "1", "parentHex": "root", "commenterHex": "a", "html": "<p>First</p>", "creationDate": AT},
        {"commentHex": "2", "parentHex": "1", "commenterHex": "b", "html": "<p>Second</p>", "creationDate": AT},
        {"commentHex": "3", "parentHex": "root", "commenterHex": "x", "html": "<p>Third</p>", "creationDate": AT},
    ],
}

GISCUS = {
    "discussion": {"totalCommentCount": 2, "totalReplyCount": 1, "pageInfo": {"hasNextPage": False}, "comments": [
        {"id": "1", "author": {"login": "Ann", "url": "https://ann.example"}, "createdAt": AT,
         "url": "https://g/1", "bodyHTML": "<p>First</p>", "replies": [
             {"id": "2", "author": {"login": "Bo"}, "createdAt": AT, "bodyHTML": "<p>Second</p>"}]},
        {"id": "3", "author": None, "createdAt": AT, "bodyHTML": "<p>Third</p>", "replies": []}]},
}  # fmt: skip

TOPIC = {
    "slug": "first-call", "posts_count": 4,
    "post_stream": {"stream": [90, 1, 2, 3], "posts": [
        {"id": 90, "post_number": 1, "user_id": 7, "cooked": "<p>The post</p>", "created_at": AT},
        {"id": 1, "post_number": 2, "user_id": 8, "username": "Ann", "cooked": "<p>First</p>", "created_at": AT,
         "reply_to_post_number": 1}]},
}  # fmt: skip

FURTHER = {
    "post_stream": {"posts": [
        {"id": 2, "post_number": 3, "user_id": 7, "name": "Bo", "username": "bo7", "cooked": "<p>Second</p>",
         "created_at": AT, "reply_to_post_number": 2},
        {"id": 3, "post_number": 4, "user_id": 9, "cooked": "<p>Third</p>", "created_at": AT}]},
}  # fmt: skip


def discourse(url: str) -> Any:
    path = urlsplit(url).path
    if path == "/embed/comments":
        return '<a class="button" href="https://forum.example/t/first-call/55">Start</a>'
    return {"/t/55.json": TOPIC, "/t/55/posts.json": FURTHER}.get(path)


MARKUP = {
    "isso": (
        '<script data-isso="//talk.example/" src="//talk.example/js/embed.min.js"></script>'
        '<section id="isso-thread"></section>'
    ),
    "waline": (
        "<script type=module>import { init } from 'https://cdn.example/waline.js';"
        "init({ el: '#w', serverURL: 'https://talk.example/' })</script>"
    ),
    "cusdis": '<div id="cusdis_thread" data-host="https://talk.example" data-app-id="a" data-page-id="p"></div>',
    "commento": '<div id="commento"></div><script defer src="https://talk.example/js/commento.js"></script>',
    "giscus": '<script src="https://giscus.app/client.js" data-repo="ann/diary" data-mapping="pathname"></script>',
    "discourse": (
        f"<script>DiscourseEmbed = {{ discourseUrl: 'https://forum.example/', discourseEmbedUrl: '{URL}' }};</script>"
    ),
}

ANSWERS: dict[str, Callable[[str], Any]] = {
    "isso": lambda _url: ISSO,
    "waline": lambda _url: WALINE,
    "cusdis": lambda _url: CUSDIS,
    "commento": lambda _url: COMMENTO,
    "giscus": lambda _url: GISCUS,
    "discourse": discourse,
}
