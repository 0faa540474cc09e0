"""Damage of the index files: told from other errors where files are opened and decoded, and nowhere else.

Whoosh has no error of its own for files that are torn or not its own: it raises what Python does on the way. The same
errors anywhere else are faults of the program, which building the index anew would hide.
"""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pickle import UnpicklingError

from whoosh import index as whoosh_index

#: What decoding raises on bytes that are not what was written.
MALFORMED = (
    whoosh_index.IndexError,
    EOFError,
    UnpicklingError,
    struct.error,
    zlib.error,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ImportError,
    AssertionError,
    NotImplementedError,
    OverflowError,
)

#: The same, and what is raised where a file is gone, or where bytes promise more than memory holds.
DAMAGE = (*MALFORMED, OSError, MemoryError)


class IndexDamageError(Exception):
    """Say that files of the index are torn, foreign or gone; `WhooshEngine` names the remedy, or builds it anew."""


@contextmanager
def decoding(errors: tuple[type[Exception], ...] = DAMAGE) -> Iterator[None]:
    """Raise `IndexDamageError` in place of these errors; nothing but opening and decoding belongs in the block."""
    try:
        yield
    except errors as error:
        raise IndexDamageError(f"{type(error).__name__}: {error}") from error
