"""The post page: a post with its thread."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from archive.errors import ArchiveOpenError
from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking
from webui.formatting import comment_anchor
from webui.holdings import archive, comment_history, load_post
from webui.pages.post import Origin, PostPage, find_thread_page
from webui.pages.results import hit_items
from webui.params import MAX_QUERY, read_number, read_query, read_text

blueprint = Blueprint("posts", __name__)

#: Highest page number of a thread.
MAX_THREAD_PAGE = 10_000
#: Most comments shown for a search within a thread.
THREAD_MATCHES = 50
#: Most related posts shown below the thread.
RELATED = 5


@blueprint.get("/posts/<post_id>")
def post(post_id: str) -> str:
    """Show a post with its thread, at the comment that the URL names."""
    post = load_post(post_id)
    number = read_number(request.args, "thread", 1, MAX_THREAD_PAGE) or 1
    if anchor := read_text(request.args, "comment", MAX_QUERY):
        number = find_thread_page(post, anchor)
    words, query = read_text(request.args, "find", MAX_QUERY), read_query(request.args)
    origin = Origin(query if query.text or query.filters else None, words)
    page = PostPage(
        post,
        origin,
        thread_page=number,
        rewritten=archive().store.rewritten(post_id),
        marking=_marking(words or origin.text),
    )
    return render_template(
        "post.html",
        page=page,
        post=post,
        versions=len(archive().history(post_id)),
        matches=_in_thread(post_id, words) if words else None,
        related=hit_items(_related(post_id)),
    )


@blueprint.get("/comments/<comment_id>")
def comment(comment_id: str) -> BaseResponse:
    """Redirect from a comment's id to its place in the thread."""
    anchor = comment_anchor(comment_id)
    post_id = comment_history(comment_id)[-1].post_id
    return redirect(url_for("posts.post", post_id=post_id, comment=anchor, _anchor=anchor))


def _in_thread(post_id: str, words: str) -> Results:
    """Search the comments of one post."""
    filters = (("thread", post_id), ("kind", "comment"))
    return archive().search(Query(text=words, filters=filters, per_page=THREAD_MATCHES))


def _related(post_id: str) -> Sequence[Hit]:
    """Return posts on the same topic; none if the index cannot be read, so that the post is still shown."""
    try:
        return archive().engine.related(post_id, RELATED)
    except ArchiveOpenError:
        return ()


def _marking(words: str) -> Marking:
    """Return the marking for the words of the search; it marks nothing if the index cannot be read."""
    try:
        return archive().engine.marking(words)
    except ArchiveOpenError:
        return Marking()
