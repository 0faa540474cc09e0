"""nDCG@10 of the search on labelled collections: folders with docs.jsonl, queries.jsonl and qrels.tsv."""

import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.archive import Archive
from archive.records.models import Post, post_id
from archive.search.results import Query

DEPTH = 10


def main() -> None:
    """Print the figure of each folder named on the command line."""
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as directory, Archive(directory) as archive:
            fill(archive, Path(name))
            print(f"{Path(name).name:12} nDCG@{DEPTH} {ndcg(archive, Path(name)):.4f}")


def fill(archive: Archive, folder: Path) -> None:
    """Archive the documents of a collection as posts of one site."""
    with archive.database.write() as connection:
        for values in lines(folder / "docs.jsonl"):
            url = f"https://collection.example/{values['id']}"
            post = Post(
                id=post_id(url),
                url=url,
                site="collection.example",
                title=values["title"] or None,
                text=values["text"],
            )
            archive.store.add(connection, post)
    archive.sync()


def ndcg(archive: Archive, folder: Path) -> float:
    """Return the mean nDCG@10 over the queries that have a relevant document."""
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(query, {})[document] = int(grade)
    gains = []
    for values in lines(folder / "queries.jsonl"):
        wanted = relevant.get(str(values["id"]))
        if wanted:
            hits = archive.search(Query(text=values["text"][:2000], per_page=DEPTH)).hits
            found = [wanted.get(hit.url.rpartition("/")[2], 0) for hit in hits]
            gains.append(_discounted(found) / _discounted(sorted(wanted.values(), reverse=True)[:DEPTH]))
    return sum(gains) / len(gains)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file."""
    with path.open() as file:
        for line in file:
            yield json.loads(line)


def _discounted(grades: list[int]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


if __name__ == "__main__":
    main()
