"""`sales-archive forget`: erase a post, a site or a person permanently."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy
from archive.cli.output import counted, line, visible
from archive.cli.progress import progress
from archive.errors import ArchiveError, NotFoundError

if TYPE_CHECKING:
    from archive import forgetting
    from archive.archive import Archive
    from archive.cli import archives
    from archive.store import deny
else:
    archives = lazy("archive.cli.archives")
    deny = lazy("archive.store.deny")
    forgetting = lazy("archive.forgetting")


@click.command(short_help="Erase a post, a site or a person permanently.")
@click.argument("what", required=False, metavar="URL|site:SITE|author:NAME")
@click.option("--site", metavar="SITE", help="Erase the author's texts on this site only.")
@click.option("--reason", metavar="TEXT", help="Reason to store with the rule.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--rules", "list_rules", is_flag=True, help="List the rules of what must not be archived, and exit.")
@click.option("--allow", is_flag=True, help="Remove the rule. Erased texts stay erased.")
@click.pass_obj
def command(directory: Path, /, what: str | None, **options: Any) -> int:
    """Erase a post, a site or a person permanently, and never archive them again.

    Asks for confirmation, then erases the texts from the records, the search index and the stored responses.
    """
    with archives.existing(directory) as archive:
        if options["list_rules"]:
            _print_rules(archive)
            return 0
        if what is None:
            raise click.UsageError("name what to forget: the URL of a post, site:SITE or author:NAME")
        rule = _rule(archive, what, site=options["site"], reason=options["reason"])
        if options["allow"]:
            return _lift(archive, rule)
        if not options["yes"] and not _confirmed(rule):
            line("nothing was erased")
            return 1
        with progress("Indexing", "texts") as show:
            erased = forgetting.forget(archive, rule, show)
    posts, comments = counted(erased.posts, "post"), counted(erased.comments, "comment")
    line(f"erased {posts}, {comments} and {counted(erased.captures, 'stored response')}")
    return 0


def _rule(archive: "Archive", what: str, *, site: str | None, reason: str | None) -> "deny.Rule":
    kind, _, value = what.partition(":")
    if kind == "site" and value:
        return deny.Rule(kind="site", value=value.strip(), site=site, reason=reason)
    if kind == "author" and value:
        return deny.Rule(kind="author", value=value.strip(), site=site, reason=reason)
    try:
        url = archive.find(what).url
    except NotFoundError:
        if "://" not in what:
            raise
        url = what  # never archived so far; the rule keeps it so
    return deny.Rule(kind="url", value=url, reason=reason)


def _confirmed(rule: "deny.Rule") -> bool:
    if not sys.stdin.isatty():
        raise ArchiveError("erasing cannot be undone, and there is no terminal to ask on; confirm it with --yes")
    question = f"Permanently erase everything archived for {rule.kind} {visible(rule.value)}?"
    return click.confirm(question, default=False, err=True)


def _print_rules(archive: "Archive") -> None:
    for rule in deny.rules(archive.database.connection):
        where = f" at {rule.site}" if rule.site else ""
        line(f"{rule.kind} {rule.value}{where}" + (f": {rule.reason}" if rule.reason else ""))


def _lift(archive: "Archive", rule: "deny.Rule") -> int:
    forgetting.finish_forgetting(archive)  # an unfinished erasure would restore the rule later
    with archive.database.write() as connection:
        lifted = deny.allow(connection, rule)
    if not lifted:
        line(f"no rule for {rule.kind} {rule.value}; `sales-archive forget --rules` lists them")
        return 1
    line(f"{rule.kind} {rule.value} may be archived again")
    return 0
