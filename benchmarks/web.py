"""Measure what the web layer adds to a search, and what the serving process holds in memory.

    python benchmarks/web.py [--posts N] [--comments N] [--archive DIR]

An invented archive is made in DIR, or the one that is there is taken. The same queries are asked of `Archive.search`
in this process and of `/search` over HTTP; each is asked once before it is measured.
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

from corpus import posts

from archive.archive import Archive
from archive.results import Query

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
            searched = _times([lambda query=query: archive.search(query) for query in queries])
        _serve(directory, queries, searched)


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


def _serve(directory: Path, queries: list[Query], searched: list[float]) -> None:
    command = [sys.executable, "-m", "webui", "--archive", str(directory), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = (server.stdout.readline() if server.stdout else "").rpartition(" at ")[2].strip()
            served = _times([_asking(address, query) for query in queries])
            _print("Archive.search", searched)
            _print("GET /search", served)
            for name, path in (("GET /", ""), ("GET /sites", "sites"), ("GET /sites again", "sites")):
                _print(name, _times([lambda path=path: _get(address + path)], rounds=1, first=name.endswith("again")))
            print(f"p95 of GET /search is {_share(served, 95) / _share(searched, 95):.2f} times the search's own")
            print(f"memory of the serving process: {_memory(server.pid)} MB")
        finally:
            server.terminate()


def _asking(address: str, query: Query) -> Callable[[], bytes]:
    arguments = [("q", query.text), *query.filters, ("sort", query.sort)]
    return lambda: _get(f"{address}search?{urlencode(arguments)}")


def _get(address: str) -> bytes:
    with urlopen(address) as answer:
        return bytes(answer.read())


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
