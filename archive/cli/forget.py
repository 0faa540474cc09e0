"""`sales-archive forget`: erase a post, a site or a person for good."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy
from archive.cli.output import line, visible
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


@click.command(short_help="Erase a post, a site or a person for good.")
@click.argument("what", required=False, metavar="URL|site:SITE|author:NAME")
@click.option("--site", metavar="SITE", help="Forget the author at this site only.")
@click.option("--reason", metavar="TEXT", help="Reason to keep with the rule.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--rules", "list_rules", is_flag=True, help="List what must not be archived, and do nothing.")
@click.option("--allow", is_flag=True, help="Lift the rule. What was erased stays erased.")
@click.pass_obj
def command(directory: Path, /, what: str | None, **options: Any) -> int:
    """Erase a post, a site or a person for good, and never archive them again.

    Erases the texts from the records, the search index and the kept responses, after asking.
    """
    with archives.existing(directory) as archive:
        if options["list_rules"]:
            _print_rules(archive)
            return 0
        if what is None:
            raise ArchiveError("say what to forget: the URL of a post, site:SITE or author:NAME")
        rule = _rule(archive, what, site=options["site"], reason=options["reason"])
        if options["allow"]:
            return _lift(archive, rule)
        if not options["yes"] and not _confirmed(rule):
            line("nothing was forgotten")
            return 1
        with progress("Indexing", "texts") as show:
            erased = forgetting.forget(archive, rule, show)
    line(f"forgot {erased.posts} posts, {erased.comments} comments and {erased.captures} raw responses")
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
        url = what  # it was never archived, and never shall be
    return deny.Rule(kind="url", value=url, reason=reason)


def _confirmed(rule: "deny.Rule") -> bool:
    if not sys.stdin.isatty():
        raise ArchiveError("forgetting cannot be undone; confirm it with --yes")
    question = f"Forget {rule.kind} {visible(rule.value)} for good, with everything ever archived of it?"
    return click.confirm(question, default=False, err=True)


def _print_rules(archive: "Archive") -> None:
    for rule in deny.rules(archive.database.connection):
        where = f" at {rule.site}" if rule.site else ""
        line(f"{rule.kind} {rule.value}{where}" + (f": {rule.reason}" if rule.reason else ""))


def _lift(archive: "Archive", rule: "deny.Rule") -> int:
    forgetting.finish_forgetting(archive)  # done later, it would bring the rule back
    with archive.database.write() as connection:
        lifted = deny.allow(connection, rule)
    line(f"{rule.kind} {rule.value} may be archived again" if lifted else f"no such rule: {rule.kind} {rule.value}")
    return 0 if lifted else 1
