"""Memory given back to the system: the C library keeps what large arrays leave behind.

With a heap for each thread, as it has by itself, what one leaves behind is of no use to the others.
"""

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast


def give_back() -> None:
    """Ask the C library to return to the system what is free; do nothing where it has no way to (all but glibc)."""
    if _TRIM is not None:
        _TRIM(0)


def share_heap() -> None:
    """Let all threads allocate from one heap; call it before there are any. Does nothing but on glibc."""
    if _OPTION is not None:
        _OPTION(_ARENA_MAX, 1)


def _find(name: str, *arguments: type[Any]) -> Callable[..., int] | None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such function
            found = getattr(ctypes.CDLL(None), name)
            found.argtypes = arguments
            return cast(Callable[..., int], found)
    return None


#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENA_MAX = -8

_TRIM = _find("malloc_trim", ctypes.c_size_t)
_OPTION = _find("mallopt", ctypes.c_int, ctypes.c_int)
