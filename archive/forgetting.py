"""Forget a post, a site or a person: every revision, the search index, the raw responses; and never again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.errors import ArchiveBusyError
from archive.files.lock import acquire
from archive.records.models import post_id
from archive.search.engine import Progress
from archive.store.database import Connection
from archive.store.deny import Rule, begin_forgetting, byline_keys, deny, end_forgetting, name_key, unfinished
from archive.store.revisions import records
from archive.store.warc_erasing import Traces, being_written, erase, runs


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What was erased."""

    posts: int
    comments: int
    #: Records of WARC files.
    captures: int


@dataclass(slots=True)
class _Scope:
    """What a rule covers: found before anything is written."""

    #: Ids of the texts that go, each with all it ever said.
    texts: dict[str, list[str]] = field(default_factory=dict)
    #: Ids of the posts that go with their threads.
    whole: list[str] = field(default_factory=list)
    #: Ids of the posts that stay but lose comments.
    reduced: set[str] = field(default_factory=set)


def forget(archive: Archive, rule: Rule, progress: Progress | None = None) -> ForgetReport:
    """Erase what `rule` covers and keep the rule.

    A comment that others answer stays as an empty placeholder. The texts are then nowhere in the archive's
    directory: WARC files are rewritten, database pages overwritten, copies that migrations kept are deleted, the
    index is built anew. That takes longest: `progress` is called with the texts indexed and the number of all. What
    was cut short is noted, and `finish_forgetting` completes it. Raise `ArchiveBusyError` when another process holds
    a file in which bytes may be left.
    """
    with _forgetting_lock(archive.directory):
        return _forget(archive, rule, progress)


def finish_forgetting(archive: Archive) -> None:
    """Erase what a process that was killed or cut short has left of what it was to erase; raise as `forget` does."""
    for rule in unfinished(archive.database.connection):
        forget(archive, rule)


@contextmanager
def _forgetting_lock(directory: Path) -> Iterator[None]:
    """Hold the right to forget: two that rewrite the same files would undo each other's work."""
    (directory / "locks").mkdir(exist_ok=True)
    with (directory / "locks" / "forget").open("w") as file:
        if not acquire(file, wait_seconds=0):
            raise ArchiveBusyError("another process is forgetting; try again when it ended")
        yield


def _forget(archive: Archive, rule: Rule, progress: Progress | None) -> ForgetReport:
    raw = archive.directory / "warc"
    if busy := being_written(raw):
        raise ArchiveBusyError(
            f"a crawl is writing {', '.join(busy)}: nothing forgotten yet; try again when it ended"
        )
    with archive.database.write() as connection:
        begin_forgetting(connection, rule)
        scope = _scope_of(archive, connection, rule)
        urls = archive.frontier.addresses(connection, [*scope.whole, *scope.reduced])
        _deny_all(archive, connection, rule, scope)
    # Raw responses first: the records tell what to look for in them.
    traces = Traces(
        urls=frozenset(urls | ({rule.value} if rule.kind == "url" else set())),
        sites=frozenset([rule.value] if rule.kind == "site" else []),
        runs=runs(text for texts in scope.texts.values() for text in texts),
        kept=archive.frontier.post_addresses(),
    )
    captures = erase(raw, archive.database, traces)
    with archive.database.write() as connection:
        _erase_records(archive, connection, rule, scope)
    archive.database.delete_copies()
    archive.engine.sync(rebuild=True, progress=progress)
    if not archive.database.empty_log():
        raise ArchiveBusyError("forgotten, but another process still reads records.db; forget again when it ended")
    with archive.database.write() as connection:
        end_forgetting(connection, rule)
    posts = sum(text_id.startswith("post:") for text_id in scope.texts)
    return ForgetReport(posts, len(scope.texts) - posts, captures)


def _scope_of(archive: Archive, connection: Connection, rule: Rule) -> _Scope:
    scope = _Scope()
    if rule.kind == "url":
        scope.whole = [archive.frontier.find(rule.value) or post_id(rule.value)]
    elif rule.kind == "site":
        scope.whole = [id_ for id_, site in archive.store.sites(connection).items() if site == rule.value]
    else:
        _add_person(connection, archive.store.sites(connection), rule, scope)
    for post in scope.whole:
        for id_, _, record in records(connection, post):
            scope.texts.setdefault(id_, []).extend(_texts(record))
    scope.reduced -= set(scope.whole)
    return scope


def _add_person(connection: Connection, sites: Mapping[str, str], rule: Rule, scope: _Scope) -> None:
    name = name_key(rule.value)
    for id_, of_post, record in records(connection):
        if rule.site not in {None, sites.get(of_post)} or name not in byline_keys(record["author"]):
            continue
        if id_ == of_post:
            scope.whole.append(id_)
        else:
            scope.reduced.add(of_post)
            scope.texts.setdefault(id_, []).extend(_texts(record))


def _texts(record: Mapping[str, Any]) -> Iterator[str]:
    return (record[name] for name in ("text", "title", "description") if record.get(name))


def _deny_all(archive: Archive, connection: Connection, rule: Rule, scope: _Scope) -> None:
    """Keep the rule, and one for each address that leads to the same post."""
    deny(connection, rule)
    if rule.kind == "url":
        for url in archive.frontier.addresses(connection, scope.whole):
            deny(connection, Rule(kind="url", value=url, reason=rule.reason))


def _erase_records(archive: Archive, connection: Connection, rule: Rule, scope: _Scope) -> None:
    threads = [post for id_ in sorted(scope.reduced) if (post := archive.store.post(id_)) is not None]
    archive.frontier.forget(connection, archive.frontier.addresses(connection, scope.whole))
    if rule.kind == "site":
        archive.frontier.forget_site(connection, rule.value)
        archive.sites.forget(connection, rule.value)
    archive.store.erase(connection, list(scope.texts))
    for post in threads:
        archive.store.add(connection, post)  # the rule makes placeholders of the comments that others answer
