"""A passage to quote, with author, date, source and checksum."""

from dataclasses import replace

from flask import Blueprint, render_template, url_for

from archive.errors import NotFoundError
from archive.records.models import Post
from webui.citations import Quotation
from webui.formatting import blocks, comment_anchor
from webui.holdings import load_post, site_name

blueprint = Blueprint("quotes", __name__)

#: Anchor that stands for the post as a whole.
WHOLE = "post"


@blueprint.get("/posts/<post_id>/quote/<anchor>")
def quote(post_id: str, anchor: str) -> str:
    """Show one passage of a post or one comment in the forms that people paste."""
    post = load_post(post_id)
    here = url_for("posts.post", post_id=post.id, comment=anchor if anchor.startswith("comment") else None,
                   _anchor=None if anchor == WHOLE else anchor)  # fmt: skip
    return render_template("quote.html", post=post, quotation=_quotation(post, anchor), here=here)


def _quotation(post: Post, anchor: str) -> Quotation:
    whole = Quotation(
        text="",
        author=post.author,
        title=post.title,
        site=site_name(post.site),
        published=post.published,
        precision=post.published_precision,
        address=post.url,
        fetched=post.fetched,
    )
    if anchor == WHOLE:
        return whole
    for block in blocks(post.text):
        if block.anchor == anchor:
            return replace(whole, text=block.text)
    for comment in post.comments:
        if comment_anchor(comment.id) == anchor and not comment.deleted:
            return replace(
                whole,
                text=comment.text,
                author=comment.author,
                published=comment.published,
                precision=comment.published_precision,
                address=comment.permalink or post.url,
                comment=True,
            )
    raise NotFoundError("this passage is not in the post any more; it may have been changed or removed")
