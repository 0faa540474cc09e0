"""A blog on loopback whose every answer a test decides, and that remembers what it was asked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

PARAGRAPH = (
    "We called every name on the list before lunch and wrote down what each of them said about the price, the "
    "timing and the person who signs. By Friday the pattern was plain enough that nobody needed a slide to see it."
)


@dataclass
class Answer:
    """What the server says to one request."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    #: Answer a conditional request with 304 while the body stays.
    validators: bool = False


@dataclass
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    at: float
    #: As sent back.
    status: int = 0


class Blog:
    """The server's state: paths and their answers, or functions that make one."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer | Callable[[BaseHTTPRequestHandler], Answer | None]] = {}
        self.asked: list[Asked] = []
        self.url = ""

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def count(self, path: str) -> int:
        return self.paths().count(path)

    def post(self, slug: str, *, comments: int = 0, words: str = "", validators: bool = True) -> str:
        """Put a post at `/slug/`; return its path."""
        path = f"/{slug}/"
        self.pages[path] = Answer(post_page(slug, comments=comments, words=words), validators=validators)
        return path

    def sitemap(self, *paths: str, modified: str | None = None) -> None:
        """Let `/sitemap.xml` list these posts, with `lastmod` where given."""
        stated = f"<lastmod>{modified}</lastmod>" if modified else ""
        urls = "".join(f"<url><loc>{self.url}{path}</loc>{stated}</url>" for path in paths)
        xml = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        self.pages["/sitemap.xml"] = Answer(xml, headers={"Content-Type": "application/xml"})


def post_page(slug: str, *, comments: int = 0, words: str = "") -> str:
    """Return the page of a post with a classic WordPress list of comments under it."""
    listed = "".join(_comment(slug, number) for number in range(1, comments + 1))
    title = slug.replace("-", " ").capitalize()
    thread = f'<h2 class="comments-title">{comments} responses</h2><ol class="comment-list">{listed}</ol>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="2024-03-01T09:00:00Z"></head><body><article class="post">'
        f'<h1 class="entry-title">{title}</h1><div class="entry-content"><p>{PARAGRAPH}</p><p>{title}. {words} '
        f"{PARAGRAPH}</p></div></article>{thread if comments else ''}</body></html>"
    )


def _comment(slug: str, number: int) -> str:
    return (
        f'<li class="comment depth-1" id="comment-{number}"><div class="comment-author vcard">'
        f'<cite class="fn">Reader {number}</cite></div><div class="comment-meta commentmetadata">'
        f'<time datetime="2024-03-0{number % 9 + 1}T10:00:00+00:00">March</time></div>'
        f'<div class="comment-content"><p>Reply {number} about {slug}, with a thought of its own.</p></div></li>'
    )


FRONT = (
    "<!doctype html><html><head><title>A little blog</title></head><body><main><h1>A little blog</h1>"
    "<p>Notes on selling.</p></main></body></html>"
)


@contextmanager
def serve(address: str = "127.0.0.1", port: int = 0) -> Iterator[Blog]:
    """Serve an empty blog with a front page; anything else is 404. Port 0 takes a free one."""
    blog = Blog()
    blog.pages["/"] = Answer(FRONT)
    server = ThreadingHTTPServer((address, port), _handler(blog))
    blog.url = f"http://{address}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield blog
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(blog: Blog) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, monotonic())
            blog.asked.append(asked)
            found = blog.pages.get(self.path, Answer("nothing here", 404))
            answer = found if isinstance(found, Answer) else found(self)
            if answer is not None:
                asked.status = self._send(answer)

        def _send(self, answer: Answer) -> int:
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            headers = {"Content-Type": "text/html; charset=utf-8"} | answer.headers
            status = answer.status
            if answer.validators:
                headers["ETag"] = f'"{md5(body).hexdigest()}"'
                if self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return status

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
            """Keep silent."""

    return Handler


__all__ = ["FRONT", "PARAGRAPH", "Answer", "Asked", "Blog", "post_page", "serve"]
