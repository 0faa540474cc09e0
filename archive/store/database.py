"""records.db: the one SQLite file that holds the truth, its tables, and how it is opened.

WAL lets many spiders write while others read. Each thread has its own connection, each write is one
`BEGIN IMMEDIATE` transaction, so a process killed at any moment leaves the state before or after it.

No other module knows which database this is: the rest of the store runs SQL on a `Connection`, and what SQLite raises
is an error of `archive.errors` to everybody.
"""

import filecmp
import logging
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from archive.errors import (
    ArchiveBusyError,
    ArchiveError,
    ArchiveOpenError,
    ArchiveReadError,
    ArchiveSpaceError,
    ArchiveVersionError,
    ArchiveWriteError,
)
from archive.files.durable import make_directory, sync
from archive.files.lock import acquire
from archive.store.tables import MIGRATIONS, POLICIES, TABLES, VERSION

logger = logging.getLogger(__name__)

#: Bytes of what disks are sold by.
MB = 1_000_000

#: How long a writer waits for the others; a transaction of ours takes milliseconds.
BUSY_SECONDS = 60
#: Pause between tries where SQLite does not wait itself.
AGAIN_SECONDS = 0.02

#: How long readers are waited for when the log is emptied; only an export or a rebuild reads for longer.
READER_SECONDS = 3


class Rows:
    """What a statement gave: rows to iterate over once, and what it changed."""

    __slots__ = ("_cursor", "_path")

    def __init__(self, cursor: sqlite3.Cursor, path: Path) -> None:
        """Take the rows of a cursor on the file at `path`."""
        self._cursor = cursor
        self._path = path

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows, each a tuple; raise `ArchiveReadError`."""
        try:
            yield from self._cursor
        except sqlite3.DatabaseError as error:
            raise _read_error(self._path, error) from error

    def fetchone(self) -> Any:
        """Return the next row; `None` when there is none. Raise `ArchiveReadError`."""
        try:
            return self._cursor.fetchone()
        except sqlite3.DatabaseError as error:
            raise _read_error(self._path, error) from error

    def fetchall(self) -> list[Any]:
        """Return the rows that are left; raise `ArchiveReadError`."""
        return list(self)

    @property
    def rowcount(self) -> int:
        """Number of rows that the statement wrote or deleted."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int:
        """Number of the row that an INSERT made."""
        return self._cursor.lastrowid or 0


