"""Measure what crawling and archiving a page costs in CPU time, beside trafilatura alone on the same pages.

    python -m benchmarks.crawl [--count N] [--pages DIR] [--repeat N]

A site is served on loopback by a process of its own. Crawls of it, of few pages and of many, are real
`scrapy crawl blog` runs into fresh archives; the difference of their CPU time (main process, workers and all, but
neither the server nor the search index) divided by the difference in pages is the cost of a page. What a crawl
costs before its first page is told apart. `--pages` takes saved pages (`*.html`, `*.html.gz`, in folders below
too) instead of generated ones. The least of the repeated runs counts: whatever else the machine does only adds.
"""

import argparse
import ctypes
import gzip
import http.server
import multiprocessing
import os
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trafilatura

from benchmarks.pages import generated_pages

ROOT = Path(__file__).resolve().parent.parent
#: The ratio that the project promises to stay below.
GOAL = 1.5
FEW = 40
#: Exit status of a crawl whose threads are short: those of saved pages are, as their further pages are not there.
UNHEALTHY = 8
#: `prctl(PR_SET_CHILD_SUBREAPER)`: what a crawl leaves behind becomes a child of this process, and is counted.
SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one crawl."""

    main: float
    workers: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.main + self.workers


def main() -> int:
    """Print the figures; return 1 when the goal is missed."""
    arguments = _arguments()
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    pages = saved_pages(arguments.pages) if arguments.pages else generated_pages(arguments.count)
    pages = pages[: arguments.count]
    print(f"{len(pages)} pages, {statistics.median(map(len, pages)) / 1024:.0f} KiB in the median")
    alone = in_fresh_process(trafilatura_seconds, pages) / len(pages)
    print(f"trafilatura.bare_extraction alone: {alone * 1000:6.1f} ms of CPU a page")
    few = min((crawl(pages[:FEW]) for _ in range(arguments.repeat)), key=lambda cost: cost.total)
    many = min((crawl(pages) for _ in range(arguments.repeat)), key=lambda cost: cost.total)
    in_main, in_workers = ((each / (len(pages) - FEW)) for each in (many.main - few.main, many.workers - few.workers))
    a_page = in_main + in_workers
    print(f"crawl and archive:                 {a_page * 1000:6.1f} ms of CPU a page, of these")
    print(f"  in the main process              {in_main * 1000:6.1f}")
    print(f"  in the workers                   {in_workers * 1000:6.1f}")
    print(f"a crawl without pages:             {(few.total - a_page * FEW) * 1000:6.0f} ms of CPU")
    print(f"ratio {a_page / alone:.2f}, goal at most {GOAL}")
    return int(a_page / alone > GOAL)


def trafilatura_seconds(pages: Sequence[bytes]) -> float:
    """Return the CPU seconds that trafilatura takes for the pages, once warm."""
    for each in pages[:10]:
        trafilatura.bare_extraction(each, with_metadata=True)
    start = time.process_time()
    for number, each in enumerate(pages):
        trafilatura.bare_extraction(each, url=f"http://127.0.0.1/letters/{number}/", with_metadata=True)
    return time.process_time() - start


def in_fresh_process(function: Any, *arguments: Any) -> Any:
    """Return what a function returns in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def crawl(pages: Sequence[bytes]) -> Cost:
    """Return what one crawl of the pages costs."""
    with tempfile.TemporaryDirectory() as directory, serving(pages) as port:
        settings = {
            "ARCHIVE_DIR": directory,
            "ALLOWED_PRIVATE": "127.0.0.1",
            "DOWNLOAD_DELAY": "0",
            "INDEX_SECONDS": "0",
        }
        command = [sys.executable, "-m", "scrapy", "crawl", "blog", "-a", f"site=http://127.0.0.1:{port}/"]
        command += [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        before = _children_seconds()
        with Path(directory, "log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        main = _wait_for_group(process)
        log_end = Path(directory, "log").read_text(encoding="utf-8")[-3000:]
        if process.returncode not in {0, UNHEALTHY}:
            raise SystemExit(f"the crawl failed with status {process.returncode}:\n{log_end}")
        with closing(sqlite3.connect(Path(directory, "records.db"))) as records:
            (posts,) = records.execute("SELECT count(*) FROM posts").fetchone()
        if posts < 0.95 * len(pages):
            print(f"note: {posts} of {len(pages)} pages were archived as posts", file=sys.stderr)
        return Cost(main, _children_seconds() - before - main)


@contextmanager
def serving(pages: Sequence[bytes]) -> Iterator[int]:
    """Serve a site of the pages from another process; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = multiprocessing.get_context("fork").Process(target=_serve, args=(listener, pages), daemon=True)
        server.start()
    try:
        yield port
    finally:
        server.kill()
        server.join()


def saved_pages(directory: Path) -> list[bytes]:
    """Return the pages saved below a directory, in order of their names."""
    files = sorted([*directory.rglob("*.html"), *directory.rglob("*.html.gz")])
    return [gzip.decompress(each.read_bytes()) if each.suffix == ".gz" else each.read_bytes() for each in files]


def _wait_for_group(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process and all it started; return the CPU seconds of the process itself."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    try:
        while True:
            os.waitpid(-process.pid, 0)
    except ChildProcessError:
        return usage.ru_utime + usage.ru_stime


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _serve(listener: socket.socket, pages: Sequence[bytes]) -> None:
    address = "http://127.0.0.1:{}/letters/{}/"
    port = listener.getsockname()[1]
    urls = "".join(f"<url><loc>{address.format(port, number)}</loc></url>" for number in range(len(pages)))
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    front = (
        "<html lang=en><title>Letters</title><body><h1>Letters on selling</h1><p>See the sitemap.</p></body></html>"
    )
    answers = {
        "/robots.txt": ("text/plain", f"User-agent: *\nSitemap: http://127.0.0.1:{port}/sitemap.xml\n".encode()),
        "/sitemap.xml": ("application/xml", sitemap.encode()),
        "/": ("text/html", front.encode()),
    } | {f"/letters/{number}/": ("text/html", body) for number, body in enumerate(pages)}

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = answers.get(self.path, (None, b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent's name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answers, bind_and_activate=False)
    server.socket = listener
    server.serve_forever()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, help="directory of saved pages")
    parser.add_argument("--count", type=int, default=400, help="pages of the larger crawl")
    parser.add_argument("--repeat", type=int, default=3, help="crawls of each size")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
