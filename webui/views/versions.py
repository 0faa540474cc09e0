"""The versions pages: earlier versions of a post or comment, and what changed in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from archive.errors import NotFoundError
from archive.records.models import Comment, Post, parse_time
from archive.store.revisions import Revision
from webui.diff import compare
from webui.formatting import comment_anchor
from webui.holdings import archive, comment_history, load_post

blueprint = Blueprint("versions", __name__)

#: Fields besides the text whose changes are listed, with their names on the page.
COMPARED_FIELDS = {
    "title": "title",
    "author": "author",
    "published": "date",
    "status": "status",
    "tags": "tags",
    "categories": "categories",
    "description": "description",
    "updated": "update date",
    "rights": "rights",
    "language": "language",
    "url": "address",
}


@dataclass(frozen=True, slots=True)
class Version:
    """A post as it was archived at one time."""

    #: From 1, the oldest.
    number: int
    revision: Revision
    post: Post
    #: Names of the fields that differ from the version before; empty for the first.
    differences: tuple[str, ...]


@blueprint.get("/posts/<post_id>/versions")
def versions(post_id: str) -> str:
    """List the versions of a post, newest first."""
    return render_template("versions.html", post=load_post(post_id), versions=_versions(post_id)[::-1])


@blueprint.get("/posts/<post_id>/versions/<int:number>")
def version(post_id: str, number: int) -> str:
    """Show a version, with its changes to the version before word by word."""
    versions = _versions(post_id)
    if not 1 <= number <= len(versions):
        raise NotFoundError(f"this post has no version {number}; it has {len(versions)}")
    shown, before = versions[number - 1], versions[number - 2] if number > 1 else None
    difference = compare(before.post.text if before else shown.post.text, shown.post.text)
    return render_template("version.html", post=load_post(post_id), shown=shown, before=before, difference=difference,
                           last=len(versions))  # fmt: skip


@blueprint.get("/comments/<comment_id>/versions")
def comment_versions(comment_id: str) -> str:
    """Show the texts of a comment, newest first, each with its changes word by word."""
    revisions = comment_history(comment_id)
    versions = _distinct_texts(revisions)
    texts = [comment.text for _, comment in versions]
    differences = [compare(before, text) for before, text in zip([texts[0], *texts], texts, strict=False)]
    shown = list(zip(versions, differences, strict=True))[::-1]
    post = load_post(revisions[-1].post_id)
    return render_template("comment_versions.html", post=post, versions=shown, anchor=comment_anchor(comment_id))


def _distinct_texts(revisions: Sequence[Revision]) -> list[tuple[Revision, Comment]]:
    """Return the different texts of a comment, oldest first; raise `NotFoundError` if the site has removed it."""
    texts: list[tuple[Revision, Comment]] = []
    for revision in revisions:
        comment = Comment.from_json(revision.record) if revision.record is not None else None
        if comment and (not texts or texts[-1][1].text != comment.text):
            texts.append((revision, comment))
    if texts[-1][1].deleted:
        raise NotFoundError("the site has removed this comment")
    return [(revision, comment) for revision, comment in texts if not comment.deleted]


def _versions(post_id: str) -> list[Version]:
    versions: list[Version] = []
    for revision in archive().history(post_id):
        if revision.record is None:
            continue
        post = Post.from_json(revision.record)
        differences = _differences(versions[-1].post, post) if versions else ()
        versions.append(Version(len(versions) + 1, revision, post, differences))
    return versions


def _differences(before: Post, after: Post) -> tuple[str, ...]:
    text = ["text"] if before.text != after.text else []
    return (*text, *(word for name, word in COMPARED_FIELDS.items() if getattr(before, name) != getattr(after, name)))


@blueprint.app_template_filter("saved_time")
def saved_time(revision: Revision) -> str:
    """Return when a revision was archived, in words."""
    moment = parse_time(revision.saved)
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M} UTC"
