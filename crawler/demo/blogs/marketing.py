"""A company's marketing blog: headings, bold lines, calls to action all around the text, JSON-LD, no comments."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from crawler.demo.blogs.base import Answer, Blog, Route
from crawler.demo.writing import WrittenPost


class MarketingBlog(Blog):
    """Pages and the sitemap name a price list that robots.txt shuts."""

    name = "marketing"
    kind = "marketing blog, JSON-LD, a path shut by robots.txt"
    disallowed = ("/blog/partner-",)

    def routes(self) -> dict[str, Route]:
        """Return the home page, the blog, its posts, and pages that are not posts."""
        routes: dict[str, Route] = {
            "/": partial(self._page, "home.html"),
            "/pricing": partial(self._page, "pricing.html"),
            "/blog": partial(self._page, "list.html"),
            "/sitemap.xml": self._sitemap,
        }
        return routes | {self.path(post): partial(self._post, post) for post in self.writing.posts}

    def path(self, post: WrittenPost) -> str:
        """Return a post's path."""
        return f"/blog/{post.slug}"

    def _page(self, template: str, query: Mapping[str, str]) -> Answer:
        del query
        return Answer(self.render(f"marketing/{template}"), static=True)

    def _post(self, post: WrittenPost, query: Mapping[str, str]) -> Answer:
        del query
        others = [other for other in self.writing.published if other != post][:3]
        return Answer(self.render("marketing/post.html", post=post, others=others), static=True)

    def _sitemap(self, query: Mapping[str, str]) -> Answer:
        del query
        entries: list[tuple[str, datetime | None]] = [("/", None), ("/pricing", None), ("/blog", None)]
        return self.sitemap([*entries, *((self.path(post), post.date) for post in self.writing.posts)])
