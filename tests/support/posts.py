"""Invented posts with threads."""

from dataclasses import replace
from datetime import UTC, datetime

from archive.records.models import Comment, Post, comment_id, post_id

FETCHED = datetime(2026, 8, 1, 12, tzinfo=UTC)


def build_post(
    url: str = "https://example.com/first-ten-customers/",
    *,
    thread: tuple[tuple[str, str | None, str], ...] = (),
    **changed: object,
) -> Post:
    comments = []
    depths: dict[str | None, int] = {None: -1}
    for position, (native, parent, text) in enumerate(thread):
        depths[native] = depths[parent] + 1
        comments.append(
            Comment(
                id=comment_id(url, "wordpress", native),
                post_id=post_id(url),
                parent_id=None if parent is None else comment_id(url, "wordpress", parent),
                position=position,
                depth=depths[native],
                author=f"Reader {native}",
                published=datetime(2015, 3, 2, 9, int(native) % 60, tzinfo=UTC),
                published_precision="second",
                text=text,
                permalink=f"{url}#comment-{native}",
                system="wordpress",
            )
        )
    post = Post(
        id=post_id(url),
        url=url,
        site=url.split("/")[2].removeprefix("www."),
        title="Your first ten customers",
        author="Ann Lee",
        published=datetime(2015, 3, 1, tzinfo=UTC),
        published_precision="day",
        language="en",
        text="Call them yourself.\n\nThen call again.",
        platform="wordpress",
        comment_system="wordpress" if thread else None,
        comments_stated=len(thread) or None,
        comments=tuple(comments),
        fetched=FETCHED,
    )
    return replace(post, **changed)
