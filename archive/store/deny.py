"""What must not be archived, or not again: deny rules, checked before every write.

A rule names a post's URL, a site, or a person; a person's may hold at one site only. Rules are kept when the
texts they cover are forgotten, so a later crawl cannot bring them back.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from archive.records.models import Comment, Post, format_time
from archive.store.database import Connection, metas, set_meta

RuleKind = Literal["url", "site", "author"]

#: Begins the names in `meta` under which rules stand while what they cover is erased.
_FORGETTING = "forgetting:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One deny rule."""

    kind: RuleKind
    #: Canonical URL, site, or a person's name as bylines give it.
    value: str
    #: The one site at which a person is denied; `None` for everywhere.
    site: str | None = None
    reason: str | None = None


def deny(connection: Connection, rule: Rule) -> None:
    """Keep a rule, in the caller's transaction."""
    added = format_time(datetime.now(UTC))
    value = name_key(rule.value) if rule.kind == "author" else rule.value
    connection.execute(
        "INSERT INTO deny (kind, value, site, reason, added) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (kind, value, site) DO UPDATE SET reason = excluded.reason, added = excluded.added",
        (rule.kind, value, rule.site or "", rule.reason, added),
    )


def allow(connection: Connection, rule: Rule) -> bool:
    """Lift a rule, in the caller's transaction; False when there is none."""
    value = name_key(rule.value) if rule.kind == "author" else rule.value
    cursor = connection.execute(
        "DELETE FROM deny WHERE kind = ? AND value = ? AND site = ?", (rule.kind, value, rule.site or "")
    )
    return cursor.rowcount > 0


def rules(connection: Connection) -> list[Rule]:
    """Return all rules, by kind and value."""
    rows = connection.execute("SELECT kind, value, site, reason FROM deny ORDER BY kind, value, site")
    return [Rule(kind=kind, value=value, site=site or None, reason=reason) for kind, value, site, reason in rows]


def begin_forgetting(connection: Connection, rule: Rule) -> None:
    """Note, in the caller's transaction, that what a rule covers is being erased: what is cut short is made good."""
    set_meta(connection, _begun(rule), json.dumps(asdict(rule)))


def end_forgetting(connection: Connection, rule: Rule) -> None:
    """Note, in the caller's transaction, that what a rule covers is erased everywhere."""
    set_meta(connection, _begun(rule), None)


def unfinished(connection: Connection) -> list[Rule]:
    """Return the rules of which the erasing began and did not end."""
    return [Rule(**json.loads(value)) for value in metas(connection, _FORGETTING)]


def denies_address(connection: Connection, site: str, urls: Iterable[str]) -> bool:
    """Tell whether the site or any of the addresses is denied."""
    keys = [("site", site), *(("url", url) for url in urls)]
    return any(
        connection.execute("SELECT 1 FROM deny WHERE kind = ? AND value = ?", key).fetchone() is not None
        for key in keys
    )


def permitted(connection: Connection, post: Post) -> Post | None:
    """Return the post without what is denied of it; `None` when all of it is.

    A denied person's comment that others answer stays as an empty placeholder, so that the replies keep their
    place.
    """
    if denies_address(connection, post.site, (post.url,)):
        return None
    names = denied_names(connection, post.site)
    if not names:
        return post
    if names & byline_keys(post.author):
        return None
    return replace(post, comments=_without(post.comments, names))


def denied_names(connection: Connection, site: str) -> set[str]:
    """Return the keys of the names denied at a site."""
    rows = connection.execute("SELECT value FROM deny WHERE kind = 'author' AND site IN ('', ?)", (site,))
    return {value for (value,) in rows}


def name_key(name: str) -> str:
    """Return the form in which names are compared: no case, single spaces."""
    return " ".join(name.split()).casefold()


def byline_keys(author: str | None) -> set[str]:
    """Return the keys of the names of a byline, and of the byline as a whole."""
    return {name_key(name) for name in (author, *author.split(";"))} if author else set()


def _begun(rule: Rule) -> str:
    return f"{_FORGETTING}{rule.kind}:{rule.value}@{rule.site or ''}"


def _without(comments: tuple[Comment, ...], names: set[str]) -> tuple[Comment, ...]:
    parents = {comment.id: comment.parent_id for comment in comments}
    denied = {comment.id for comment in comments if names & byline_keys(comment.author)}
    answered: set[str] = set()
    for comment in comments:
        at = comment.parent_id if comment.id not in denied else None
        while at is not None and at not in answered:
            answered.add(at)
            at = parents.get(at)
    return tuple(
        _placeholder(comment) if comment.id in denied else comment
        for comment in comments
        if comment.id not in denied or comment.id in answered
    )


def _placeholder(comment: Comment) -> Comment:
    return Comment(
        id=comment.id,
        post_id=comment.post_id,
        parent_id=comment.parent_id,
        position=comment.position,
        depth=comment.depth,
        deleted=True,
        system=comment.system,
    )
