"""Shape `messages`: threads as conversations, for training chat models.

One row for each comment that answers the post and has an answer of its own: the post as the setting, then the
longest chain of answers from that comment on. Lossy on purpose; of every branching one branch is kept.
"""

from collections.abc import Iterator
from typing import Any

from archive.export.shapes.base import SOURCE, ChosenPost, Shape
from archive.export.shapes.metadata import time_or_none
from archive.records.models import Comment, Post
from archive.records.thread import Branch, nested


def _rows(chosen: ChosenPost) -> Iterator[dict[str, Any]]:
    for root in nested(chosen.post.comments):
        chain = _longest_chain(root)
        if (
            len(chain) > 1
            and all(comment.text for comment in chain)
            and any(comment.id in chosen.ids for comment in chain)
        ):
            yield _row(chosen.post, chain)


def _row(post: Post, chain: list[Comment]) -> dict[str, Any]:
    setting = "\n\n".join(part for part in (post.title, post.text) if part)
    messages = [{"role": "system", "content": setting, "name": post.author, "id": post.id}]
    for comment in chain:
        role = "assistant" if comment.by_post_author or (post.author and comment.author == post.author) else "user"
        messages.append({"role": role, "content": comment.text, "name": comment.author, "id": comment.id})
    return {
        "id": chain[0].id,
        "source": SOURCE,
        "created": time_or_none(chain[0].published),
        "added": time_or_none(post.fetched),
        "messages": messages,
        "metadata": {
            "thread_id": post.id,
            "url": chain[0].permalink or post.url,
            "site": post.site,
            "language": post.language,
            "rights": list(post.rights),
        },
    }


def _longest_chain(root: Branch) -> list[Comment]:
    """Return the longest way down from a comment, the first of equals; no recursion."""
    heights: dict[str, int] = {}
    pending = [root]
    order = []
    while pending:
        branch = pending.pop()
        order.append(branch)
        pending += branch.replies
    for branch in reversed(order):
        heights[branch.comment.id] = 1 + max((heights[reply.comment.id] for reply in branch.replies), default=0)
    chain = [root.comment]
    at = root
    while at.replies:
        at = max(at.replies, key=lambda reply: heights[reply.comment.id])
        chain.append(at.comment)
    return chain


MESSAGES = Shape(
    name="messages",
    about="One row a conversation: the post, then the longest chain of answers below one of its comments.",
    features={
        "id": "string",
        "source": "string",
        "created": "string",
        "added": "string",
        "messages": [{"role": "string", "content": "string", "name": "string", "id": "string"}],
        "metadata": {
            "thread_id": "string",
            "url": "string",
            "site": "string",
            "language": "string",
            "rights": ["string"],
        },
    },
    rows=_rows,
)
