"""A real WordPress in a temporary directory, from Debian's packages: MariaDB, PHP's own server, several faces.

Nothing is installed or configured system-wide, nothing outlives `WordPress.running`.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.support.ports import free_port

DEBIAN = Path("/usr/share/wordpress")
MARIADBD = Path("/usr/sbin/mariadbd")
THEMES = ("twentytwentyone", "twentytwentytwo", "twentytwentythree")
SCRIPTS = Path(__file__).parent / "php"

START_SECONDS = 60
SCRIPT_SECONDS = 120
#: Processes that answer for one face; a crawl asks for a few pages at once.
WORKERS = 3

_CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:%s' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'AUTH_KEY', 'tests only' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
$table_prefix = 'wp_';
require_once __DIR__ . '/wp-settings.php';
"""


@dataclass(frozen=True)
class Face:
    """One look of the blog, at an address of its own."""

    name: str
    #: WordPress's own options: `template`, `permalink_structure`, `comments_per_page`…
    options: Mapping[str, str]
    rest: bool = True
    sitemap: bool = True
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def max_depth(self) -> int:
        """Levels of replies that the page nests; deeper ones are printed as siblings."""
        return int(self.options["thread_comments_depth"])

    def environment(self) -> dict[str, str]:
        address = {"home": self.url, "siteurl": self.url}
        values = {
            "name": self.name,
            "options": {**self.options, **address},
            "rest": self.rest,
            "sitemap": self.sitemap,
        }
        return {"WORDPRESS_FACE": json.dumps(values)}


def missing_packages() -> list[str]:
    """Return the Debian packages that this machine lacks."""
    needs = {
        "wordpress": (DEBIAN / "wp-load.php").exists(),
        "mariadb-server": MARIADBD.exists() and shutil.which("mariadb-install-db"),
        "php-cli": shutil.which("php"),
        **{f"wordpress-theme-{each}": (DEBIAN / "wp-content" / "themes" / each).exists() for each in THEMES},
    }
    return [package for package, there in needs.items() if not there]


class WordPress:
    """A seeded WordPress whose faces answer on loopback."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._root = directory / "site"
        self._socket = directory / "db.sock"
        self._running = ExitStack()

    @classmethod
    @contextmanager
    def running(cls, blog: Mapping[str, Any]) -> Iterator[Self]:
        """Boot and seed; stop everything and delete it at the end of the block."""
        with tempfile.TemporaryDirectory(prefix="wp-") as directory:  # short: a socket's path has 107 characters
            wordpress = cls(Path(directory))
            with wordpress._running:
                wordpress._boot()
                wordpress._run("seed.php", blog)
                yield wordpress

    def serve(self, face: Face) -> None:
        """Let a face answer at its address from now on."""
        command = [*self._php(), "-S", f"127.0.0.1:{face.port}", "-t", str(self._root), str(SCRIPTS / "router.php")]
        environment = face.environment() | {"PHP_CLI_SERVER_WORKERS": str(WORKERS)}
        self._start(command, environment, log=f"{face.name}.log")
        _wait_for(socket.AF_INET, ("127.0.0.1", face.port), face.name)

    def truth(self, face: Face) -> dict[str, Any]:
        """Return what the database holds, with the addresses of a face; see truth.php."""
        return dict(json.loads(self._run("truth.php", None, face.environment())))

    @contextmanager
    def changed(self, *, comments: list[dict[str, Any]], edits: Mapping[int, str]) -> Iterator[list[int]]:
        """Add comments and edit posts through WordPress's API for the block; give the comments' ids."""
        change = json.loads(self._run("change.php", {"comments": comments, "edits": edits}))
        try:
            yield [int(each) for each in change["comments"]]
        finally:
            self._run("restore.php", change)

    def _boot(self) -> None:
        self._lay_out()
        self._start_database()

    def _lay_out(self) -> None:
        self._root.mkdir()
        for source in DEBIAN.glob("*.php"):
            if source.name != "wp-config.php":
                shutil.copy(source, self._root)
        for name in ("wp-includes", "wp-admin"):
            (self._root / name).symlink_to(DEBIAN / name)
        content = self._root / "wp-content"
        (content / "themes").mkdir(parents=True)
        (content / "mu-plugins").mkdir()
        for name in THEMES:
            (content / "themes" / name).symlink_to(DEBIAN / "wp-content" / "themes" / name)
        shutil.copytree(SCRIPTS / "plain", content / "themes" / "plain")
        shutil.copy(SCRIPTS / "face.php", content / "mu-plugins")
        (self._root / "wp-config.php").write_text(_CONFIG % self._socket, encoding="utf-8")

    def _start_database(self) -> None:
        files = self._directory / "db"
        user = ["--user=root"] if os.geteuid() == 0 else []
        install = ["mariadb-install-db", "--no-defaults", f"--datadir={files}", "--skip-test-db", *user]
        install += ["--auth-root-authentication-method=normal", "--skip-name-resolve"]
        subprocess.run(install, check=True, capture_output=True, timeout=START_SECONDS)
        command = [str(MARIADBD), "--no-defaults", f"--datadir={files}", f"--socket={self._socket}", *user]
        command += ["--skip-networking", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0"]
        command += [
            "--innodb-doublewrite=0",
            "--character-set-server=utf8mb4",
            f"--pid-file={self._directory}/db.pid",
        ]
        self._start(command, {}, log="db.log")
        _wait_for(socket.AF_UNIX, str(self._socket), "MariaDB")
        create = ["mariadb", "--no-defaults", f"--socket={self._socket}", *(["-u", "root"])]
        subprocess.run([*create, "-e", "CREATE DATABASE wordpress"], check=True, timeout=START_SECONDS)

    def _php(self) -> list[str]:
        options = {
            "memory_limit": "512M",
            "display_errors": "stderr",
            "opcache.enable_cli": "1",
            "opcache.validate_timestamps": "0",
            "opcache.file_cache": str(self._directory),
        }
        return ["php", *(f"-d{name}={value}" for name, value in options.items())]

    def _run(self, script: str, value: object, environment: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self._php(), str(SCRIPTS / script)],
            input=json.dumps(value),
            env=self._environment(environment or {}),
            capture_output=True,
            text=True,
            timeout=SCRIPT_SECONDS,
            check=False,
        )
        if done.returncode != 0 or done.stderr:
            raise RuntimeError(f"{script} failed ({done.returncode}): {done.stderr or done.stdout}")
        return done.stdout

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return os.environ | {"WORDPRESS_ROOT": str(self._root)} | dict(more)

    def _start(self, command: list[str], environment: Mapping[str, str], *, log: str) -> None:
        with (self._directory / log).open("wb") as output:
            process = subprocess.Popen(
                command,
                env=self._environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process and its children, which PHP's server leaves behind when only the parent is stopped."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(family: socket.AddressFamily, address: str | tuple[str, int], name: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with socket.socket(family) as connection:
            try:
                connection.connect(address)
            except OSError as error:
                if time.monotonic() > until:
                    raise TimeoutError(f"{name} did not answer within {START_SECONDS} s") from error
            else:
                return
        time.sleep(0.05)
