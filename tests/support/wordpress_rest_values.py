"""Posts and comments as WordPress's REST interface gives them."""

from typing import Any


def post(number: int, **changes: Any) -> dict[str, Any]:
    value = {
        "id": number,
        "link": f"https://b.example/post-{number}/",
        "date": "2020-01-01T02:00:00",
        "date_gmt": "2020-01-01T10:00:00",
        "modified_gmt": "2020-01-01T10:00:00",
        "title": {"rendered": f"Post &#8220;{number}&#8221;"},
        "content": {"rendered": f"<p>Text of {number}.</p>", "protected": False},
        "excerpt": {"rendered": "<p>Short.</p>", "protected": False},
        "author": 3,
        "comment_status": "open",
        "_embedded": {
            "author": [{"id": 3, "name": "Ines O&#8217;Hara"}],
            "wp:term": [
                [{"taxonomy": "category", "name": "Sales"}],
                [{"taxonomy": "post_tag", "name": "cold &amp; warm"}, {"taxonomy": "post_tag", "name": "calls"}],
            ],
        },
    }
    return value | changes


def comment(number: int, of: int, **changes: Any) -> dict[str, Any]:
    value = {
        "id": number,
        "post": of,
        "parent": 0,
        "author": 0,
        "author_name": f"Reader {number}",
        "author_url": "",
        "date": "2020-01-02T02:00:00",
        "date_gmt": "2020-01-02T10:00:00",
        "content": {"rendered": f"<p>Comment {number}.</p>\n"},
        "link": f"https://b.example/post-{of}/#comment-{number}",
        "type": "comment",
    }
    return value | changes
