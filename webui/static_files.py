"""Addresses of static files that change when the file does, so that browsers may keep them for ever."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask

from webui.addressing import path_to

#: A year, the longest that caches are asked for.
KEPT_SECONDS = 365 * 24 * 3600

_TAG_LENGTH = 12


def versioned(app: Flask) -> Callable[[str], str]:
    """Return the function by which templates name a static file."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=64)
    def tag(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:_TAG_LENGTH]

    def address(name: str) -> str:
        return path_to("static", filename=name, v=tag(name))

    return address
