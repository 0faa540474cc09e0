"""Serve the archive: `python -m webui --archive DIR`, what `sales-archive serve` runs."""

import argparse
import sys
from pathlib import Path
from typing import Any

from waitress.server import create_server

from archive.errors import ArchiveError
from archive.search.memory import share_heap
from webui.app import create_app
from webui.index_refresh import keep_index_current

#: Requests answered at once; a search holds the interpreter for milliseconds.
THREADS = 8
#: Waitress serves 100 connections and keeps a silent one for 120 s: a hundred slow clients shut everyone out. Nobody
#: has anything to send here but an address and some headers.
LIMITS = {
    "connection_limit": 800,  # below the 1,024 files that a process may usually open
    "channel_timeout": 30,
    "cleanup_interval": 5,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 64 * 1024,
    "asyncore_use_poll": True,
}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Names by which a browser on this machine may ask; any other is a page elsewhere trying to read the archive.
LOCAL_NAMES = ["127.0.0.1", "localhost", "[::1]"]


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return the exit status."""
    options = _parser().parse_args(arguments)
    share_heap()
    try:
        app = create_app(_config(options))
        archive = app.extensions["archive"].archive
        keep_index_current(archive)
        server = create_server(app, **_server_options(options))
    except (ArchiveError, OSError, ValueError) as error:
        sys.stderr.write(f"sales-archive: {error}\n")
        return 2
    for host, port in _bound_addresses(server):
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"Serving {options.archive} at http://{shown}:{port}{options.prefix}/\n")
    sys.stdout.flush()
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        archive.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m webui", description="Serve an archive in a browser.")
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="ask for the password on its first line")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME",
                        help="a name under which browsers ask for the archive; repeatable")  # fmt: skip
    parser.add_argument("--prefix", type=_prefix, default="", metavar="/PATH", help="path below which it is served")
    parser.add_argument("--trusted-proxy", metavar="ADDRESS",
                        help="address of the proxy whose X-Forwarded-For, -Host and -Proto are believed")  # fmt: skip
    return parser


def _config(options: argparse.Namespace) -> dict[str, object]:
    config: dict[str, object] = {"ARCHIVE_DIR": options.archive}
    if options.password_file:
        config["PASSWORD"] = _password(options.password_file)
    if options.allow_host or options.host in LOOPBACK:
        config["TRUSTED_HOSTS"] = [*LOCAL_NAMES, *options.allow_host]
    return config


def _server_options(options: argparse.Namespace) -> dict[str, Any]:
    server: dict[str, Any] = LIMITS | {"host": options.host, "port": options.port, "threads": THREADS, "ident": None,
                                        "url_prefix": options.prefix}  # fmt: skip
    if options.trusted_proxy:
        server |= {
            "trusted_proxy": options.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        }
    return server


def _bound_addresses(server: object) -> list[tuple[str, int]]:
    several = getattr(server, "effective_listen", None)
    return several or [(getattr(server, "effective_host"), int(getattr(server, "effective_port")))]  # noqa: B009 (waitress has two kinds of server)


def _password(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise ValueError(f"{path} holds no password on its first line")
    return lines[0].strip()


def _prefix(text: str) -> str:
    prefix = text.strip("/")
    return f"/{prefix}" if prefix else ""
