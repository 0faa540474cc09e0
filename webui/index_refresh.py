"""Keep the search index up with the records while serving, in a process of its own.

A sync needs memory and time that requests should not pay for, and readers see each commit as it is made.
"""

import logging
import subprocess
import sys
import threading

from archive.archive import Archive
from archive.errors import ArchiveError

_LOG = logging.getLogger(__name__)

#: How often the records are looked at; a crawl that is running syncs by itself.
EVERY_SECONDS = 60.0


def keep_index_current(archive: Archive) -> None:
    """Sync the index now if it is behind, then watch the records in the background."""
    if not archive.engine.is_current():
        sys.stderr.write("The search index is behind the records; catching up…\n")
    refresh_index(archive)
    threading.Thread(target=_watch, args=(archive,), name="index-refresh", daemon=True).start()


def refresh_index(archive: Archive) -> None:
    """Sync the index in a child process if it is behind or torn; a failure is logged, and no more."""
    if archive.engine.is_current():
        return
    _LOG.info("the search index is %d revisions behind", archive.store.last_seq() - archive.engine.seq())
    command = [sys.executable, "-P", "-m", "archive", "--archive", str(archive.directory), "index"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 (no shell, our own program)
    if done.returncode:
        _LOG.warning("the search index could not follow: %s", done.stderr.strip() or f"exit {done.returncode}")


def _watch(archive: Archive) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        try:
            refresh_index(archive)
        except ArchiveError as error:
            _LOG.warning("the search index could not follow: %s", error)
