"""Memory given back to the system: the C library keeps what large arrays leave behind, in each thread's own heap."""

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress


def give_back() -> None:
    """Ask the C library to return to the system what is free; do nothing where it has no way to (all but glibc)."""
    if _TRIM is not None:
        _TRIM(0)


def _find() -> Callable[[int], int] | None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such function
            trim = ctypes.CDLL(None).malloc_trim
            trim.argtypes = (ctypes.c_size_t,)
            return trim
    return None


_TRIM = _find()
