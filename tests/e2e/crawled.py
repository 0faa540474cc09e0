"""What the tests here share."""

from dataclasses import dataclass
from pathlib import Path

from archive.archive import Archive
from archive.records.models import Comment, Post
from crawler.demo.web import LittleWeb


@dataclass(frozen=True)
class Crawled:
    """The little web and an archive of it."""

    web: LittleWeb
    directory: Path
    archive: Archive
    #: Exit status of each blog's crawl.
    statuses: dict[str, int]

    def posts(self, blog: str) -> list[Post]:
        """Return what is archived of a blog."""
        base = self.web.blog(blog).base
        return [each for each in self.archive.posts() if each.url.startswith(base)]

    def post(self, blog: str, slug: str) -> Post:
        """Return the post whose address holds `slug`."""
        return next(each for each in self.posts(blog) if slug in each.url)

    def comments(self, blog: str) -> list[Comment]:
        """Return all comments of a blog, without the places of removed ones."""
        return [comment for post in self.posts(blog) for comment in post.comments if not comment.deleted]
