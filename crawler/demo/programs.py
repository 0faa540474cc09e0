"""The programs that the demo runs: the real `scrapy crawl blog`, and the real web UI."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from crawler.demo.web import HOST

#: What the demo changes of `crawler.settings`: our own machine may be asked, and need not be spared.
CRAWL_SETTINGS = {
    "ALLOWED_PRIVATE": HOST,
    "DOWNLOAD_DELAY": "0",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "4",
    "HTTPPROXY_ENABLED": "False",
    "LOG_LEVEL": "WARNING",
}
#: How many ports are tried when the wanted one is taken.
_PORTS_TRIED = 20
#: A UI that does not answer by then has failed.
_START_SECONDS = 30
_STOP_SECONDS = 10


class DemoError(Exception):
    """Say why the demo cannot go on."""


def crawl(address: str, directory: Path) -> int:
    """Crawl one site into the archive as a user would; return the exit status of `scrapy`."""
    settings = CRAWL_SETTINGS | {"ARCHIVE_DIR": str(directory)}
    # -P: a folder named `archive` where the user is must not pass for our package.
    command = [sys.executable, "-P", "-m", "scrapy", "crawl", "blog", "-a", f"site={address}"]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    with _running(command, environment={"SCRAPY_SETTINGS_MODULE": "crawler.settings"}) as process:
        return process.wait()


@contextmanager
def web_ui(directory: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the archive until the end of the block; raise `DemoError` when it does not come up."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "archive",
        "--archive",
        str(directory),
        "serve",
        "--host",
        HOST,
        "--port",
        str(port),
    ]
    with _running(command) as process:
        _await_health(process, port)
        yield process


def free_port(wanted: int) -> int:
    """Return the first free port from `wanted` on; raise `DemoError` when twenty are taken."""
    for port in range(wanted, wanted + _PORTS_TRIED):
        if _is_free(port):
            return port
    raise DemoError(f"ports {wanted} to {wanted + _PORTS_TRIED - 1} are all taken; choose another with --port")


@contextmanager
def _running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of ours; whatever ends the block ends it too, gently first.

    In a process group of its own, out of reach of Ctrl-C: interrupted while it starts, it would print a trace.
    """
    variables = os.environ | (environment or {})
    process = subprocess.Popen(command, env=variables, process_group=0)  # noqa: S603 (no shell, our own)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(process: subprocess.Popen[bytes], port: int) -> None:
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DemoError(f"the web UI ended with status {process.returncode} before it answered")
        try:
            opener.open(f"http://{HOST}:{port}/health", timeout=1).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise DemoError(f"the web UI did not answer at port {port} within {_START_SECONDS} s")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
