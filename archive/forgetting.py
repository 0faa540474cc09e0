"""Forget a post, a site or a person: every revision, the search index, the raw responses; and never again."""

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.archive import Archive
from archive.errors import ArchiveBusyError
from archive.records.models import post_id
from archive.store.deny import Rule, begin_forgetting, byline_keys, deny, end_forgetting, name_key, unfinished
from archive.store.warc_erasing import Traces, being_written, erase, runs


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased."""

    posts: int
    comments: int
    #: Records of WARC files.
    captures: int


@dataclass(slots=True)
class _Covered:
    """What a rule covers: found before anything is written."""

    #: Ids of the texts that go, each with all it ever said.
    texts: dict[str, list[str]] = field(default_factory=dict)
    #: Ids of the posts that go with their threads.
    whole: list[str] = field(default_factory=list)
    #: Ids of the posts that stay but lose comments.
    reduced: set[str] = field(default_factory=set)


def forget(archive: Archive, rule: Rule) -> Forgotten:
    """Erase what `rule` covers and keep the rule.

    A comment that others answer stays as an empty placeholder. The texts are then nowhere in the archive's
    directory: WARC files are rewritten, database pages overwritten, the index is made anew. What was cut short is
    noted, and made good by `finish_forgetting`. Raise `ArchiveBusyError` when another process holds a file in which
    bytes may be left.
    """
    with _alone(archive.directory):
        return _forget(archive, rule)


def finish_forgetting(archive: Archive) -> None:
    """Erase what a process that was killed or cut short has left of what it was to erase; raise as `forget` does."""
    for rule in unfinished(archive.database.connection):
        forget(archive, rule)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Hold the right to forget: two that rewrite the same files would undo each other's work."""
    (directory / "locks").mkdir(exist_ok=True)
    with (directory / "locks" / "forget").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ArchiveBusyError("another process is forgetting; try again when it ended") from error
        yield


def _forget(archive: Archive, rule: Rule) -> Forgotten:
    raw = archive.directory / "warc"
    if busy := being_written(raw):
        raise ArchiveBusyError(
            f"a crawl is writing {', '.join(busy)}: nothing forgotten yet; try again when it ended"
        )
    with archive.database.write() as connection:
        begin_forgetting(connection, rule)
        covered = _covered(archive, connection, rule)
        urls = archive.visits.addresses(connection, [*covered.whole, *covered.reduced])
        _deny_all(archive, connection, rule, covered)
    # Raw responses first: the records tell what to look for in them.
    traces = Traces(
        urls=frozenset(urls | ({rule.value} if rule.kind == "url" else set())),
        sites=frozenset([rule.value] if rule.kind == "site" else []),
        runs=runs(text for texts in covered.texts.values() for text in texts),
        kept=archive.visits.post_addresses(),
    )
    captures = erase(raw, archive.database, traces)
    with archive.database.write() as connection:
        _erase_records(archive, connection, rule, covered)
    archive.engine.sync(rebuild=True)
    if not archive.database.empty_log():
        raise ArchiveBusyError("forgotten, but another process still reads records.db; forget again when it ended")
    with archive.database.write() as connection:
        end_forgetting(connection, rule)
    posts = sum(each.startswith("post:") for each in covered.texts)
    return Forgotten(posts, len(covered.texts) - posts, captures)


def _covered(archive: Archive, connection: sqlite3.Connection, rule: Rule) -> _Covered:
    covered = _Covered()
    if rule.kind == "url":
        covered.whole = [archive.visits.find(rule.value) or post_id(rule.value)]
    elif rule.kind == "site":
        covered.whole = [id_ for (id_,) in connection.execute("SELECT id FROM posts WHERE site = ?", (rule.value,))]
    else:
        _cover_person(connection, rule, covered)
    for each in covered.whole:
        for id_, _, record in _revisions(connection, each):
            covered.texts.setdefault(id_, []).extend(_said(record))
    covered.reduced -= set(covered.whole)
    return covered


def _cover_person(connection: sqlite3.Connection, rule: Rule, covered: _Covered) -> None:
    name = name_key(rule.value)
    sites = dict(connection.execute("SELECT id, site FROM posts"))
    for id_, of_post, record in _revisions(connection):
        if rule.site not in {None, sites.get(of_post)} or name not in byline_keys(json.loads(record)["author"]):
            continue
        if id_ == of_post:
            covered.whole.append(id_)
        else:
            covered.reduced.add(of_post)
            covered.texts.setdefault(id_, []).extend(_said(record))


def _revisions(connection: sqlite3.Connection, of_post: str | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield id, post's id and record of all revisions that hold one."""
    query = "SELECT id, post_id, record FROM revisions WHERE record IS NOT NULL"
    if of_post is None:
        yield from connection.execute(query)
    else:
        yield from connection.execute(f"{query} AND post_id = ?", (of_post,))


def _said(record: str) -> Iterator[str]:
    values = json.loads(record)
    return (values[name] for name in ("text", "title", "description") if values.get(name))


def _deny_all(archive: Archive, connection: sqlite3.Connection, rule: Rule, covered: _Covered) -> None:
    """Keep the rule, and one for each address that leads to the same post."""
    deny(connection, rule)
    if rule.kind == "url":
        for url in archive.visits.addresses(connection, covered.whole):
            deny(connection, Rule(kind="url", value=url, reason=rule.reason))


def _erase_records(archive: Archive, connection: sqlite3.Connection, rule: Rule, covered: _Covered) -> None:
    threads = [post for each in sorted(covered.reduced) if (post := archive.store.post(each)) is not None]
    archive.visits.forget(connection, archive.visits.addresses(connection, covered.whole))
    if rule.kind == "site":
        archive.visits.forget_site(connection, rule.value)
    archive.store.erase(connection, list(covered.texts))
    for post in threads:
        archive.store.add(connection, post)  # the rule makes placeholders of the comments that others answer
