"""Search beside SQLite FTS5 and tantivy (where installed): the same texts, the same queries, one run.

    python -m benchmarks.search DIRECTORY [POSTS COMMENTS]

fills DIRECTORY with an archive of invented texts (20,000 posts and 100,000 comments unless said otherwise; kept for
the next run), builds the three indexes, and prints CPU milliseconds: the machine may be busy with other things.
"""

import importlib
import importlib.util
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from archive.archive import Archive
from archive.records.models import post_id
from archive.search.query.parser import parse
from archive.search.results import Query
from archive.search.whoosh.engine import WhooshEngine
from archive.search.whoosh.evaluate import Evaluation
from archive.search.whoosh.page import ordered
from benchmarks.corpus import posts, vocabulary

QUERIES = 60
#: The seed of the words of `fill`, for texts in the same language.
LANGUAGE = 7

FACETS = ("kind", "site", "year", "author")

#: A query's terms, as each program writes them.
Asked = tuple[str, list[str]]


def main() -> None:
    """Print all tables."""
    directory = Path(sys.argv[1])
    number, comments = (int(each) for each in (*sys.argv[2:4], 20_000, 100_000)[:2])
    fill(directory, number, comments)
    with Archive(directory) as archive:
        build(archive)
        first_query(directory)
        asked = queries()
        rivals: dict[str, Callable[[Asked], object]] = {"FTS5": fts5(archive, directory)[1]}
        if importlib.util.find_spec("tantivy"):
            rivals["tantivy"] = tantivy(archive)
        top_ten(archive, asked, rivals)
        pages(archive, asked, directory)
        small_update(archive)


def fill(directory: Path, number: int, comments: int) -> None:
    """Fill the archive unless that was done before."""
    if (directory / "records.db").exists():
        return
    with Archive(directory) as archive:
        source = posts(number, comments, LANGUAGE)
        while batch := [post for _, post in zip(range(500), source, strict=False)]:
            with archive.database.write() as connection:
                for post in batch:
                    archive.store.add(connection, post)


