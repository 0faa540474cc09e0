"""Threads of Disqus and Medium, which only a key or a setting opens wholly."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit


def post(native: str, message: str, parent: int | None = None, **changed: Any) -> dict[str, Any]:
    author = {"name": f"Reader {native}", "profileUrl": f"https://disqus.example/{native}/"}
    return {"id": native, "parent": parent, "message": message, "createdAt": "2024-03-04T05:06:07", "author": author,
            "isDeleted": False} | changed  # fmt: skip


def disqus(url: str) -> Any:
    parts = urlsplit(url)
    if parts.path == "/embed/comments/":
        held = {
            "cursor": {"total": 3, "hasNext": True},
            "response": {
                "thread": {"id": "77", "posts": 3},
                "posts": [
                    post("900000000001", "<p>First</p>"),
                    post("900000000002", "", 900000000001, isDeleted=True),
                ],
            },
        }
        return f'<script type="text/json" id="disqus-threadData">{json.dumps(held)}</script>'
    assert parse_qs(parts.query)["api_key"] == ["mine"]
    rest = [post("900000000001", "<p>First</p>"), post("900000000003", "<p>Third</p>", 900000000002)]
    return {"code": 0, "cursor": {"hasNext": False}, "response": rest}


DISQUS = (
    '<div id="disqus_thread"></div><script>var disqus_identifier = "post-7"; (function() { dsq.src = '
    '"//diary.disqus.com/embed.js"; })();</script>'
)

MEDIUM_URL = "https://medium.com/@ann/first-call-0123456789ab"

MEDIUM = '<script>window.__APOLLO_STATE__ = {"Post:0123456789ab": {"postResponses": {"count": 3}}}</script>'


def response(native: str, name: str, words: str, *replies: Any) -> dict[str, Any]:
    return {
        "id": native,
        "creator": {"name": name, "username": name.lower()},
        "createdAt": 1709528767000,
        "content": {"bodyModel": {"paragraphs": [{"type": "P", "text": words}, {"type": "P", "text": "More."}]}},
        "threadedPostResponses": {"posts": list(replies)},
    }
