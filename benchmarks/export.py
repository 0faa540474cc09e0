"""Export 100,000 records: throughput against one loop of `json.dumps` into gzip, and memory.

    python -m benchmarks.export [POSTS] [COMMENTS_PER_POST]

The loop writes the very rows of the export, already in memory: nothing is read, chosen, masked, folded or verified
there. Seconds are given of CPU, all threads together, which a busy machine blurs less, and of the clock, which count
where a core is free: compression then runs beside the rest. The better of two runs counts.
"""

import gzip
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory

from archive.archive import Archive
from archive.export.dataset import write_dataset
from archive.export.plan import BACKUP, Plan
from archive.records.models import Comment, Post, comment_id, post_id

PLANS = {"default": Plan(), "documents": Plan(shapes=("documents",)), "backup": BACKUP}


def main() -> None:
    """Fill an archive, then measure each plan."""
    posts, comments = (int(argument) for argument in (*sys.argv[1:3], "10000", "9")[:2])
    with TemporaryDirectory() as directory:
        fill(Path(directory, "archive"), posts, comments)
        print(f"{posts * (comments + 1):,} records, {posts:,} posts")
        for plan in PLANS:
            ours = min(run("ours", directory, plan) for _ in range(2))
            loop = min(run("loop", directory, plan) for _ in range(2))
            print(f"{plan}: export {ours[0]:.1f} s of CPU, {ours[1]:.1f} s, {ours[2]:.0f} MB; "
                  f"json.dumps and gzip {loop[0]:.1f} s of CPU, {loop[1]:.1f} s; throughput "
                  f"{loop[0] / ours[0]:.2f} by CPU, {loop[1] / ours[1]:.2f} by the clock")  # fmt: skip


def run(what: str, directory: str, plan: str) -> tuple[float, ...]:
    """Return seconds of CPU, seconds by the clock, and megabytes of one measurement."""
    command = [sys.executable, "-m", "benchmarks.export", "--", what, directory, plan]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return tuple(map(float, output.split()))


def measure(what: str, directory: Path, plan: str) -> None:
    """Print both kinds of seconds, and megabytes, of the export or of the loop."""
    if what == "ours":
        with Archive(directory / "archive") as archive:
            begun = time.process_time(), time.perf_counter()
            write_dataset(archive, directory / plan, PLANS[plan], key=b"k" * 32)
    else:
        rows = []
        for path in sorted((directory / plan / "data").rglob("*.gz")):
            with gzip.open(path) as stream:
                rows += [json.loads(line) for line in stream]
        begun = time.process_time(), time.perf_counter()
        with gzip.open(directory / "loop.gz", "wb", compresslevel=6) as target:
            for row in rows:
                target.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
    print(time.process_time() - begun[0], time.perf_counter() - begun[1], getrusage(RUSAGE_SELF).ru_maxrss / 1024)


def fill(directory: Path, posts: int, comments: int) -> None:
    """Make an archive of invented posts whose words come as often as in English."""
    chance = random.Random(1)
    words = ["".join(chance.choices("etaoinshrdlu", k=chance.randint(2, 9))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]

    def text(length: int) -> str:
        found = chance.choices(words, weights, k=length)
        return "\n\n".join(" ".join(found[at : at + 80]).capitalize() + "." for at in range(0, length, 80))

    def name() -> str:
        return "".join(chance.choices("abegijkmopuvwxyz", k=chance.randint(4, 8))).capitalize()

    names = [f"{name()} {name()}" for _ in range(3_000)]
    with Archive(directory) as archive:
        for start in range(0, posts, 500):
            with archive.database.write() as connection:
                for number in range(start, min(start + 500, posts)):
                    archive.store.add(connection, post(number, comments, text, chance.choices(names, k=comments)))


def post(number: int, comments: int, text: Callable[[int], str], names: list[str]) -> Post:
    """Return an invented post."""
    url = f"https://blog{number % 50}.example/posts/{number}/"
    published = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    thread = tuple(
        Comment(
            id=comment_id(url, "wordpress", str(place)),
            post_id=post_id(url),
            position=place,
            author=names[place],
            author_url="https://reader.example/",
            published=published + timedelta(hours=place),
            published_precision="second",
            text=text(60),
            permalink=f"{url}#comment-{place}",
            system="wordpress",
        )
        for place in range(comments)
    )
    return Post(
        id=post_id(url),
        url=url,
        site=f"blog{number % 50}.example",
        title=text(7),
        author="Ann Lee",
        published=published,
        published_precision="day",
        language="en",
        text=text(580),
        tags=("pricing", "hiring"),
        platform="wordpress",
        comment_system="wordpress",
        comments_stated=comments,
        comments=thread,
        fetched=datetime(2026, 1, 1, tzinfo=UTC),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--"]:
        measure(sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        main()
