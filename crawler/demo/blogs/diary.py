"""A diary as Hugo builds one: static files with validators, a sitemap, a feed, and a draft left on the server."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from crawler.demo.blogs.base import RSS, XML, Answer, Blog, Route
from crawler.demo.writing import WrittenPost


class Diary(Blog):
    """Nothing links to the draft; one post asks not to be archived."""

    name = "diary"
    kind = "static diary (Hugo), a draft, a post that asks not to be archived"

    def routes(self) -> dict[str, Route]:
        """Return every file of the site."""
        routes: dict[str, Route] = {
            "/": partial(self._file, "list.html"),
            "/posts/": partial(self._file, "list.html"),
            "/index.xml": self._feed,
            "/sitemap.xml": self._sitemap,
        }
        return routes | {self.path(post): partial(self._post, post) for post in self.writing.posts}

    def path(self, post: WrittenPost) -> str:
        """Return a post's path."""
        return f"/posts/{post.slug}/"

    @property
    def built(self) -> datetime:
        """The date of the files that list posts."""
        return self.writing.published[0].date

    def _file(self, template: str, query: Mapping[str, str]) -> Answer:
        del query
        return Answer(self.render(f"diary/{template}"), static=True, modified=self.built)

    def _post(self, post: WrittenPost, query: Mapping[str, str]) -> Answer:
        del query
        return Answer(self.render("diary/post.html", post=post), static=True, modified=post.date)

    def _feed(self, query: Mapping[str, str]) -> Answer:
        del query
        feed = self.render("feed.xml", posts=self.writing.published[:5], generator="Hugo")
        return Answer(feed, RSS, static=True, modified=self.built)

    def _sitemap(self, query: Mapping[str, str]) -> Answer:
        del query
        entries: list[tuple[str, datetime | None]] = [("/", self.built), ("/posts/", self.built)]
        entries += [(self.path(post), post.date) for post in self.writing.published]
        return Answer(self.sitemap(entries).body, XML, static=True, modified=self.built)