def build(archive: Archive) -> float:
    """Build the index anew; print and return the texts per CPU-second."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    report = archive.engine.sync(rebuild=True)
    cpu, wall = cpu_seconds() - cpu, time.perf_counter() - wall
    speed = f"{report.written / cpu:.0f} per CPU-second, {wall:.0f} s by the clock"
    print(f"build: {report.written} texts, {speed}")
    return report.written / cpu


def first_query(directory: Path) -> None:
    """Print what the first query of a fresh process takes."""
    code = (
        "import sys,time; from archive.archive import Archive; from archive.search.results import Query\n"
        "archive = Archive(sys.argv[1]); started = time.process_time(); archive.search(Query(text='the pricing'))\n"
        "print(f'first query after start: {(time.process_time() - started) * 1000:.0f} ms')"
    )
    subprocess.run([sys.executable, "-c", code, str(directory)], check=True)


def queries() -> dict[str, list[Asked]]:
    """Return queries by kind, in our query language, with their words."""
    chance = random.Random(3)
    words = [str(word) for word in vocabulary(np.random.default_rng(LANGUAGE))]
    common, middle = words[100:1500], words[1500:8000]
    drawn = {
        "one term": [[chance.choice(common)] for _ in range(QUERIES)],
        "AND": [chance.sample(common, 2) for _ in range(QUERIES)],
        "OR of three": [chance.sample(middle, 3) for _ in range(QUERIES)],
        "phrase": [chance.sample(common[:300], 2) for _ in range(QUERIES)],
        "prefix": [[chance.choice(middle)[:4]] for _ in range(QUERIES)],
        "date filter": [[chance.choice(common)] for _ in range(QUERIES)],
    }
    return {kind: [(kind, each) for each in lists] for kind, lists in drawn.items()}


def ours(asked: Asked) -> str:
    """Return a query in our language."""
    kind, words = asked
    forms = {"AND": " AND ", "OR of three": " OR "}
    if kind == "phrase":
        return f'"{" ".join(words)}"'
    if kind == "date filter":
        return f"{words[0]} after:2014 before:2018"
    return f"{words[0]}*" if kind == "prefix" else forms.get(kind, " ").join(words)


def top_ten(archive: Archive, asked: dict[str, list[Asked]], rivals: dict[str, Callable[[Asked], object]]) -> None:
    """Print the time of the ten best, without texts, snippets and facets."""
    with ten_best(archive) as best:
        print(f"\n{'top ten, p50 / p95 ms':24}{'first':>16}{'warm':>16}" + "".join(f"{name:>16}" for name in rivals))
        for kind, each in asked.items():
            columns = [timed(best, each), timed(best, each), *(timed(rival, each) for rival in rivals.values())]
            print(f"{kind:24}" + "".join(f"{said(column):>16}" for column in columns))


@contextmanager
def ten_best(archive: Archive) -> Iterator[Callable[[Asked], object]]:
    """Give the search for the numbers of the ten best."""
    assert isinstance(archive.engine, WhooshEngine)
    with archive.engine.snapshot() as snapshot:
        assert snapshot is not None

        def best(each: Asked) -> object:
            root = parse(ours(each)).root
            assert root is not None
            found = Evaluation(snapshot, time.monotonic() + 60).find(root)
            return ordered(snapshot, found, np.flatnonzero(found.mask), Query())

        yield best


def pages(archive: Archive, asked: dict[str, list[Asked]], directory: Path) -> None:
    """Print the time of a whole result page: ten hits with snippets, facets, the total."""
    connection = sqlite3.connect(directory / "fts5.db")
    print(f"\n{'whole page, p50 / p95 ms':24}{'ours':>16}{'FTS5':>16}")
    for kind, each in asked.items():
        mine = timed(lambda one: archive.search(Query(text=ours(one))), each)
        theirs = timed(lambda one: fts5_page(connection, one), each)
        print(f"{kind:24}{said(mine):>16}{said(theirs):>16}")
    connection.close()


def small_update(archive: Archive, turns: int = 20) -> None:
    """Print what ten new texts cost until a search finds them, what of it is the search, and merging behind it."""
    moments: list[float] = []

    def written(*_: int) -> None:
        """Search as soon as readers see the texts, before segments are merged."""
        moments.append(time.process_time())
        archive.search(Query(text="pricing"))
        moments.append(time.process_time())

    for turn in range(turns):
        for place, post in enumerate(posts(10, 0, seed=turn + int(time.time()), language=LANGUAGE)):
            url = f"https://new.example/{time.time_ns()}/{place}"
            archive.add(replace(post, id=post_id(url), url=url, comments=()))
        moments.append(time.process_time())
        archive.engine.sync(progress=written)
        moments.append(time.process_time())
    begun, seen, found, ended = np.array(moments).reshape(-1, 4).T
    print(
        f"\nten new texts, {turns} times, until found: {np.median(found - begun):.2f} CPU-s in the median, ", end=""
    )
    print(f"{max(found - begun):.2f} at most; the search that finds them {max(found - seen) * 1000:.0f} ms at most")
    print(f"merging behind that: {np.mean(ended - found):.2f} CPU-s in the mean, {max(ended - found):.2f} at most")


def texts(archive: Archive) -> Iterator[tuple[str, str, str, str, str, int, str]]:
    """Yield title, text, author, kind, site, seconds and name of the post, of every text."""
    for post in archive.posts():
        for record in (post, *post.comments):
            kind = "post" if record is post else "comment"
            when = int(record.published.timestamp()) if record.published else 0
            yield post.title or "", record.text, record.author or "", kind, post.site, when, post.id


def fts5(archive: Archive, directory: Path) -> tuple[float, Callable[[Asked], object]]:
    """Build an FTS5 index with Porter's stemmer; return the texts per CPU-second, and its search."""
    path = directory / "fts5.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE found USING fts5(title, text, author, tokenize='porter unicode61')")
    connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, kind, site, year, author, at)")
    source, number, cpu = texts(archive), 0, 0.0
    while rows := list(islice(source, 10_000)):
        cpu -= time.process_time()
        connection.executemany("INSERT INTO found VALUES (?, ?, ?)", (row[:3] for row in rows))
        cpu += time.process_time()
        connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number + at, row[3], row[4], time.gmtime(row[5]).tm_year, row[2], row[5])
                for at, row in enumerate(rows, 1)
            ),
        )
        number += len(rows)
    cpu -= time.process_time()
    connection.commit()
    cpu += time.process_time()
    print(f"FTS5 build: {number / cpu:.0f} per CPU-second")
    return number / cpu, lambda asked: fts5_ten(connection, asked)


