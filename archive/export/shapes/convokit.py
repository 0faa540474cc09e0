"""Shape `convokit`: one row an utterance, for ConvoKit's `Corpus`.

Keys as https://convokit.cornell.edu/documentation/data_format.html gives them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from archive.export.shapes.base import ChosenPost, Shape


def _rows(chosen: ChosenPost) -> Iterator[dict[str, Any]]:
    post = chosen.post
    meta = {"kind": "post", "url": post.url, "site": post.site, "title": post.title, "rights": list(post.rights)}
    yield _row(post.id, post.author, post.id, None, post.published, post.text, meta)
    for comment in post.comments:
        meta = {
            "kind": "comment",
            "url": comment.permalink,
            "site": post.site,
            "title": None,
            "rights": list(post.rights),
        }
        yield _row(
            comment.id, comment.author, post.id, comment.parent_id or post.id, comment.published, comment.text, meta
        )


def _row(  # noqa: PLR0913, PLR0917 (the seven keys of an utterance)
    id_: str,
    author: str | None,
    post_id: str,
    reply_to: str | None,
    published: datetime | None,
    text: str,
    meta: dict[str, Any],
) -> dict[str, Any]:
    return {
        "id": id_,
        # ConvoKit wants a speaker; one nobody knows is known by this text alone.
        "speaker": author or f"unknown-{id_}",
        "conversation_id": post_id,
        "reply_to": reply_to,
        "timestamp": None if published is None else int(published.timestamp()),
        "text": text,
        "meta": meta,
    }


CONVOKIT = Shape(
    name="convokit",
    about="One row an utterance, a post or comment, with the keys of ConvoKit's `utterances.jsonl`.",
    features={
        "id": "string",
        "speaker": "string",
        "conversation_id": "string",
        "reply_to": "string",
        "timestamp": "int64",
        "text": "string",
        "meta": {"kind": "string", "url": "string", "site": "string", "title": "string", "rights": ["string"]},
    },
    rows=_rows,
)