class Connection:
    """What SQL is run on; of one thread, in autocommit mode outside `Database.write`."""

    __slots__ = ("_path", "_sqlite")

    def __init__(self, path: Path) -> None:
        """Open the file, making an empty one where there is none."""
        self._path = path
        self._sqlite = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run a statement; raise `ArchiveReadError`, which `Database.write` turns into the error of a write."""
        try:
            return Rows(self._sqlite.execute(sql, parameters), self._path)
        except sqlite3.DatabaseError as error:
            raise _read_error(self._path, error) from error

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Rows:
        """Run a statement that writes, for each of many parameters; raise as `execute` does."""
        try:
            return Rows(self._sqlite.executemany(sql, parameters), self._path)
        except sqlite3.DatabaseError as error:
            raise _read_error(self._path, error) from error

    def copy_to(self, path: Path) -> None:
        """Copy all that is committed to a new file; raise `ArchiveReadError`."""
        try:
            with closing(sqlite3.connect(path)) as target:
                self._sqlite.backup(target)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        except sqlite3.DatabaseError as error:
            raise _read_error(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._sqlite.close()


class Database:
    """An open records.db; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it and its directory where missing; raise `ArchiveOpenError`."""
        self.path = path
        self._local = threading.local()
        self._open: list[Connection] = []
        self._lock = threading.Lock()
        try:
            make_directory(path.parent)
            self._prepare()
        except (OSError, sqlite3.DatabaseError, ArchiveReadError) as error:
            self.close()
            raise _open_error(path, error.__cause__ or error) from error
        except ArchiveError:
            self.close()
            raise

    @property
    def connection(self) -> Connection:
        """The calling thread's own connection, in autocommit mode."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = Connection(self.path)
            with self._lock:
                self._open.append(connection)
            self._local.connection = connection
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")  # what is forgotten must be gone from the file
        return connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block as one transaction: all of it is committed, or nothing.

        Raise `ArchiveBusyError` or `ArchiveWriteError` when SQLite refuses.
        """
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                _roll_back(connection)
                raise
            connection.execute("COMMIT")
        except ArchiveReadError as error:
            _roll_back(connection)
            if isinstance(error.__cause__, sqlite3.OperationalError):
                raise _write_error(self.path, error.__cause__) from error.__cause__
            raise _open_error(self.path, error.__cause__ or error) from error.__cause__

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection of its own on which every read sees the same commit."""
        with closing(Connection(self.path)) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM meta").fetchone()  # SQLite takes the snapshot at the first read
            yield connection

    def meta(self, name: str) -> str | None:
        """Return what is noted under `name`: `version`, `archive_id`."""
        return meta(self.connection, name)

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

    def delete_copies(self) -> None:
        """Delete the copies that migrations kept: what is forgotten is in them, too."""
        for path in self.path.parent.glob(f"{self.path.stem}-v*.db*"):
            path.unlink()
            sync(self.path.parent)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()

    def _prepare(self) -> None:
        if not self._is_empty() and not self._is_ours():  # in this order: another process may make our tables
            raise sqlite3.DatabaseError("it is another program's database")
        self._log_ahead()
        if self._is_empty():
            with self.write() as connection:
                if self._is_empty():  # another process may have been first
                    for statement in [*TABLES.split(";\n"), POLICIES]:
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
            except ArchiveReadError as error:
                if not _is_locked(error.__cause__) or monotonic() > until:
                    raise
                sleep(AGAIN_SECONDS)
            else:
                return

    def _migrate(self) -> None:
        """Make a file of an older version one of this, keeping a copy of it as it was."""
        lock = self.path.with_name("locks") / "migration"
        make_directory(lock.parent)
        with lock.open("w") as file:
            acquire(file)
            version = int(self.meta("version") or 0)
            if version >= VERSION:  # another process was first
                return
            self._require_space(version)
            with self.write() as connection, self._copied(version) as copy:
                for older in range(version, VERSION):
                    for statement in MIGRATIONS[older].split(";\n"):
                        connection.execute(statement)
                set_meta(connection, "version", str(VERSION))
        logger.warning("%s was migrated to format %d; %s is a copy of it as it was", self.path, VERSION, copy)

    def _require_space(self, version: int) -> None:
        """Raise `ArchiveSpaceError` unless there is room for a copy, and for as much again written to the log."""
        (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = self.connection.execute("PRAGMA page_size").fetchone()
        needed, free = 2 * pages * page_bytes, shutil.disk_usage(self.path.parent).free
        if free < needed:
            raise ArchiveSpaceError(
                f"{self.path} was written by an older sales-archive (format {version}); migrating it takes "
                f"{-(-needed // MB):,} MB of disk, half of it for a copy, and {free // MB:,} MB are free; "
                "nothing was changed; free space and open it again"
            )

    @contextmanager
    def _copied(self, version: int) -> Iterator[Path]:
        """Give a copy of the file, on the disk; it goes again when the block fails. No older copy is written over."""
        new = self.path.with_name(f"{self.path.stem}-v{version}.db.new")
        kept: Path | None = None
        try:
            new.unlink(missing_ok=True)
            with closing(Connection(self.path)) as source:
                source.copy_to(new)
            sync(new)
            names = (f"{self.path.stem}-v{version}{number}.db" for number in chain([""], count(-2, -1)))
            paths = map(self.path.with_name, names)
            copy = next(path for path in paths if not path.exists() or filecmp.cmp(path, new, shallow=False))
            if not copy.exists():  # else one that failed before has left it
                kept = new.rename(copy)
                sync(copy.parent)
            yield copy
        except BaseException:
            if kept is not None:
                kept.unlink()
            raise
        finally:
            new.unlink(missing_ok=True)

    def _is_empty(self) -> bool:
        return self.connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None

    def _is_ours(self) -> bool:
        """Tell whether there is a table `meta` with our two columns and a row `version`, which is a number."""
        columns = self.connection.execute("SELECT name FROM pragma_table_info('meta')").fetchall()
        return columns == [("name",), ("value",)] and (self.meta("version") or "").isdecimal()


def meta(connection: Connection, name: str) -> str | None:
    """Return what is noted of the archive under `name`; `None` when nothing is."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def metas(connection: Connection, prefix: str) -> list[str]:
    """Return all that is noted under names that begin with `prefix`, ordered by name."""
    rows = connection.execute("SELECT value FROM meta WHERE name LIKE ? ORDER BY name", (f"{prefix}%",))
    return [str(value) for (value,) in rows]


def set_meta(connection: Connection, name: str, value: str | None) -> None:
    """Note `value` under `name` in place of what was noted there, or nothing, in the caller's transaction."""
    connection.execute("DELETE FROM meta WHERE name = ?", (name,))
    if value is not None:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (name, value))


def _roll_back(connection: Connection) -> None:
    with suppress(ArchiveReadError):  # a full disk may have rolled back already
        connection.execute("ROLLBACK")


def _read_error(path: Path, error: sqlite3.DatabaseError) -> ArchiveReadError:
    return ArchiveReadError(f"cannot read {path}: {error}; see what is wrong with `sales-archive check`")


def _open_error(path: Path, error: BaseException) -> ArchiveOpenError | ArchiveBusyError:
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


def _is_locked(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error))
