"""`sales-archive show`: print a post with its thread, or the history of a text."""

from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.cli.lazy import lazy
from archive.cli.output import counted, json_value, line
from archive.errors import NotFoundError
from archive.records.models import Comment, Post, Precision, format_time
from archive.records.thread import rows

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.cli import archives
    from archive.store.revisions import Revision
else:
    archives = lazy("archive.cli.archives")

#: Length of an ISO 8601 time at each precision, in characters.
_ISO_WIDTHS: dict[Precision, int] = {"year": 4, "month": 7, "day": 10, "minute": 16, "second": 19}

#: Fields whose changes are not shown: they change with every visit, or with other texts.
_IGNORED_FIELDS = {"fetched", "comments_stated", "position"}


@click.command(short_help="Print a post with its thread, or its history.")
@click.argument("name", metavar="URL|ID")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON; see docs/records.md.")
@click.option("--history", is_flag=True, help="Print every revision, oldest first.")
@click.option("--diff", is_flag=True, help="Print the changed lines of each revision.")
@click.pass_obj
def command(directory: Path, name: str, *, as_json: bool, history: bool, diff: bool) -> int:
    """Print a post with its thread, or the history of a post or comment.

    Takes the URL or id of a post; with --history or --diff also the id of a comment.
    """
    if as_json + history + diff > 1:
        raise click.UsageError("use only one of --json, --history and --diff")
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
    stated = f" (the site reports {post.comments_stated})" if _is_incomplete(post) else ""
    line(f"— {counted(len(post.comments), 'comment')}{stated} —")
    for row in rows(post.comments):
        indent = "  " * row.level
        line()
        line(indent + ", ".join(part for part in (row.comment.author or "Anonymous", _when(row.comment)) if part))
        for paragraph in (row.comment.text or "(removed)").split("\n"):
            line(indent + paragraph)


def _is_incomplete(post: Post) -> bool:
    return post.comments_stated is not None and len(post.comments) < post.comments_stated


def _when(record: Post | Comment) -> str | None:
    if record.published is None:
        return None
    width = _ISO_WIDTHS[record.published_precision or "second"]
    return format_time(record.published).rstrip("Z")[:width].replace("T", " ")


def _revisions(archive: "Archive", name: str) -> list["Revision"]:
    revisions = archive.history(name) if name.startswith("comment:") else archive.history(archive.find(name).id)
    if not revisions:
        raise NotFoundError(f"no post or comment of this archive has the id {name}")
    return revisions


def _print_history(revisions: list["Revision"], *, changes: bool) -> None:
    before: dict[str, object] | None = None
    for revision in revisions:
        line(f"{revision.saved}  seq {revision.seq}  {_difference(before, revision.record)}")
        for changed_line in _changes(before, revision.record) if changes and before is not None else ():
            line(changed_line)
        before = revision.record


def _changes(before: dict[str, object] | None, after: dict[str, object] | None) -> list[str]:
    """Return the lines that a revision removed and added, with one line of context."""
    changes = list(unified_diff(_lines(before), _lines(after), lineterm="", n=1))[2:]
    return [f"    {change}" for change in changes if not change.startswith("@@")]


def _lines(record: dict[str, object] | None) -> list[str]:
    """Return a record as lines: its fields, then the paragraphs of its text; empty for `None`."""
    if record is None:
        return []
    fields = [f"{name}: {value}" for name, value in record.items() if name not in {"text", *_IGNORED_FIELDS}]
    return fields + [paragraph for paragraph in str(record["text"]).splitlines() if paragraph]


def _difference(before: dict[str, object] | None, after: dict[str, object] | None) -> str:
    if after is None:
        return "removed"
    if before is None:
        return "added"
    changed = [name for name in after if after[name] != before.get(name) and name not in _IGNORED_FIELDS]
    return "changed: " + ", ".join(changed)
