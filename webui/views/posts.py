"""The reading view: a post with its thread."""

import re
from collections.abc import Sequence
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from archive.errors import ArchiveOpenError, NotFoundError
from archive.records.models import Post
from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking
from archive.store.revisions import Revision
from webui.formatting import comment_anchor
from webui.holdings import archive
from webui.links import Addresses, address
from webui.pages.post import PostPage, find_thread_page
from webui.params import MAX_QUERY, Arguments, Pairs, pairs, read_number, read_query, read_text

blueprint = Blueprint("posts", __name__)

_POST_ID = re.compile(r"post:[0-9a-f]{24}")
_COMMENT_ID = re.compile(r"comment:[0-9a-f]{24}")
#: Pages of one thread that can be opened.
MAX_THREAD_PAGE = 10_000
#: Comments shown when one searches inside a thread.
THREAD_MATCHES = 50
#: Related posts shown below the thread.
RELATED = 5


@blueprint.get("/posts/<post_id>")
def post(post_id: str) -> str:
    """Show a post with its thread, at the comment that the address names."""
    found = load(post_id)
    number = read_number(request.args, "thread", 1, MAX_THREAD_PAGE) or 1
    if anchor := read_text(request.args, "comment", MAX_QUERY):
        number = find_thread_page(found, anchor)
    words, back = read_text(request.args, "find", MAX_QUERY), _back(request.args)
    page = PostPage(
        found,
        thread_page=number,
        versions=len(archive().history(post_id)),
        rewritten=archive().store.rewritten(post_id),
        marking=_marking(words or (back[1].text if back else "")),
    )
    return render_template(
        "post.html",
        page=page,
        post=found,
        back=back,
        words=words,
        matches=_in_thread(post_id, words) if words else None,
        related=_related(post_id),
        thread_address=partial(_thread_address, post_id, _kept(back, words)),
    )


@blueprint.get("/comments/<comment_id>")
def comment(comment_id: str) -> BaseResponse:
    """Lead from a comment's id to its place in the thread."""
    anchor = comment_anchor(comment_id)
    post_id = comment_history(comment_id)[-1].post_id
    return redirect(url_for("posts.post", post_id=post_id, comment=anchor, _anchor=anchor))


def comment_history(comment_id: str) -> list[Revision]:
    """Return the revisions of a comment that is there, oldest first; raise `NotFoundError`."""
    revisions = archive().history(comment_id) if _COMMENT_ID.fullmatch(comment_id) else []
    if not revisions or revisions[-1].record is None:
        raise NotFoundError(f"no comment has the id {comment_id}")
    return revisions


def load(post_id: str) -> Post:
    """Return a post by the id in an address; raise `NotFoundError`."""
    if not _POST_ID.fullmatch(post_id):
        raise NotFoundError("no post has such an id")
    return archive().post(post_id)


def _in_thread(post_id: str, words: str) -> Results:
    """Search the comments of one post."""
    filters = (("thread", post_id), ("kind", "comment"))
    return archive().search(Query(text=words, filters=filters, per_page=THREAD_MATCHES))


def _related(post_id: str) -> Sequence[Hit]:
    """Return posts on the same topic; none where the index cannot be read, as the post itself can."""
    try:
        return archive().engine.related(post_id, RELATED)
    except ArchiveOpenError:
        return ()


def _kept(back: tuple[str, Query] | None, words: str) -> Pairs:
    """Return the arguments by which the reader came and by which words are marked."""
    kept = pairs(back[1]) if back else {}
    if back and back[1].page > 1:
        kept["page"] = str(back[1].page)
    return kept | ({"find": words} if words else {})


def _thread_address(post_id: str, kept: Pairs, number: int) -> str:
    """Return the address of a page of a thread from which the way back and what is marked are `kept`."""
    return f"{address(url_for('posts.post', post_id=post_id), kept | {'thread': str(number)})}#comments"


def _marking(words: str) -> Marking:
    """Return what marks the words by which the reader came; nothing where the index cannot be read."""
    try:
        return archive().engine.marking(words)
    except ArchiveOpenError:
        return Marking()


def _back(arguments: Arguments) -> tuple[str, Query] | None:
    """Return the results from which the reader came, and their address."""
    query = read_query(arguments)
    if not query.text and not query.filters:
        return None
    return Addresses(query).searched(page=query.page), query
