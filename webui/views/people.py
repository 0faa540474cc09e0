"""What one name wrote: posts and comments over time, on which sites, and whom it answered."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from archive.errors import NotFoundError
from archive.records.models import Comment, Post
from archive.search.results import Hit, Query
from webui.holdings import archive
from webui.pages.results import ResultPage
from webui.params import MAX_PAGE, MAX_VALUE, ArgumentError, read_number

blueprint = Blueprint("people", __name__)

#: Texts shown on a page.
PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Said:
    """A text by the person, and whom it answers."""

    hit: Hit
    #: Name of who wrote what a comment answers; `None` for a post, and where it is not known.
    answered: str | None


@blueprint.get("/people/<name>")
def person(name: str) -> str:
    """Show the posts and comments by one name, newest first."""
    if len(name) > MAX_VALUE:
        raise ArgumentError(f"A name is at most {MAX_VALUE} characters long.")
    page = read_number(request.args, "page", 1, MAX_PAGE) or 1
    results = archive().search(Query(filters=(("author", name),), sort="newest", page=page, per_page=PER_PAGE))
    if not results.total:
        raise NotFoundError(f"nothing by “{name}” is archived")
    said = [Said(hit, answered) for hit, answered in zip(results.hits, _answered(results.hits), strict=True)]
    return render_template("person.html", name=name, page=ResultPage(results), said=said)


def _answered(hits: tuple[Hit, ...]) -> list[str | None]:
    """Return whom each hit answers: the author of the parent comment, or of the post."""
    threads = {hit.post_id: archive().store.post(hit.post_id) for hit in hits if hit.kind == "comment"}
    return [_answered_by(hit, threads.get(hit.post_id)) for hit in hits]


def _answered_by(hit: Hit, post: Post | None) -> str | None:
    if hit.kind == "post" or post is None:
        return None
    comments: dict[str, Comment] = {comment.id: comment for comment in post.comments}
    comment = comments.get(hit.id)
    parent = comments.get(comment.parent_id or "") if comment else None
    return parent.author if parent else post.author
