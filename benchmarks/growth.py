"""How search grows with the archive, beside SQLite FTS5.

    python -m benchmarks.growth DIRECTORY

fills DIRECTORY with an archive of each size, builds both indexes (all that is kept for the next run; without
`built.json` beside them the indexes are built again), and asks each in a process of its own. Times are CPU
milliseconds in the median of 60 queries, after one turn of the same queries.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from archive.archive import Archive
from archive.search.results import Query
from benchmarks.search import Asked, build, fill, fts5, fts5_page, fts5_ten, ours, queries, ten_best, timed
from benchmarks.serving import memory_of_its_own

#: Posts and comments.
SIZES = ((1_667, 8_333), (16_667, 83_333), (83_333, 416_667))

#: The programs compared.
HERE, THERE = "here", "FTS5"

#: Figures of one size by program and name; times are median and 95th percentile.
Figures = dict[str, dict[str, float | list[float]]]


def main() -> None:
    """Measure all sizes and print the table."""
    directory = Path(sys.argv[1])
    if "--ask" in sys.argv:
        print(json.dumps(ask_here(directory) if sys.argv[-1] == HERE else ask_there(directory)))
        return
    measured = {}
    for posts, comments in SIZES:
        place = directory / str(posts + comments)
        fill(place, posts, comments)
        speeds = built(place)
        measured[posts + comments] = {
            name: {"texts per CPU-second": speeds[name], "MB on disk": size(place, name)} | asked(place, name)
            for name in (HERE, THERE)
        }
    print(table(measured))


def built(place: Path) -> dict[str, float]:
    """Build both indexes unless that was done before; return the texts per CPU-second of each."""
    kept = place / "built.json"
    with Archive(place) as archive:
        if not kept.exists() or not archive.engine.seq():  # an index of another version is none
            speeds = {HERE: build(archive), THERE: fts5(archive, place)[0]}
            kept.write_text(json.dumps(speeds), encoding="utf-8")
    found: dict[str, float] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def asked(place: Path, name: str) -> dict[str, float | list[float]]:
    """Return what a fresh process measures that only asks."""
    command = [sys.executable, "-m", "benchmarks.growth", str(place), "--ask", name]
    found: dict[str, float | list[float]] = json.loads(subprocess.run(command, check=True, stdout=-1).stdout)
    return found


def ask_here(place: Path) -> dict[str, float | list[float]]:
    """Return the times of this program, and the memory it holds after them."""
    with Archive(place) as archive, ten_best(archive) as best:
        times = measure(best, lambda each: archive.search(Query(text=ours(each))))
        return times | {"MB of memory": memory_of_its_own()}


def ask_there(place: Path) -> dict[str, float | list[float]]:
    """Return the times of FTS5; what it holds in memory is up to SQLite's settings."""
    connection = sqlite3.connect(place / "fts5.db")
    return measure(lambda each: fts5_ten(connection, each), lambda each: fts5_page(connection, each))


def measure(best: Callable[[Asked], object], page: Callable[[Asked], object]) -> dict[str, float | list[float]]:
    """Return median and 95th percentile of a page for one common term, and of the ten best by kind of query."""
    kinds = {kind: each for kind, each in queries().items() if kind in {"one term", "AND", "phrase"}}
    found: dict[str, float | list[float]] = {}
    for kind, each in kinds.items():
        timed(best, each)
        found[kind] = list(timed(best, each))
    timed(page, kinds["one term"])
    found["whole page"] = list(timed(page, kinds["one term"]))
    return found


def size(place: Path, name: str) -> float:
    """Return the megabytes of an index on disk, texts included."""
    files = (place / "index").rglob("*") if name == HERE else [place / "fts5.db"]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def table(measured: dict[int, Figures]) -> str:
    """Return the figures as a table in Markdown."""
    heads = [f"{texts:,} texts: here" if name == HERE else "FTS5" for texts in measured for name in (HERE, THERE)]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    names = ["whole page", "one term", "AND", "phrase", "texts per CPU-second", "MB on disk", "MB of memory"]
    for name in names:
        cells = [said(figures[each].get(name)) for figures in measured.values() for each in (HERE, THERE)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def said(figure: float | list[float] | None) -> str:
    """Return a figure as the table shows it; nothing where none was measured."""
    if isinstance(figure, list):
        return " / ".join(f"{each:.2f}" if each < 10 else f"{each:.0f}" for each in figure)
    return "" if figure is None else f"{figure:,.0f}"


if __name__ == "__main__":
    main()
