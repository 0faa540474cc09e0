"""What git knows of a content folder: when each file was last edited, and how to get a copy of it."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

#: A blog's whole history is cloned within this; the largest seen took two minutes.
CLONE_SECONDS = 900
LOG_SECONDS = 120

PORTS = {"https": 443, "http": 80}

#: git asks nothing, runs nothing of the repository's, and speaks plain HTTPS to the host that was checked only.
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
_CAREFUL = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.symlinks", "false"),
    ("core.quotePath", "false"),
    ("http.followRedirects", "false"),
    ("log.showSignature", "false"),  # a repository may name the program that checks them
)


class GitError(Exception):
    """Say what git could not do."""


def clone(url: str, into: Path, *, at: str) -> None:
    """Clone a repository with its history from the address `at` that the caller has checked; raise `GitError`.

    git is told the address, so that it does not look the host up again and find another.
    """
    parts = urlsplit(url)
    where = f"[{at}]" if ":" in at else at
    pinned = f"http.curloptResolve={parts.hostname}:{parts.port or PORTS[parts.scheme]}:{where}"
    names = () if ":" in (parts.hostname or "") else ("-c", pinned)  # an address is not looked up
    _git(*names, "clone", "--quiet", "--", url, str(into), seconds=CLONE_SECONDS, protocol=parts.scheme)


def edits(folder: Path) -> dict[Path, datetime]:
    """Return when each file below `folder` was last edited, of those that changed after their first commit.

    Empty where the folder is no git repository, or git is not installed.
    """
    try:
        top = Path(_git("-C", str(folder), "rev-parse", "--show-toplevel").strip())
        log = _git(
            "-C",
            str(folder),
            "log",
            "--format=%x00%ct",
            "--name-only",
            "-z",
            "--no-renames",
            "--",
            ".",
            seconds=LOG_SECONDS,
        )
    except GitError:
        return {}
    return _last_edits(log, top)


def _last_edits(log: str, top: Path) -> dict[Path, datetime]:
    latest: dict[Path, datetime] = {}
    commits: dict[Path, int] = {}
    moment: datetime | None = None
    for field in log.split("\0"):
        text = field.strip("\n")
        if text.isdecimal():
            moment = datetime.fromtimestamp(int(text), UTC)
        elif text and moment is not None:
            path = top / text
            latest.setdefault(path, moment)
            commits[path] = commits.get(path, 0) + 1
    return {path: moment for path, moment in latest.items() if commits[path] > 1}


def _git(*arguments: str, seconds: int = LOG_SECONDS, protocol: str = "") -> str:
    """Run git; it may speak one protocol or none, whatever the repository's own settings allow."""
    careful = [word for name, value in _CAREFUL for word in ("-c", f"{name}={value}")]
    try:
        done = subprocess.run(  # noqa: S603 (no shell; the arguments are ours, the URL stands behind "--")
            ["git", *careful, *arguments],  # noqa: S607 (the user's own git)
            capture_output=True,
            check=False,
            env={**os.environ, **_ENVIRONMENT, "GIT_ALLOW_PROTOCOL": protocol},
            timeout=seconds,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {seconds} s") from error
    if done.returncode:
        raise GitError(done.stderr.decode("utf-8", "replace").strip() or f"git ended with {done.returncode}")
    return done.stdout.decode("utf-8", "replace")