def fts5_ten(connection: sqlite3.Connection, asked: Asked) -> object:
    """Return the numbers of the ten best from FTS5."""
    return connection.execute(_fts5_sql(asked, "f.rowid", "ORDER BY rank LIMIT 10")).fetchall()


def fts5_page(connection: sqlite3.Connection, asked: Asked) -> object:
    """Return the parts of a result page from FTS5."""
    snippets = "f.rowid, f.title, f.author, snippet(found, 1, '[', ']', '…', 40)"
    hits = connection.execute(_fts5_sql(asked, snippets, "ORDER BY rank LIMIT 10")).fetchall()
    total = connection.execute(_fts5_sql(asked, "count(*)", "")).fetchone()
    facets = [
        connection.execute(
            f"SELECT {name}, count(*) AS n FROM texts WHERE id IN ({_fts5_sql(asked, 'f.rowid', '')})"
            f" GROUP BY {name} ORDER BY n DESC LIMIT 20"
        ).fetchall()
        for name in FACETS
    ]
    return hits, total, facets


def _fts5_sql(asked: Asked, columns: str, end: str) -> str:
    kind, words = asked
    joint = {"AND": " AND ", "OR of three": " OR "}.get(kind, " ")
    match = f'"{" ".join(words)}"' if kind == "phrase" else joint.join(f'"{word}"' for word in words)
    match += "*" if kind == "prefix" else ""
    dated = kind == "date filter"
    source = "found f JOIN texts t ON t.id = f.rowid" if dated else "found f"
    when = "AND t.at BETWEEN 1388534400 AND 1514764799" if dated else ""
    return f"SELECT {columns} FROM {source} WHERE found MATCH '{match}' {when} {end}"


def tantivy(archive: Archive) -> Callable[[Asked], object]:
    """Build a tantivy index with its English stemmer, and return its search."""
    library: Any = importlib.import_module("tantivy")
    builder = library.SchemaBuilder()
    for name in ("title", "text", "author"):
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    builder.add_integer_field("at", indexed=True, fast=True)
    index = library.Index(builder.build())
    rows = list(texts(archive))
    cpu = time.process_time()
    writer = index.writer(100_000_000, 1)
    for row in rows:
        writer.add_document(library.Document(title=row[0], text=row[1], author=row[2], at=row[5]))
    writer.commit()
    writer.wait_merging_threads()
    print(f"tantivy build: {len(rows) / (time.process_time() - cpu):.0f} per CPU-second")
    index.reload()
    searcher = index.searcher()

    def search(asked: Asked) -> object:
        kind, words = asked
        if kind == "prefix":
            query = library.Query.regex_query(index.schema, "text", f"{words[0]}.*")
        else:
            written = ours(asked).split(" after:")[0] + (
                " AND at:[1388534400 TO 1514764799]" if kind == "date filter" else ""
            )
            query = index.parse_query(written, ["title", "text", "author"])
        return searcher.search(query, 10)

    return search


def timed(search: Callable[[Asked], object], asked: list[Asked]) -> tuple[float, float]:
    """Return median and 95th percentile of the CPU milliseconds of each search."""
    times = []
    for each in asked:
        started = time.process_time()
        search(each)
        times.append((time.process_time() - started) * 1000)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def said(times: tuple[float, float]) -> str:
    """Return two times as the tables show them."""
    return f"{times[0]:.2f} / {times[1]:.1f}"


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of those it started and that have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
