"""A WordPress blog of today with its REST interface open.

Shapes after the REST API Handbook, https://developer.wordpress.org/rest-api/reference/.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from crawler.demo.blogs.base import RSS, Answer, Blog, Route, as_json
from crawler.demo.writing import WrittenComment, WrittenPost, branches

_API = "/wp-json/wp/v2"
_MOST_A_PAGE = 100


class RestBlog(Blog):
    """Posts and comments can be had as JSON lists; drafts, protected texts and comments in moderation cannot."""

    name = "rest"
    kind = "WordPress with its REST interface open"
    disallowed = ("/wp-admin/",)

    def routes(self) -> dict[str, Route]:
        """Return pages, the sitemap, the feed, and the REST lists."""
        return self._pages() | {
            "/wp-json/": self._index,
            f"{_API}/posts": self._posts,
            f"{_API}/comments": self._comments,
            f"{_API}/users": lambda query: self._list(query, self._authors(), _same),
            f"{_API}/categories": lambda query: self._list(query, self._terms("category"), _same),
            f"{_API}/tags": lambda query: self._list(query, self._terms("post_tag"), _same),
        }

    def path(self, post: WrittenPost) -> str:
        """Return a post's path."""
        return f"/{post.slug}/"

    def _pages(self) -> dict[str, Route]:
        routes: dict[str, Route] = {
            "/": self._front,
            "/feed/": self._feed,
            "/wp-sitemap.xml": self._sitemap_index,
            "/wp-sitemap-posts-post-1.xml": self._sitemap_posts,
        }
        for post in self.writing.published:
            routes[self.path(post)] = partial(self._post, post)
            routes[f"{_API}/posts/{post.id}"] = partial(self._post_json, post)
        return routes

    def _front(self, query: Mapping[str, str]) -> Answer:
        del query
        return self._announcing(self.page("list.html"))

    def _post(self, post: WrittenPost, query: Mapping[str, str]) -> Answer:
        del query
        return self._announcing(self.page("post.html", post=post, roots=branches(post.thread)))

    def _announcing(self, answer: Answer) -> Answer:
        link = f'<{self.base}/wp-json/>; rel="https://api.w.org/"'
        return Answer(answer.body, headers={"Link": link})

    def _feed(self, query: Mapping[str, str]) -> Answer:
        del query
        posts = [post for post in self.writing.published if not post.protected]
        feed = self.render("feed.xml", posts=posts, generator="https://wordpress.org/?v=6.8")
        return Answer(feed, RSS, static=True, modified=posts[0].date)

    def _sitemap_index(self, query: Mapping[str, str]) -> Answer:
        del query
        return Answer(self.render("sitemaps.xml", paths=["/wp-sitemap-posts-post-1.xml"]), "application/xml")

    def _sitemap_posts(self, query: Mapping[str, str]) -> Answer:
        del query
        return self.sitemap([(self.path(post), post.date) for post in self.writing.published])

    def _index(self, query: Mapping[str, str]) -> Answer:
        del query
        return as_json(
            {
                "name": self.writing.title,
                "description": self.writing.tagline,
                "url": self.base,
                "home": self.base,
                "gmt_offset": 0,
                "timezone_string": "UTC",
                "namespaces": ["wp/v2"],
                "routes": {"/wp/v2/posts": {}, "/wp/v2/comments": {}},
            }
        )

    def _posts(self, query: Mapping[str, str]) -> Answer:
        posts = [post for post in self.writing.published if _asked_for(query, "include", post.id)]
        return self._list(query, _sorted(query, posts), partial(self._post_values, "_embed" in query))

    def _comments(self, query: Mapping[str, str]) -> Answer:
        posts = [post for post in self.writing.published if _asked_for(query, "post", post.id)]
        comments = [(post, comment) for post in posts if not post.protected for comment in post.thread]
        comments.sort(key=lambda pair: (pair[1].date, pair[1].id), reverse=query.get("order", "desc") == "desc")
        return self._list(query, comments, lambda pair: self._comment_values(*pair))

    def _post_json(self, post: WrittenPost, query: Mapping[str, str]) -> Answer:
        return as_json(self._post_values("_embed" in query, post))

    def _list(self, query: Mapping[str, str], all_: Sequence[Any], values: Callable[[Any], Any]) -> Answer:
        size, number = (_number(query.get(name), default) for name, default in (("per_page", 10), ("page", 1)))
        if not 1 <= size <= _MOST_A_PAGE:
            return _refusal("rest_invalid_param", "per_page must be between 1 and 100.")
        pages = -(-len(all_) // size)
        if number > max(pages, 1):
            return _refusal("rest_post_invalid_page_number", "The page number is larger than the number of pages.")
        totals = {"X-WP-Total": str(len(all_)), "X-WP-TotalPages": str(pages)}
        return as_json([values(item) for item in all_[(number - 1) * size : number * size]], headers=totals)

    def _post_values(self, embed: bool, post: WrittenPost) -> dict[str, Any]:
        terms = {
            taxonomy: [term for term in self._terms(taxonomy) if term["name"] in names]
            for taxonomy, names in (("category", post.categories), ("post_tag", post.tags))
        }
        author = next(user for user in self._authors() if user["name"] == post.author)
        moment = f"{post.date:%Y-%m-%dT%H:%M:%S}"
        values = {
            "id": post.id,
            "date": moment,
            "date_gmt": moment,
            "guid": {"rendered": f"{self.base}/?p={post.id}"},
            "modified": moment,
            "modified_gmt": moment,
            "slug": post.slug,
            "status": "publish",
            "type": "post",
            "link": f"{self.base}{self.path(post)}",
            "title": {"rendered": post.title},
            "content": {"rendered": "" if post.protected else str(post.html), "protected": post.protected},
            "excerpt": {"rendered": "", "protected": post.protected},
            "author": author["id"],
            "comment_status": "open",
            "categories": [term["id"] for term in terms["category"]],
            "tags": [term["id"] for term in terms["post_tag"]],
        }
        return values | ({"_embedded": {"author": [author], "wp:term": list(terms.values())}} if embed else {})

    def _comment_values(self, post: WrittenPost, comment: WrittenComment) -> dict[str, Any]:
        authors = {user["name"]: user["id"] for user in self._authors()}
        moment = f"{comment.date:%Y-%m-%dT%H:%M:%S}"
        return {
            "id": comment.id,
            "post": post.id,
            "parent": comment.parent or 0,
            "author": authors.get(comment.author, 0) if comment.by_author else 0,
            "author_name": comment.author,
            "author_url": comment.url or "",
            "date": moment,
            "date_gmt": moment,
            "content": {"rendered": str(comment.html)},
            "link": f"{self.base}{self.path(post)}#comment-{comment.id}",
            "status": "approved",
            "type": "comment",
        }

    def _authors(self) -> list[dict[str, Any]]:
        names = sorted({post.author for post in self.writing.published})
        return [{"id": number, "name": name, "link": self.base} for number, name in enumerate(names, start=1)]

    def _terms(self, taxonomy: str) -> list[dict[str, Any]]:
        field = "categories" if taxonomy == "category" else "tags"
        names = sorted({name for post in self.writing.published for name in getattr(post, field)})
        return [{"id": number, "name": name, "taxonomy": taxonomy} for number, name in enumerate(names, start=1)]


def _same(value: Any) -> Any:
    return value


def _sorted(query: Mapping[str, str], posts: list[WrittenPost]) -> list[WrittenPost]:
    return sorted(posts, key=lambda post: (post.date, post.id), reverse=query.get("order", "desc") == "desc")


def _asked_for(query: Mapping[str, str], name: str, id_: int) -> bool:
    return name not in query or str(id_) in query[name].split(",")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() else default


def _refusal(code: str, message: str) -> Answer:
    refusal = {"code": code, "message": message, "data": {"status": HTTPStatus.BAD_REQUEST}}
    return as_json(refusal, status=HTTPStatus.BAD_REQUEST)
