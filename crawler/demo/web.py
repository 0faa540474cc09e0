"""The little web: every blog at its own port on loopback, served by threads of this process."""

import hashlib
import threading
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.demo.blogs import BLOGS
from crawler.demo.blogs.base import Answer, Blog

HOST = "127.0.0.1"

#: A client that says nothing for so long is hung up on.
_IDLE_SECONDS = 30


class LittleWeb:
    """All blogs, running from `with` to the end of its block."""

    def __init__(self, first_port: int = 0) -> None:
        """Take five ports from `first_port` on, 0 for any that are free; raise `OSError` when one is taken."""
        self._servers: list[_Server] = []
        try:
            for number, kind in enumerate(BLOGS):
                self._servers.append(_Server(kind, first_port + number if first_port else 0))
        except OSError:
            self._close()
            raise

    def __enter__(self) -> Self:
        """Begin to answer."""
        for server in self._servers:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop answering and free the ports."""
        for server in self._servers:
            server.shutdown()
        self._close()

    @property
    def blogs(self) -> list[Blog]:
        """The blogs, in the order of `BLOGS`; `base` is the address of each."""
        return [server.blog for server in self._servers]

    def blog(self, name: str) -> Blog:
        """Return the blog of that name; raise `KeyError`."""
        return {blog.name: blog for blog in self.blogs}[name]

    @property
    def asked(self) -> list[str]:
        """Every address asked for so far, in order per blog."""
        return [address for server in self._servers for address in list(server.asked)]

    def _close(self) -> None:
        for server in self._servers:
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, kind: type[Blog], port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.blog = kind(f"http://{HOST}:{self.server_port}")
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "LittleWeb"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        """Answer with a page, or with 304 where the client holds it already."""
        parts = urlsplit(self.path)
        self.server.asked.append(f"{self.server.blog.base}{self.path}")
        answer = self.server.blog.answer(unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True)))
        validators = _validators(answer)
        if _holds(self.headers, validators, answer.modified):
            self._send(HTTPStatus.NOT_MODIFIED, validators, b"")
            return
        body = answer.body.encode()
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(body))} | dict(answer.headers)
        self._send(answer.status, headers | validators, body)

    do_HEAD = do_GET  # noqa: N815 (the name http.server calls)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name http.server gives it)
        """Say nothing: the terminal belongs to the crawl."""

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _validators(answer: Answer) -> dict[str, str]:
    if not answer.static:
        return {}
    validators = {"ETag": f'"{hashlib.sha256(answer.body.encode()).hexdigest()[:16]}"'}
    if answer.modified is not None:
        validators["Last-Modified"] = format_datetime(answer.modified, usegmt=True)
    return validators


def _holds(headers: Message, validators: Mapping[str, str], modified: datetime | None) -> bool:
    """Tell whether the client's copy is still good; `If-None-Match` decides where it is given (RFC 9110, 13.2.2)."""
    if not validators:
        return False
    if "If-None-Match" in headers:
        return validators["ETag"] in headers["If-None-Match"]
    since = headers.get("If-Modified-Since")
    try:
        return since is not None and modified is not None and modified <= parsedate_to_datetime(since)
    except ValueError:
        return False
