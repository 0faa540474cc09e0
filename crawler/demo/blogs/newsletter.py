"""A newsletter whose page gives its thread twice: as JSON for its script, and rendered.

Shapes after pages that Substack serves: `window._preloads`, `div#comment-N.comment-anchor`,
`.comment-content[aria-label="Comment by …"]`.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from crawler.demo.blogs.base import RSS, Answer, Blog, Route
from crawler.demo.writing import Branch, WrittenComment, WrittenPost, branches


class Newsletter(Blog):
    """The writer answers readers; a comment was taken back; one post is for those who pay."""

    name = "newsletter"
    kind = "newsletter, each thread embedded twice, a paid post"

    def routes(self) -> dict[str, Route]:
        """Return the list, the feed, the sitemap and the posts."""
        routes: dict[str, Route] = {
            "/": self._list,
            "/archive": self._list,
            "/feed": self._feed,
            "/sitemap.xml": self._sitemap,
        }
        return routes | {self.path(post): partial(self._post, post) for post in self.writing.published}

    def path(self, post: WrittenPost) -> str:
        """Return a post's path."""
        return f"/p/{post.slug}"

    def _list(self, query: Mapping[str, str]) -> Answer:
        del query
        return self.page("list.html")

    def _feed(self, query: Mapping[str, str]) -> Answer:
        del query
        feed = self.render("feed.xml", posts=self.writing.published[:3], generator="Newsletter")
        return Answer(feed, RSS, static=True, modified=self.writing.published[0].date)

    def _sitemap(self, query: Mapping[str, str]) -> Answer:
        del query
        return self.sitemap([("/", None), *((self.path(post), post.date) for post in self.writing.published)])

    def _post(self, post: WrittenPost, query: Mapping[str, str]) -> Answer:
        del query
        roots = branches(post.thread)
        preloads = json.dumps(self._preloads(post, roots), ensure_ascii=False)
        return self.page("post.html", post=post, roots=roots, preloads=preloads)

    def _preloads(self, post: WrittenPost, roots: tuple[Branch, ...]) -> dict[str, Any]:
        return {
            "canonicalUrl": f"{self.base}{self.path(post)}",
            "post": {
                "id": post.id,
                "slug": post.slug,
                "title": post.title,
                "subtitle": post.description,
                "post_date": _moment(post.date),
                "audience": "only_paid" if post.paywalled else "everyone",
                "comment_count": len(post.thread),
                "child_comment_count": len(roots),
                "publishedBylines": [{"id": 1, "name": post.author}],
            },
            "comments": [_values(post, root, ancestors=()) for root in roots],
        }


def _values(post: WrittenPost, branch: Branch, *, ancestors: tuple[int, ...]) -> dict[str, Any]:
    comment = branch.comment
    path = (*ancestors, comment.id)
    return {
        "id": comment.id,
        "post_id": post.id,
        "body": None if comment.deleted else comment.text,
        "name": None if comment.deleted else comment.author,
        "user_id": None if comment.deleted else _user(comment),
        "date": _moment(comment.date),
        "deleted": comment.deleted,
        "status": "published",
        "type": "comment",
        "ancestor_path": ".".join(map(str, ancestors)),
        "metadata": {"is_author": comment.by_author},
        "children_count": len(branch.replies),
        "children": [_values(post, reply, ancestors=path) for reply in branch.replies],
    }


def _user(comment: WrittenComment) -> int:
    return 1 if comment.by_author else 1000 + sum(comment.author.encode())


def _moment(date: datetime) -> str:
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond // 1000:03}Z"
