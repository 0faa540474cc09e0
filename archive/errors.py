"""The archive's errors: one tree of exceptions under `ArchiveError`.

ArchiveError
├── ArchiveOpenError      the directory cannot be used as an archive
│   ├── ArchiveVersionError   it was made by a newer version
│   └── ArchiveSpaceError     it was made by an older version, and the disk has no room to migrate it
├── ArchiveBusyError      another process holds what is needed, past the time we wait
├── ArchiveReadError      the records cannot be read
├── ArchiveWriteError     the disk refused a write
├── QueryError            a query is too large or too slow to answer
├── NotFoundError         no such post
└── DatasetError          an export directory is damaged or of another form
"""


class ArchiveError(Exception):
    """Base of everything the archive raises on purpose; its message is fit for a person."""


class ArchiveOpenError(ArchiveError):
    """Say that the directory cannot be opened as an archive, and what to do."""


class ArchiveVersionError(ArchiveOpenError):
    """Say that the archive was written by a newer version of this program."""


class ArchiveSpaceError(ArchiveOpenError):
    """Say that an older archive was left as it is, as the disk has no room to migrate it, and how much it takes."""


class ArchiveBusyError(ArchiveError):
    """Say that a lock was not free within the time we wait."""


class ArchiveReadError(ArchiveError):
    """Say that the records cannot be read: damaged, or locked for too long."""


class ArchiveWriteError(ArchiveError):
    """Say that a write failed: disk full, read-only, or damaged."""


class QueryError(ArchiveError):
    """Say why a query is not answered."""


class NotFoundError(ArchiveError):
    """Say that no record has this id."""


class DatasetError(ArchiveError):
    """Say what is wrong with a dataset directory, in which file and line."""
