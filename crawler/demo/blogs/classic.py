"""A WordPress blog of 2008 as its default theme showed it, with the REST interface shut.

Markup after `wp-includes/theme-compat/comments.php` and `Walker_Comment` (html4) of WordPress.
"""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus

from crawler.demo.blogs.base import RSS, Answer, Blog, Route, as_json
from crawler.demo.writing import Branch, WrittenPost, branches

#: Posts on a page of the blog, and in a page of its feed.
POSTS_A_PAGE = 4
#: Roots on a page of a comment list.
ROOTS_A_PAGE = 5


class ClassicBlog(Blog):
    """No sitemap, no REST: a crawler walks the paged feed, and the pages of a long comment list."""

    name = "classic"
    kind = "classic WordPress theme, paged comments, REST shut"
    disallowed = ("/wp-admin/",)

    def routes(self) -> dict[str, Route]:
        """Return front pages, months, posts, comment pages and the feed."""
        routes: dict[str, Route] = {"/": partial(self._front, 1), "/feed/": self._feed}
        for number in range(2, self.last_page + 1):
            routes[f"/page/{number}/"] = partial(self._front, number)
        for month in self.months:
            routes[f"/{month}/"] = partial(self._month, month)
        for post in self.writing.published:
            routes[self.path(post)] = partial(self._post, post, self.comment_pages(post))
            for number in range(1, self.comment_pages(post) + 1):
                routes[f"{self.path(post)}comment-page-{number}/"] = partial(self._post, post, number)
        return routes

    def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Refuse the REST interface as security plugins do."""
        if path.startswith("/wp-json") or "rest_route" in query:
            message = "REST API restricted to authenticated users."
            refusal = {"code": "rest_login_required", "message": message, "data": {"status": HTTPStatus.UNAUTHORIZED}}
            return as_json(refusal, status=HTTPStatus.UNAUTHORIZED)
        return super().answer(path, query)

    @property
    def last_page(self) -> int:
        """Number of front pages."""
        return -(-len(self.writing.published) // POSTS_A_PAGE)

    @property
    def months(self) -> list[str]:
        """Months with posts as `YYYY/MM`, newest first."""
        return list(dict.fromkeys(f"{post.date:%Y/%m}" for post in self.writing.published))

    def path(self, post: WrittenPost) -> str:
        """Return a post's path."""
        return f"/{post.date:%Y/%m}/{post.slug}/"

    def comment_pages(self, post: WrittenPost) -> int:
        """Return the number of pages of a post's comment list, at least 1."""
        return max(-(-len(branches(post.thread)) // ROOTS_A_PAGE), 1)

    def roots(self, post: WrittenPost, number: int) -> tuple[Branch, ...]:
        """Return a page of the comment list.

        The first comment of the next page stands on it too, as when comments came in between two requests.
        """
        first = (number - 1) * ROOTS_A_PAGE
        return branches(post.thread)[first : first + ROOTS_A_PAGE + 1]

    def _front(self, number: int, query: Mapping[str, str]) -> Answer:
        del query
        posts = self.writing.published[(number - 1) * POSTS_A_PAGE : number * POSTS_A_PAGE]
        return self.page("list.html", posts=posts, number=number, heading=None)

    def _month(self, month: str, query: Mapping[str, str]) -> Answer:
        del query
        posts = [post for post in self.writing.published if f"{post.date:%Y/%m}" == month]
        return self.page("list.html", posts=posts, number=None, heading=f"Archive for {month}")

    def _post(self, post: WrittenPost, number: int, query: Mapping[str, str]) -> Answer:
        del query
        return self.page("post.html", post=post, number=number, roots=self.roots(post, number))

    def _feed(self, query: Mapping[str, str]) -> Answer:
        wanted = query.get("paged", "1")
        number = int(wanted) if wanted.isdecimal() else 1
        posts = self.writing.published[(number - 1) * POSTS_A_PAGE : number * POSTS_A_PAGE]
        if not posts:
            return self.missing()
        feed = self.render("feed.xml", posts=posts, generator="https://wordpress.org/?v=2.7")
        return Answer(feed, RSS, static=True, modified=posts[0].date)
