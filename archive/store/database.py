"""records.db: the one SQLite file that holds the truth, its tables, and how it is opened.

WAL lets many spiders write while others read. Each thread has its own connection, each write is one
`BEGIN IMMEDIATE` transaction, so a process killed at any moment leaves the state before or after it.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

from archive.errors import ArchiveBusyError, ArchiveError, ArchiveOpenError, ArchiveVersionError, ArchiveWriteError
from archive.files.durable import make_directory, sync

#: Raised with every change of the tables below; older files are migrated, newer ones refused.
VERSION = 4

#: How long a writer waits for the others; a transaction of ours takes milliseconds.
BUSY_SECONDS = 60
#: Pause between tries where SQLite does not wait itself.
AGAIN_SECONDS = 0.02

#: How long readers are waited for when the log is emptied; only an export or a rebuild reads for longer.
READER_SECONDS = 3

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every change of a text, in the order of commits. `record` is NULL when the text went away.
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL, post_id TEXT NOT NULL, record TEXT, hash TEXT, saved TEXT NOT NULL
);
CREATE INDEX revisions_by_id ON revisions (id, seq);

-- The newest revision of each text. `stated` and `position` change without making a revision: a new reply
-- moves all that follow, and that is no change of theirs. `dated` ("2015-03", or "2015" where no more is known),
-- `signed`, `status` and `deleted` are the record's, to be counted without reading every text.
CREATE TABLE posts (
  id TEXT PRIMARY KEY, url TEXT NOT NULL UNIQUE, site TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
  stated INTEGER, dated TEXT, signed INTEGER, status TEXT
) WITHOUT ROWID;
CREATE INDEX posts_by_site ON posts (site);
CREATE TABLE comments (
  id TEXT PRIMARY KEY, post_id TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, position INTEGER NOT NULL,
  dated TEXT, deleted INTEGER
) WITHOUT ROWID;
CREATE INDEX comments_by_post ON comments (post_id, position, dated, deleted);

-- What must not be archived (again): a post's URL, a site, or a person, everywhere or (`site`) at one site.
CREATE TABLE deny (
  kind TEXT NOT NULL CHECK (kind IN ('url', 'site', 'author')), value TEXT NOT NULL, site TEXT NOT NULL DEFAULT '',
  reason TEXT, added TEXT NOT NULL, PRIMARY KEY (kind, value, site)
) WITHOUT ROWID;

-- Every address a crawl knows of, and how its last visit went: the frontier.
CREATE TABLE pages (
  url TEXT PRIMARY KEY, site TEXT NOT NULL, post_id TEXT, discovered TEXT NOT NULL, visited TEXT, due TEXT NOT NULL,
  status INTEGER, reason TEXT, thread_whole INTEGER, failures INTEGER NOT NULL DEFAULT 0,
  etag TEXT, last_modified TEXT, body_hash TEXT
) WITHOUT ROWID;
CREATE INDEX pages_by_due ON pages (site, due);
CREATE INDEX pages_by_post ON pages (post_id);
CREATE TABLE aliases (url TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;

-- What a crawl learned of a site (platform, totals…), as JSON.
CREATE TABLE sites (site TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, spider TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, report TEXT
);

-- Where raw responses lie in the WARC files.
CREATE TABLE captures (
  url TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
  length INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (file, offset)
) WITHOUT ROWID;
CREATE INDEX captures_by_url ON captures (url, at);
CREATE INDEX captures_by_digest ON captures (digest, url);
"""

_POLICIES = """
-- What hosts say to crawlers in robots.txt and tdmrep.json, as they last answered.
CREATE TABLE policies (url TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER, body BLOB NOT NULL) WITHOUT ROWID
"""

_DATED = (
    "substr(json_extract(r.record, '$.published'), 1,"
    " iif(json_extract(r.record, '$.published_precision') = 'year', 4, 7))"
)
_COUNTED = f"""
ALTER TABLE posts ADD COLUMN dated TEXT;
ALTER TABLE posts ADD COLUMN signed INTEGER;
ALTER TABLE posts ADD COLUMN status TEXT;
ALTER TABLE comments ADD COLUMN dated TEXT;
UPDATE posts SET (dated, signed, status) = (SELECT {_DATED}, json_extract(r.record, '$.author') IS NOT NULL,
  json_extract(r.record, '$.status') FROM revisions r WHERE r.seq = posts.seq);
UPDATE comments SET dated = (SELECT {_DATED} FROM revisions r WHERE r.seq = comments.seq);
DROP INDEX comments_by_post;
CREATE INDEX comments_by_post ON comments (post_id, position, dated)
"""  # noqa: S608 (our own constant)

