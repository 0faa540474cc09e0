"""The writing of the demo's blogs: TOML files in, posts and comments out, and their small markup as HTML."""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any

from markupsafe import Markup

#: Stands alone on a line between the preview of a paid post and the rest, which is never served.
_PAYWALL = "\n+++\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenComment:
    """A comment as its blog keeps it."""

    id: int
    author: str
    date: datetime
    text: str
    parent: int | None = None
    url: str | None = None
    by_author: bool = False
    #: Taken down, shown nowhere; others may still answer it.
    removed: bool = False
    #: Taken down, its place shown.
    deleted: bool = False
    #: Waits for approval.
    pending: bool = False

    @property
    def html(self) -> Markup:
        """The text as HTML paragraphs."""
        return _html(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPost:
    """A post as its blog keeps it."""

    id: int
    slug: str
    title: str
    date: datetime
    text: str
    author: str
    description: str | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    comments: tuple[WrittenComment, ...] = ()
    draft: bool = False
    noarchive: bool = False
    paywalled: bool = False
    protected: bool = False
    disallowed: bool = False

    @property
    def html(self) -> Markup:
        """What a reader who has not paid sees, as HTML."""
        return _html(self.text.partition(_PAYWALL)[0])

    @property
    def thread(self) -> tuple[WrittenComment, ...]:
        """Every comment that readers see, placeholders included, oldest first."""
        return tuple(comment for comment in self.comments if not comment.removed and not comment.pending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """All that one blog holds, newest post first."""

    title: str
    tagline: str
    author: str
    posts: tuple[WrittenPost, ...]

    @property
    def published(self) -> tuple[WrittenPost, ...]:
        """The posts that the blog lists."""
        return tuple(post for post in self.posts if not post.draft and not post.disallowed)


@dataclass(frozen=True, slots=True)
class Branch:
    """A comment, its level below the post from 1, and the branches that answer it."""

    comment: WrittenComment
    level: int
    replies: tuple["Branch", ...]


def load(name: str) -> Writing:
    """Return the writing of one blog; a mistake in its file is ours and raises as it comes."""
    source = files("crawler.demo").joinpath("texts", f"{name}.toml").read_text(encoding="utf-8")
    values = tomllib.loads(source)
    posts = [_post(values["author"], number, post) for number, post in enumerate(values["posts"], start=1)]
    return Writing(
        title=values["title"],
        tagline=values["tagline"],
        author=values["author"],
        posts=tuple(sorted(posts, key=lambda post: post.date, reverse=True)),
    )


def branches(comments: tuple[WrittenComment, ...], parent: int | None = None, level: int = 1) -> tuple[Branch, ...]:
    """Return a thread nested; an answer to a comment that is not shown becomes a root, as blogs do it."""
    shown = {comment.id for comment in comments}
    return tuple(
        Branch(comment, level, branches(comments, comment.id, level + 1))
        for comment in comments
        if (comment.parent if comment.parent in shown else None) == parent
    )


def _post(author: str, number: int, values: dict[str, Any]) -> WrittenPost:
    fields: dict[str, Any] = {"author": author, "id": number} | values | _cleaned(values)
    for name in ("categories", "tags"):
        fields[name] = tuple(values.get(name, ()))
    comments = values.get("comments", ())
    fields["comments"] = tuple(WrittenComment(**(comment | _cleaned(comment))) for comment in comments)
    return WrittenPost(**fields)


def _cleaned(values: dict[str, Any]) -> dict[str, Any]:
    return {"text": values["text"].strip(), "date": values["date"].astimezone(UTC)}


def _html(text: str) -> Markup:
    """Return HTML for blank-line paragraphs, `##` headings, `- ` lists, `**bold**` and `*emphasis*`."""
    return Markup("\n".join(_block(block) for block in text.strip().split("\n\n")))  # noqa: S704 (escaped in _inline)


def _block(block: str) -> str:
    heading = re.match(r"(#{2,4}) (.+)", block)
    if heading:
        level = len(heading[1])
        return f"<h{level}>{_inline(heading[2])}</h{level}>"
    if block.startswith("- "):
        lines = "".join(f"<li>{_inline(line[2:])}</li>" for line in block.split("\n"))
        return f"<ul>{lines}</ul>"
    return f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    strong = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text, quote=False))
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", strong)
