"""Keep the search index current while serving, in a separate process.

A sync takes time and memory that would slow down requests. Readers see each commit at once.
"""

import logging
import subprocess
import sys
import threading

from archive.archive import Archive
from archive.errors import ArchiveError

_LOG = logging.getLogger(__name__)

#: Seconds between checks; a running crawl syncs the index itself.
EVERY_SECONDS = 60.0


def keep_index_current(archive: Archive) -> None:
    """Sync the index now if it is out of date, then check it in a background thread."""
    if not archive.engine.is_current():
        sys.stderr.write("The search index is out of date; updating it…\n")
    refresh_index(archive)
    threading.Thread(target=_watch, args=(archive,), name="index-refresh", daemon=True).start()


def refresh_index(archive: Archive) -> None:
    """Sync the index in a child process if it is out of date or damaged; log a failure."""
    if archive.engine.is_current():
        return
    _LOG.info("the search index is %d revisions behind", archive.store.last_seq() - archive.engine.seq())
    command = [sys.executable, "-P", "-m", "archive", "--archive", str(archive.directory), "index"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 (no shell, our own program)
    if done.returncode:
        _LOG.warning("could not update the search index: %s", done.stderr.strip() or f"exit status {done.returncode}")


def _watch(archive: Archive) -> None:
    pause = threading.Event()
    while not pause.wait(EVERY_SECONDS):
        try:
            refresh_index(archive)
        except ArchiveError as error:
            _LOG.warning("could not update the search index: %s", error)
