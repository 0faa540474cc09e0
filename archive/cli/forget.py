"""`sales-archive forget`: erase a post, a site or a person for good."""

import argparse
import sys

from archive.archive import Archive
from archive.cli.archives import existing
from archive.cli.output import line
from archive.errors import ArchiveError, NotFoundError
from archive.forgetting import finish_forgetting, forget
from archive.store.deny import Rule, RuleKind, allow, rules

HELP = "erase a post, a site or a person for good, and never archive it again"

_KINDS: tuple[RuleKind, ...] = ("site", "author")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", nargs="?", metavar="URL|site:SITE|author:NAME", help="what to forget")
    parser.add_argument("--site", help="forget the author at this site only")
    parser.add_argument("--reason", help="kept with the rule")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--rules", action="store_true", help="list what must not be archived, and do nothing")
    parser.add_argument("--allow", action="store_true", help="lift the rule: what is erased stays erased")


def run(options: argparse.Namespace) -> int:
    """Forget, after asking where stdin is a terminal; or list or lift rules."""
    with existing(options.directory) as archive:
        if options.rules:
            _print_rules(archive)
            return 0
        if options.what is None:
            raise ArchiveError("say what to forget: a post's URL, site:SITE or author:NAME")
        rule = _rule(archive, options)
        if options.allow:
            return _lift(archive, rule)
        if not options.yes and not _confirmed(rule):
            line("nothing was forgotten")
            return 1
        done = forget(archive, rule)
    line(f"forgot {done.posts} posts, {done.comments} comments and {done.captures} raw responses")
    return 0


def _rule(archive: Archive, options: argparse.Namespace) -> Rule:
    kind, _, value = options.what.partition(":")
    if kind in _KINDS and value:
        return Rule(kind=kind, value=value.strip(), site=options.site, reason=options.reason)
    try:
        url = archive.find(options.what).url
    except NotFoundError:
        if "://" not in options.what:
            raise
        url = options.what  # never archived, and so it shall be
    return Rule(kind="url", value=url, reason=options.reason)


def _confirmed(rule: Rule) -> bool:
    if not sys.stdin.isatty():
        raise ArchiveError("forgetting cannot be undone: confirm it with --yes")
    sys.stderr.write(f"forget {rule.kind} {rule.value} for good, with all that was ever archived of it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _print_rules(archive: Archive) -> None:
    for rule in rules(archive.database.connection):
        where = f" at {rule.site}" if rule.site else ""
        line(f"{rule.kind} {rule.value}{where}" + (f": {rule.reason}" if rule.reason else ""))


def _lift(archive: Archive, rule: Rule) -> int:
    finish_forgetting(archive)  # done later, it would bring the rule back
    with archive.database.write() as connection:
        lifted = allow(connection, rule)
    line(f"{rule.kind} {rule.value} may be archived again" if lifted else f"no such rule: {rule.kind} {rule.value}")
    return 0 if lifted else 1
