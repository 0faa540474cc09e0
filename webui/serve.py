"""`sales-archive serve`: serve the web UI of an archive."""

import errno
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.cli.lazy import lazy
from archive.cli.output import line
from archive.errors import ArchiveError

if TYPE_CHECKING:
    from waitress import server as waitress_server

    from archive.cli import archives
    from archive.search import memory
    from webui import app, index_refresh
else:
    archives = lazy("archive.cli.archives")
    memory = lazy("archive.search.memory")
    waitress_server = lazy("waitress.server")
    app = lazy("webui.app")
    index_refresh = lazy("webui.index_refresh")

#: Requests handled at once; a search holds the interpreter for milliseconds.
THREADS = 8
#: By default Waitress accepts 100 connections and keeps an idle one for 120 s, so 100 slow clients lock everyone out.
#: Requests here consist of a URL and a few headers.
LIMITS = {
    "connection_limit": 800,  # below the usual limit of 1,024 open files
    "channel_timeout": 30,
    "cleanup_interval": 5,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 64 * 1024,
    "asyncore_use_poll": True,
}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Host names of this machine; another name means that a foreign page tries to read the archive (DNS rebinding).
LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]


@click.command(short_help="Serve the archive to a web browser.")
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Address to listen on (default: this machine only)."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    show_default=True,
    metavar="PORT",
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Require the password on the first line of FILE.",
)
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Host name under which to serve the archive; repeatable.",
)
@click.option("--prefix", default="", metavar="/PATH", help="URL path below which to serve the archive.")
@click.option(
    "--trusted-proxy",
    metavar="ADDRESS",
    help="Address of a proxy whose X-Forwarded-For, -Host and -Proto headers are trusted.",
)
@click.pass_obj
def command(directory: Path, /, **options: Any) -> int:
    """Serve the archive to a web browser.

    Runs until interrupted with Ctrl-C. docs/web.md explains how to run it behind a proxy.
    """
    archives.existing(directory).close()
    memory.share_heap()
    prefix = _prefix(options["prefix"])
    try:
        application = app.create_app(_config(directory, options))
        served = application.extensions["archive"]
        index_refresh.keep_index_current(served.archive)
        server = waitress_server.create_server(application, **_serving(options, prefix))
    except (OSError, ValueError) as error:
        raise ArchiveError(_reason(error, options["host"], options["port"])) from error
    for host, port in _bound_addresses(server):
        shown = f"[{host}]" if ":" in host else host
        line(f"Serving {directory} at http://{shown}:{port}{prefix}/")
    sys.stdout.flush()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        served.archive.close()
    return 0


def _reason(error: OSError | ValueError, host: str, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; choose another with --port"
    return str(error)


def _config(directory: Path, options: dict[str, Any]) -> dict[str, object]:
    config: dict[str, object] = {"ARCHIVE_DIR": directory}
    if options["password_file"]:
        config["PASSWORD"] = _password(options["password_file"])
    if options["allowed_hosts"] or options["host"] in LOOPBACK:
        config["TRUSTED_HOSTS"] = [*LOCAL_NAMES, *options["allowed_hosts"]]
    return config


def _serving(options: dict[str, Any], prefix: str) -> dict[str, Any]:
    serving: dict[str, Any] = LIMITS | {
        "host": options["host"],
        "port": options["port"],
        "threads": THREADS,
        "ident": None,
        "url_prefix": prefix,
    }
    if options["trusted_proxy"]:
        serving |= {
            "trusted_proxy": options["trusted_proxy"],
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        }
    return serving


def _bound_addresses(server: object) -> list[tuple[str, int]]:
    several = getattr(server, "effective_listen", None)
    return several or [(getattr(server, "effective_host"), int(getattr(server, "effective_port")))]  # noqa: B009 (waitress has two kinds of server)


def _password(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise ValueError(f"{path} has no password on its first line")
    return lines[0].strip()


def _prefix(text: str) -> str:
    prefix = text.strip("/")
    return f"/{prefix}" if prefix else ""
