"""The web UI, a thin Flask application. Views read the address, ask the archive, and render."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webui.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """Return `create_app`, which Flask and WSGI servers call as `webui:create_app`, and import it only then."""
    if name in __all__:
        return getattr(importlib.import_module("webui.app"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
