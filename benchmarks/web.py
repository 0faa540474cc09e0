"""Measure what the web layer adds to a search, and what the serving process holds in memory.

    python -m benchmarks.web [--posts N] [--comments N] [--archive DIR]

An invented archive is made in DIR, or the one that is there is taken. The same queries are asked, by turns, of
`Archive.search` and of the application's `/search` in this process, which tells the processor's time of both; then of
`/search` and other pages over HTTP, which tells what a reader waits for. Each is asked once before it is measured.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from werkzeug.test import EnvironBuilder

from archive.archive import Archive
from archive.search.results import Query
from benchmarks.corpus import posts
from webui.app import create_app

#: Queries asked: words drawn from the archive, alone, in pairs, as phrases and with filters.
ROUNDS = 3
BATCH = 500


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--comments", type=int, default=100_000)
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.archive or Path(temporary)
        with Archive(directory) as archive:
            if not archive.store.last_seq():
                _fill(archive, options.posts, options.comments)
            archive.sync()
            queries = _queries(archive)
        _compare(directory, queries)
        _serve(directory, queries)


def _fill(archive: Archive, number: int, comments: int) -> None:
    made = posts(number, comments)
    while batch := list(islice(made, BATCH)):
        with archive.database.write() as connection:
            for post in batch:
                archive.store.add(connection, post)


def _queries(archive: Archive) -> list[Query]:
    words = [word.strip(".") for hit in archive.search(Query(per_page=50)).hits for text, _ in hit.snippet
             for word in text.split()[3:9]]  # fmt: skip
    single = [Query(text=word) for word in words[:40]]
    pairs = [Query(text=f"{one} {other}") for one, other in zip(words[40:80], words[80:120], strict=False)]
    phrases = [Query(text=f'"{one} {other}"') for one, other in pairwise(words[:21])]
    filtered = [Query(text=word, filters=(("kind", "comment"),), sort="newest") for word in words[120:150]]
    return [replace(query, grouped=True) for query in single + pairs + phrases + filtered]  # as the page asks


def _compare(directory: Path, queries: list[Query]) -> None:
    """Print the processor's time of searches alone and of whole pages."""
    app = create_app({"ARCHIVE_DIR": directory})
    archive = app.extensions["archive"].archive
    searched, answered = [], []
    for number in range(ROUNDS + 1):
        for query in queries:
            environ = EnvironBuilder(path="/search", query_string=urlencode(_arguments(query))).get_environ()
            alone = _busy(lambda query=query: archive.search(query))
            page = _busy(lambda environ=environ: b"".join(app(environ, lambda *_: None)))
            if number:
                searched.append(alone)
                answered.append(page)
    archive.close()
    _print("Archive.search", searched)
    _print("its page", answered)
    shares = [(percent, _share(answered, percent) / _share(searched, percent)) for percent in (50, 95)]
    print(", ".join(f"at p{percent} a page takes {share:.2f} times the search" for percent, share in shares))


def _serve(directory: Path, queries: list[Query]) -> None:
    command = [sys.executable, "-m", "archive", "--archive", str(directory), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = (server.stdout.readline() if server.stdout else "").rpartition(" at ")[2].strip()
            served = _times([_asking(address, query) for query in queries])
            _print("GET /search", served)
            for name, path in (("GET /", ""), ("GET /sites", "sites"), ("GET /sites again", "sites")):
                _print(name, _times([lambda path=path: _get(address + path)], rounds=1, first=name.endswith("again")))
            print(f"memory of the serving process: {_memory(server.pid)} MB")
        finally:
            server.terminate()


def _asking(address: str, query: Query) -> Callable[[], bytes]:
    return lambda: _get(f"{address}search?{urlencode(_arguments(query))}")


def _arguments(query: Query) -> list[tuple[str, str]]:
    return [("q", query.text), *query.filters, ("sort", query.sort)]


def _get(address: str) -> bytes:
    with urlopen(address) as answer:
        return bytes(answer.read())


def _busy(call: Callable[[], object]) -> float:
    """Return the milliseconds of the processor that a call takes in this thread."""
    started = time.thread_time()
    call()
    return (time.thread_time() - started) * 1000


def _times(calls: Sequence[Callable[[], object]], *, rounds: int = ROUNDS, first: bool = True) -> list[float]:
    """Return the milliseconds of every call in every round, after one that is not measured."""
    found = []
    for number in range(rounds + first):
        for call in calls:
            started = time.perf_counter()
            call()
            if number >= first:
                found.append((time.perf_counter() - started) * 1000)
    return found


def _share(times: list[float], percent: int) -> float:
    return statistics.quantiles(times, n=100)[percent - 1] if len(times) > 1 else times[0]


def _print(name: str, times: list[float]) -> None:
    print(f"{name:18} p50 {_share(times, 50):8.1f} ms   p95 {_share(times, 95):8.1f} ms   of {len(times)}")


def _memory(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main()
