"""`create_app`: make the Flask application over an archive. Views read the address, ask the archive, and render."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from webui import errors, formatting, security
from webui.holdings import open_archive
from webui.links import paths
from webui.params import MAX_QUERY
from webui.views import api, feeds, people, posts, quotes, search, sites, versions

#: No request of ours carries a body; whatever comes is not read.
MAX_BODY = 64 * 1024

VIEWS = (search, posts, quotes, versions, people, sites, feeds, api)


def create_app(config: Mapping[str, Any]) -> Flask:
    """Return the application over the archive in `config["ARCHIVE_DIR"]`; raise `ArchiveOpenError` where none is.

    Optional: `PASSWORD` that every request must give; `TRUSTED_HOSTS` that may be asked for.
    """
    app = Flask(__name__)
    app.config.from_mapping(MAX_CONTENT_LENGTH=MAX_BODY, PASSWORD=None)
    app.config.from_mapping(config)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["archive"] = open_archive(Path(app.config["ARCHIVE_DIR"]))
    for views in VIEWS:
        app.register_blueprint(views.blueprint)
    formatting.register(app)
    errors.register(app)
    security.register(app)
    app.jinja_env.globals["max_query"] = MAX_QUERY
    app.context_processor(lambda: {"paths": paths()})
    return app
