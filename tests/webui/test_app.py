"""The application as Flask and WSGI servers find it."""

import subprocess
import sys
from pathlib import Path

from flask.cli import ScriptInfo

import webui


def test_flask_finds_the_application_in_the_package(directory: Path) -> None:
    app = ScriptInfo(app_import_path=f"webui:create_app({{'ARCHIVE_DIR': {str(directory)!r}}})").load_app()

    assert app.test_client().get("/health").status_code == 200
    app.extensions["archive"].archive.close()


def test_importing_the_package_does_not_import_flask() -> None:
    program = "import sys, webui; sys.exit('flask' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_package_has_no_other_names() -> None:
    assert not hasattr(webui, "make_app")