_PLACES = """
ALTER TABLE comments ADD COLUMN deleted INTEGER;
UPDATE comments SET deleted =
  (SELECT json_extract(r.record, '$.deleted') FROM revisions r WHERE r.seq = comments.seq);
DROP INDEX comments_by_post;
CREATE INDEX comments_by_post ON comments (post_id, position, dated, deleted)
"""

#: What makes a file of one version one of the next.
_MIGRATIONS = {1: _POLICIES, 2: _COUNTED, 3: _PLACES}


class Database:
    """An open records.db; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it and its directory where missing; raise `ArchiveOpenError`."""
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            make_directory(path.parent)
            self._prepare()
        except (OSError, sqlite3.DatabaseError) as error:
            self.close()
            raise _open_error(path, error) from error
        except ArchiveError:
            self.close()
            raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The calling thread's own connection, in autocommit mode."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            with self._lock:
                self._open.append(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is forgotten must be gone from the file
            self._local.connection = connection
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction: all of it is committed, or nothing.

        Raise `ArchiveBusyError` or `ArchiveWriteError` when SQLite refuses.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # A full disk may have rolled back already.
                with suppress(sqlite3.OperationalError):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            with suppress(sqlite3.OperationalError):
                connection.execute("ROLLBACK")
            raise _write_error(self.path, error) from error
        except sqlite3.DatabaseError as error:
            raise _open_error(self.path, error) from error

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Give a connection of its own on which every read sees the same commit."""
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM meta").fetchone()  # SQLite takes the snapshot at the first read
            yield connection
        finally:
            connection.close()

    def meta(self, name: str) -> str | None:
        """Return what is noted under `name`: `version`, `archive_id`."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def damage(self) -> list[str]:
        """Return what SQLite's own check finds wrong with the file; empty when sound."""
        rows = self.connection.execute("PRAGMA integrity_check").fetchall()
        return [str(text) for (text,) in rows if text != "ok"]

    def empty_log(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing; False while another process reads from it."""
        self.connection.execute(f"PRAGMA busy_timeout = {READER_SECONDS * 1000}")
        try:
            busy, _, _ = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        sync(self.path.with_name(f"{self.path.name}-wal"))  # SQLite leaves the cut to the system
        return not busy

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()

    def _prepare(self) -> None:
        if not self._has_tables() and self._is_foreign():
            raise sqlite3.DatabaseError("it is another program's database")
        self._log_ahead()
        if not self._has_tables():
            with self.write() as connection:
                if not self._has_tables():  # another process may have been first
                    for statement in [*_TABLES.split(";\n"), _POLICIES]:
                        connection.execute(statement)
                    values = [("version", str(VERSION)), ("archive_id", uuid4().hex)]
                    connection.executemany("INSERT INTO meta VALUES (?, ?)", values)
        version = int(self.meta("version") or 0)
        if version < VERSION:
            self._migrate()
        if version > VERSION:
            raise ArchiveVersionError(
                f"{self.path} was written by a newer sales-archive (format {version}, this one knows {VERSION}); "
                "upgrade the program"
            )

    def _log_ahead(self) -> None:
        """Switch to write-ahead logging, for which SQLite does not wait while another process does the same."""
        until = monotonic() + BUSY_SECONDS
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if not _is_locked(error) or monotonic() > until:
                    raise
                sleep(AGAIN_SECONDS)
            else:
                return

    def _migrate(self) -> None:
        with self.write() as connection:
            for version in range(int(self.meta("version") or 0), VERSION):  # another process may have been first
                for statement in _MIGRATIONS[version].split(";\n"):
                    connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE name = 'version'", (str(VERSION),))

    def _has_tables(self) -> bool:
        found = self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        return found is not None

    def _is_foreign(self) -> bool:
        found = self.connection.execute("SELECT group_concat(name) NOT LIKE '%meta%' FROM sqlite_master").fetchone()
        return bool(found[0])


def _open_error(path: Path, error: Exception) -> ArchiveOpenError | ArchiveBusyError:
    if _is_locked(error):
        return ArchiveBusyError(f"{path} was locked by another process for {BUSY_SECONDS} s; try again later")
    return ArchiveOpenError(
        f"cannot open {path}: {error}; check the directory and its permissions, "
        "or load your last export into a new directory with `sales-archive load`"
    )


def _write_error(path: Path, error: sqlite3.OperationalError) -> ArchiveBusyError | ArchiveWriteError:
    if _is_locked(error):
        return ArchiveBusyError(f"{path} was locked by another process for {BUSY_SECONDS} s; try again later")
    return ArchiveWriteError(
        f"cannot write {path}: {error}; nothing of this change was kept; free space and run again"
    )


def _is_locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error))
