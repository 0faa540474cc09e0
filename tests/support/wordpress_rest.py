"""WordPress's REST lists, as a blog of the tests gives them."""

import json
from typing import Any

from tests.support.blog import FRONT, PARAGRAPH, Answer, Blog


def wordpress(blog: Blog, *slugs: str) -> None:
    """Let the blog give its posts by WordPress's REST lists."""
    link = f'<link rel="https://api.w.org/" href="{blog.url}/wp-json/">'
    blog.pages["/"] = Answer(FRONT.replace("</head>", f"{link}</head>"))
    posts = [_rest_post(blog, number, slug) for number, slug in enumerate(slugs, 1)]
    lists = {
        "wp/v2/posts?per_page=100&orderby=id&order=asc&_embed=author,wp:term&page=1": posts,
        "wp/v2/comments?per_page=100&orderby=post&order=asc&page=1": [_rest_comment(1)],
    }
    for path, values in lists.items():
        headers = {"Content-Type": "application/json", "X-WP-TotalPages": "1", "X-WP-Total": str(len(values))}
        blog.pages[f"/wp-json/{path}"] = Answer(json.dumps(values), headers=headers)


def _rest_post(blog: Blog, number: int, slug: str) -> dict[str, Any]:
    return {
        "id": number,
        "date_gmt": "2024-03-01T09:00:00",
        "modified_gmt": "2024-03-01T09:00:00",
        "link": f"{blog.url}/{slug}/",
        "title": {"rendered": slug},
        "content": {"rendered": f"<p>The text of-{slug}.</p><p>{PARAGRAPH}</p>", "protected": False},
        "author": 1,
        "_embedded": {"author": [{"id": 1, "name": "Ann"}]},
    }


def _rest_comment(post: int) -> dict[str, Any]:
    return {
        "id": 10 + post,
        "post": post,
        "parent": 0,
        "author": 0,
        "author_name": "Bob",
        "date_gmt": "2024-03-02T09:00:00",
        "content": {"rendered": "<p>We tried that and it worked.</p>"},
        "link": "",
        "type": "comment",
        "status": "approved",
    }
