"""Tell whether politeness sets the pace of many sites at once, and whether the memory of a long crawl stays flat.

    .venv/bin/python -m benchmarks.sites [--sites 100] [--posts 200] [--delay 1]

A real `scrapy crawl blog` over loopback, each site at an address of its own in 127.0.0.0/8, so that each has a slot
of its own. The least time that politeness allows is the delay times the requests of the site that was asked most.
Choose a delay at which the processors are not the limit; what they were used for is printed.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from crawler.visits.verdict import Exit
from tests.support.blog import FRONT, post_page

ROOT = Path(__file__).parent.parent
#: The crawl may have this much of resident memory in its main process.
MEGABYTES = 250


def main() -> None:
    """Crawl, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds between two requests to one site")
    options = parser.parse_args()
    hosts = [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(options.sites)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(options.posts, theirs))
    server.start()
    try:
        port = ours.recv()
        with tempfile.TemporaryDirectory() as place:
            seconds = _measure(Path(place), hosts, port, options.delay)
        ours.send("end")
        asked = ours.recv()
    finally:
        server.terminate()
        server.join()
    print(f"{sum(asked.values())} requests, {max(asked.values())} of the site that was asked most")
    limit = options.delay * (max(asked.values()) - 1)
    print(f"the least time that politeness allows: {limit:.0f} s; it took {seconds / limit:.2f} times as long")


def _measure(place: Path, hosts: list[str], port: int, delay: float) -> float:
    """Return the seconds that the crawl took."""
    catalogue = place / "sites.toml"
    catalogue.write_text("".join(f'[[site]]\nurl = "http://{host}:{port}/"\n' for host in hosts))
    settings = {
        "ALLOWED_PRIVATE": ",".join(hosts),
        "ARCHIVE_DIR": str(place / "archive"),
        "CATALOGUES": str(catalogue),
        "DOWNLOAD_DELAY": str(delay),
        "INDEX_SECONDS": "0",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "scrapy", "crawl", "blog"]
    command += [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    began = time.monotonic()
    crawl = subprocess.Popen(command, cwd=ROOT)
    samples: list[tuple[float, float, float]] = []
    while crawl.poll() is None:
        status = Path(f"/proc/{crawl.pid}/status").read_text(encoding="ascii")
        if "RssAnon" in status:  # a process that has ended has no memory
            samples.append((time.monotonic() - began, _megabytes(status, "VmRSS"), _megabytes(status, "RssAnon")))
        time.sleep(1)
    seconds = time.monotonic() - began
    print(f"exit status {crawl.returncode} ({Exit(crawl.returncode).name.lower()}), {seconds:.0f} s")
    moments, resident, own = zip(*samples, strict=True)
    print(f"resident memory of the main process: {max(resident):.0f} MB at most (allowed: {MEGABYTES})")
    print(f"over the second half: {_growth(moments, resident)}; without mapped files {_growth(moments, own)}")
    used = os.times()
    print(f"processor: {used.children_user + used.children_system:.0f} s in the main process")
    return seconds


def _megabytes(status: str, name: str) -> float:
    """Return a line of /proc/PID/status, which counts in KiB."""
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6


def _growth(moments: tuple[float, ...], sizes: tuple[float, ...]) -> str:
    """Say by how much memory grew over the second half, by the line that fits it best."""
    later = [each for each in zip(moments, sizes, strict=True) if each[0] > moments[-1] / 2]
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope
    return f"{slope * moments[-1] / 2:+.1f} MB, from {later[0][1]:.0f} to {later[-1][1]:.0f} MB"


def _serve(posts: int, pipe: Connection) -> None:
    asyncio.run(_Sites(posts).serve(pipe))


class _Sites:
    """All sites: the same paths at every address, each with texts of its own."""

    def __init__(self, posts: int) -> None:
        self._slugs = [f"lesson-{number}-of-selling" for number in range(posts)]
        self._asked: Counter[str] = Counter()

    async def serve(self, pipe: Connection) -> None:
        server = await asyncio.start_server(self._answer, "0.0.0.0", 0, backlog=1000)
        async with server:
            pipe.send(server.sockets[0].getsockname()[1])
            await asyncio.to_thread(pipe.recv)
            pipe.send(self._asked)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                path = head.split(" ", 2)[1]
                host = next(line for line in head.split("\r\n") if line.lower().startswith("host:"))[5:].strip()
                self._asked[host] += 1
                body = self._body(host, path)
                status = "200 OK" if body else "404 Not Found"
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _body(self, host: str, path: str) -> bytes:
        slug = path.strip("/")
        if path == "/":
            return FRONT.encode()
        if path == "/sitemap.xml":
            urls = "".join(f"<url><loc>http://{host}/{each}/</loc></url>" for each in self._slugs)
            return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()
        if slug in self._slugs:
            return post_page(slug, comments=len(slug) % 5, words=f"As told at {host}.").encode()
        return b""


if __name__ == "__main__":
    main()
