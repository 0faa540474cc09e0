"""The fixtures of the web UI: a small archive of invented writing, and a client of the application over it."""

from tests.support.web import app, client, directory, library

__all__ = ["app", "client", "directory", "library"]
