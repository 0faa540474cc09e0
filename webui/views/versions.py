"""Earlier versions of a post or a comment, and what each changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from archive.errors import NotFoundError
from archive.records.models import Comment, Post, parse_time
from archive.store.revisions import Revision
from webui.diff import changed
from webui.formatting import comment_anchor
from webui.holdings import archive, comment_history, load_post

blueprint = Blueprint("versions", __name__)

#: Fields of which a change is told beside the text's.
TOLD = {"title": "title", "author": "byline", "published": "date", "status": "status", "tags": "tags",
        "categories": "categories", "description": "description", "updated": "stated change", "rights": "rights",
        "language": "language", "url": "address"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """A post as it was archived at one time."""

    #: From 1, the oldest.
    number: int
    revision: Revision
    post: Post
    #: What differs from the version before, in words; empty for the first.
    differs: tuple[str, ...]


@blueprint.get("/posts/<post_id>/versions")
def versions(post_id: str) -> str:
    """List the versions of a post, newest first."""
    return render_template("versions.html", post=load_post(post_id), versions=_versions(post_id)[::-1])


@blueprint.get("/posts/<post_id>/versions/<int:number>")
def version(post_id: str, number: int) -> str:
    """Show a version, and word by word what it changed in the one before."""
    found = _versions(post_id)
    if not 1 <= number <= len(found):
        raise NotFoundError(f"this post has no version {number}; it has {len(found)}")
    shown, before = found[number - 1], found[number - 2] if number > 1 else None
    difference = changed(before.post.text if before else shown.post.text, shown.post.text)
    return render_template("version.html", post=load_post(post_id), shown=shown, before=before, difference=difference,
                           last=len(found))  # fmt: skip


@blueprint.get("/comments/<comment_id>/versions")
def comment_versions(comment_id: str) -> str:
    """Show the texts of a comment, newest first, and word by word what each changed in the one before."""
    revisions = comment_history(comment_id)
    written = _written(revisions)
    texts = [comment.text for _, comment in written]
    differences = [changed(before, text) for before, text in zip([texts[0], *texts], texts, strict=False)]
    shown = list(zip(written, differences, strict=True))[::-1]
    post = load_post(revisions[-1].post_id)
    return render_template("comment_versions.html", post=post, versions=shown, anchor=comment_anchor(comment_id))


def _written(revisions: Sequence[Revision]) -> list[tuple[Revision, Comment]]:
    """Return the different texts of a comment, oldest first; what the site removed is not shown."""
    written: list[tuple[Revision, Comment]] = []
    for revision in revisions:
        comment = Comment.from_json(revision.record) if revision.record is not None else None
        if comment and (not written or written[-1][1].text != comment.text):
            written.append((revision, comment))
    if written[-1][1].deleted:
        raise NotFoundError("the site has removed this comment")
    return [each for each in written if not each[1].deleted]


def _versions(post_id: str) -> list[Version]:
    found: list[Version] = []
    for revision in archive().history(post_id):
        if revision.record is None:
            continue
        post = Post.from_json(revision.record)
        differs = _differences(found[-1].post, post) if found else ()
        found.append(Version(len(found) + 1, revision, post, differs))
    return found


def _differences(before: Post, after: Post) -> tuple[str, ...]:
    text = ["text"] if before.text != after.text else []
    return (*text, *(word for name, word in TOLD.items() if getattr(before, name) != getattr(after, name)))


@blueprint.app_template_filter("saved_time")
def saved_time(revision: Revision) -> str:
    """Return when a revision was archived, in words."""
    moment = parse_time(revision.saved)
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M} UTC"
