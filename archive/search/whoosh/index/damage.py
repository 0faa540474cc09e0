"""Damage of the index files: told from other errors where files are opened and decoded, and nowhere else.

On files that are torn or not its own, Whoosh raises anything: `KeyError`, `struct.error`, `Exception` itself.
The same errors anywhere else are faults of the program, which building the index anew would hide.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class IndexDamageError(Exception):
    """Say that files of the index are torn, foreign or gone; `WhooshEngine` names the remedy, or builds it anew."""


@contextmanager
def decoding(*, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Raise `IndexDamageError` in place of all errors but those `passing`.

    Nothing but opening and decoding belongs in the block.
    """
    try:
        yield
    except IndexDamageError:
        raise
    except passing:
        raise
    except Exception as error:
        raise IndexDamageError(f"{type(error).__name__}: {error}") from error


@contextmanager
def decoding_to_write() -> Iterator[None]:
    """Do as `decoding`, but let `MemoryError` and `OSError` through: a writer meets a full memory or disk first."""
    with decoding(passing=(MemoryError, OSError)):
        yield
