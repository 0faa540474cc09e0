"""`sales-archive show`: one post with its thread, or the history of one text."""

import argparse
from difflib import unified_diff

from archive.archive import Archive
from archive.cli.archives import existing
from archive.cli.output import json_value, line
from archive.errors import NotFoundError
from archive.records.models import Comment, Post, Precision, format_time
from archive.records.thread import rows
from archive.store.revisions import Revision

HELP = "print a post with its thread, or the history of a post or comment"

#: How much of a time is stated, as characters of its ISO form.
_STATED: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}

#: Fields that change with every visit, or with other texts.
_PASSING = {"fetched", "comments_stated", "position"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", metavar="URL|ID", help="a post's address or id, or a comment's id")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the record, as docs/records.md describes")
    form.add_argument("--history", action="store_true", help="print every revision, oldest first")
    form.add_argument("--diff", action="store_true", help="print what each revision changed, line by line")


def run(options: argparse.Namespace) -> int:
    """Print the post."""
    with existing(options.directory) as archive:
        if options.history or options.diff:
            _print_history(_revisions(archive, options.name), changes=options.diff)
            return 0
        post = archive.find(options.name)
    if options.json:
        json_value(post.to_json())
    else:
        _print(post)
    return 0


def _print(post: Post) -> None:
    line(post.title or post.url)
    line(", ".join(part for part in (post.author, _when(post), post.site) if part))
    line(post.url)
    if post.status != "whole":
        line(f"[{post.status}]")
    line()
    line(post.text)
    if not post.comments:
        return
    line()
    stated = f" of {post.comments_stated} that the site states" if _is_short(post) else ""
    line(f"— {len(post.comments)} comments{stated} —")
    for row in rows(post.comments):
        indent = "  " * row.level
        line()
        line(indent + ", ".join(part for part in (row.comment.author or "(no name)", _when(row.comment)) if part))
        for paragraph in (row.comment.text or "(removed)").split("\n"):
            line(indent + paragraph)


def _is_short(post: Post) -> bool:
    return post.comments_stated is not None and len(post.comments) < post.comments_stated


def _when(record: Post | Comment) -> str | None:
    if record.published is None:
        return None
    stated = _STATED[record.published_precision or "second"]
    return format_time(record.published).rstrip("Z")[:stated].replace("T", " ")


def _revisions(archive: Archive, name: str) -> list[Revision]:
    revisions = archive.history(name) if name.startswith("comment:") else archive.history(archive.find(name).id)
    if not revisions:
        raise NotFoundError(f"no text has the id {name}")
    return revisions


def _print_history(revisions: list[Revision], *, changes: bool) -> None:
    before: dict[str, object] | None = None
    for revision in revisions:
        line(f"{revision.saved}  seq {revision.seq}  {_difference(before, revision.record)}")
        for changed_line in _changes(before, revision.record) if changes and before is not None else ():
            line(changed_line)
        before = revision.record


def _changes(before: dict[str, object] | None, after: dict[str, object] | None) -> list[str]:
    """Return the lines that a revision took away and added, each with one line around it."""
    changes = list(unified_diff(_lines(before), _lines(after), lineterm="", n=1))[2:]
    return [f"    {change}" for change in changes if not change.startswith("@@")]


def _lines(record: dict[str, object] | None) -> list[str]:
    """Return a record as lines: its fields, then the paragraphs of its text."""
    if record is None:
        return []
    fields = [f"{name}: {value}" for name, value in record.items() if name not in {"text", *_PASSING}]
    return fields + [paragraph for paragraph in str(record["text"]).splitlines() if paragraph]


def _difference(before: dict[str, object] | None, after: dict[str, object] | None) -> str:
    if after is None:
        return "removed"
    if before is None:
        return "added"
    changed = [name for name in after if after[name] != before.get(name) and name not in _PASSING]
    return "changed: " + ", ".join(changed)
