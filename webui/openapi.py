"""The API's description in the form of OpenAPI 3.1."""

from typing import Any


def description(root: str) -> dict[str, Any]:
    """Return the description of an API served below `root`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sales Archive", "version": "1"},
        "servers": [{"url": root or "/"}],
        "paths": {},
    }
