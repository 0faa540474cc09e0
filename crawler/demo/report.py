"""The report of the demo: what of each blog is archived, and what was left out, with the reason."""

from collections import Counter
from dataclasses import dataclass, field

from archive.archive import Archive
from archive.records.models import Post
from crawler.demo.blogs.base import Blog
from crawler.pages.urls import site_of

_STATUSES = {
    "preview": "only the free part of {}: the rest is for those who pay",
    "withheld": "no text of {}: its page asks not to be archived",
    "gone": "{} no longer there",
}


@dataclass(slots=True)
class SiteReport:
    """What is archived of one blog."""

    blog: Blog
    #: Posts that any reader can see, and those of them archived with a text.
    posts_shown: int = 0
    posts: int = 0
    #: Comments that any reader can see, and those archived.
    comments_shown: int = 0
    comments: int = 0
    #: What is not archived, or not wholly, with the reason.
    left_out: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """True when all that any reader may keep is archived."""
        return (self.posts, self.comments) == (self.posts_shown, self.comments_shown)

    def lines(self) -> list[str]:
        """Return the report in words."""
        heading = f"{self.blog.writing.title}: {self.blog.kind}\n    {self.blog.base}/"
        posts = f"{self.posts} of {self.posts_shown} posts"
        comments = f"{self.comments} of {self.comments_shown} comments" if self.comments_shown else "no comments"
        return [heading, f"    {posts}, {comments}", *(f"    left out: {entry}" for entry in self.left_out)]


def report(archive: Archive, blogs: list[Blog]) -> list[SiteReport]:
    """Return a report of each blog, by what it shows and what the archive holds of it."""
    archived: dict[str, list[Post]] = {}
    for post in archive.posts():
        archived.setdefault(post.site, []).append(post)
    left_out: dict[str, list[str]] = {}
    for page in archive.frontier.left_out():
        left_out.setdefault(page.site, []).append(f"{page.url}: {page.reason}")
    reports = []
    for blog in blogs:
        site = site_of(blog.base)
        posts = archived.get(site, [])
        reports.append(_report(blog, posts, [*_cut(posts), *_locked(blog, posts), *left_out.get(site, [])]))
    return reports


def _report(blog: Blog, posts: list[Post], left_out: list[str]) -> SiteReport:
    shown = [post for post in blog.writing.published if not post.noarchive and not post.protected]
    threads = [comment for post in shown for comment in post.thread if not comment.deleted]
    return SiteReport(
        blog,
        posts_shown=len(shown),
        posts=sum(1 for post in posts if post.text),
        comments_shown=len(threads),
        comments=sum(1 for post in posts for comment in post.comments if not comment.deleted),
        left_out=left_out,
    )


def _cut(posts: list[Post]) -> list[str]:
    counts: Counter[str] = Counter(post.status for post in posts)
    return [text.format(_number(counts[status])) for status, text in _STATUSES.items() if counts[status]]


def _locked(blog: Blog, posts: list[Post]) -> list[str]:
    locked = {post.title for post in blog.writing.published if post.protected} - {post.title for post in posts}
    return [f"{_number(len(locked))} behind a password"] if locked else []


def _number(count: int) -> str:
    return "one post" if count == 1 else f"{count} posts"
