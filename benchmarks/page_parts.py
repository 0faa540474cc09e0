"""Where the time of a result page goes, part by part.

    python -m benchmarks.page_parts DIRECTORY

asks the archive that `benchmarks.search` left in DIRECTORY for pages of one common term and of two words, twice, and
prints the CPU milliseconds of each part of a page in the mean of the second turn.
"""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from archive.archive import Archive
from archive.search.results import Query
from archive.search.whoosh import page as search_page
from archive.search.whoosh.evaluate import Evaluation
from benchmarks.search import ours, queries

P = ParamSpec("P")
T = TypeVar("T")

#: What is measured: where a part of a page is called from, and its name there.
PARTS = {
    "finding and scoring": (Evaluation, "find"),
    "ordering": (search_page, "ordered"),
    "hits and snippets": (search_page, "hits"),
    "facets and months": (search_page, "facets"),
}


def main() -> None:
    """Print a line for each kind of query."""
    with Archive(sys.argv[1]) as archive, ExitStack() as stack:
        spent: dict[str, float] = {}
        for part, (owner, name) in PARTS.items():
            stack.enter_context(patch.object(owner, name, measured(getattr(owner, name), part, spent)))
        for kind in ("one term", "AND"):
            texts = [ours(each) for each in queries()[kind]]
            for _ in range(2):
                spent.update(dict.fromkeys(PARTS, 0.0))
                started = time.process_time()
                for text in texts:
                    archive.search(Query(text=text))
                whole = time.process_time() - started
            said = ", ".join(f"{part} {seconds / len(texts) * 1000:.2f}" for part, seconds in spent.items())
            rest = whole - sum(spent.values())
            print(f"{kind}: {said}, the rest {rest / len(texts) * 1000:.2f} ms")


def measured(call: Callable[P, T], part: str, spent: dict[str, float]) -> Callable[P, T]:
    """Return `call` with its CPU time added to those of its part."""

    def timed(*args: P.args, **kwargs: P.kwargs) -> T:
        started = time.process_time()
        try:
            return call(*args, **kwargs)
        finally:
            spent[part] += time.process_time() - started

    return timed


if __name__ == "__main__":
    main()
