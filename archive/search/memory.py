"""The C library's memory: give back what is free, and share one heap between threads. Does nothing but on glibc.

A search allocates and frees arrays of megabytes in whichever thread answers it, and glibc keeps what was freed. An
engine gives memory back after it decoded much; the server asks for one heap before it starts its threads.
"""

import ctypes
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast


def give_back() -> None:
    """Ask the C library to return to the system what is free."""
    if _TRIM is not None:
        _TRIM(0)


def share_heap() -> None:
    """Let all threads allocate from one heap; call it before there are any."""
    if _OPTION is not None:
        _OPTION(_ARENA_MAX, 1)


def _function(name: str, *arguments: type[Any]) -> Callable[..., int] | None:
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # musl has no such function
            function = getattr(ctypes.CDLL(None), name)
            function.argtypes = arguments
            return cast(Callable[..., int], function)
    return None


#: `M_ARENA_MAX` of glibc's malloc.h.
_ARENA_MAX = -8

_TRIM = _function("malloc_trim", ctypes.c_size_t)
_OPTION = _function("mallopt", ctypes.c_int, ctypes.c_int)
