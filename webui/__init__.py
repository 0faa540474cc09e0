"""The web UI: a thin Flask application. Views parse the request, query the archive and render a template."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webui.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    """Import `create_app` on first use; Flask and WSGI servers call it as `webui:create_app`."""
    if name in __all__:
        return getattr(importlib.import_module("webui.app"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
