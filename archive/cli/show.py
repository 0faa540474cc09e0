"""`sales-archive show`: one post with its thread, or the history of one text."""

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import json_value, line
from archive.errors import NotFoundError
from archive.records.models import Comment, Post, Precision, format_time
from archive.records.thread import rows

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.cli import archives
    from archive.store.revisions import Revision
else:
    archives = lazy("archive.cli.archives")

#: How much of a time is stated, as characters of its ISO form.
_STATED: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}

#: Fields that change with every visit, or with other texts.
_PASSING = {"fetched", "comments_stated", "position"}


@click.command(short_help="Print a post with its thread, or its history.")
@click.argument("name", metavar="URL|ID")
@click.option("--json", "as_json", is_flag=True, help="Print the record, as docs/records.md describes.")
@click.option("--history", is_flag=True, help="Print every revision, oldest first.")
@click.option("--diff", is_flag=True, help="Print what each revision changed, line by line.")
@click.pass_obj
def command(directory: Path, name: str, *, as_json: bool, history: bool, diff: bool) -> int:
    """Print a post with its thread, or the history of a post or comment.

    Takes the address or id of a post, or the id of a comment.
    """
    if as_json + history + diff > 1:
        raise click.UsageError("--json, --history and --diff exclude each other")
    with archives.existing(directory) as archive:
        if history or diff:
            _print_history(_revisions(archive, name), changes=diff)
            return 0
        post = archive.find(name)
    if as_json:
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


def _revisions(archive: "Archive", name: str) -> list["Revision"]:
    revisions = archive.history(name) if name.startswith("comment:") else archive.history(archive.find(name).id)
    if not revisions:
        raise NotFoundError(f"no text has the id {name}")
    return revisions


def _print_history(revisions: list["Revision"], *, changes: bool) -> None:
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
