"""The search engine of an archive, as a protocol: the one interface behind which an index can be replaced.

`Archive` chooses the engine; the command line, the web UI and the exports know only what stands here. What is asked
and answered is in `results`, the query language in `query`, how texts become terms in `words`, and how hits are shown
in `snippets`: an engine brings the index and the evaluation. `tests/archive/search/test_engine_contract.py` holds
every engine to this page; to add one, write a class with these methods and add it to the registry of that test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from archive.search.results import Hit, Query, Results
from archive.search.snippets import Marking

#: The longest a search for a page may take, in seconds.
SEARCH_SECONDS = 2.0

#: The same where all texts that match are wanted and nobody waits at a page.
MATCHING_SECONDS = 60.0

#: The same for related posts and key terms, which a page can do without.
RELATED_SECONDS = 0.5

#: How long a sync waits for another process that writes the index.
WAIT_SECONDS = 60.0

#: What is completed by name.
NameKind = Literal["site", "author", "tag"]

#: Called with the number of revisions or texts done, and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one sync did."""

    #: Documents written: exactly the texts that changed, and the comments of posts whose title did.
    written: int
    deleted: int
    #: Why the index was built anew, in words; `None` when it was not.
    rebuilt: str | None
    #: `seq` of the last revision that search now finds.
    seq: int


class SearchEngine(Protocol):
    """An index of one archive's texts, which follows the record store by `seq`.

    All methods may be called from several threads at once, and while another process syncs; each answers from one
    committed state of the index. Without an index, or with one of another archive or version, every question has an
    empty answer. An index that should be readable and is not raises `ArchiveOpenError`, which names the remedy.
    """

    def sync(
        self, *, progress: Progress | None = None, rebuild: bool = False, wait_seconds: float = WAIT_SECONDS
    ) -> SyncReport:
        """Bring the index up to the records; what was committed before the call is found after it.

        Build the index anew when there is none, when it is damaged, of another version or another archive, or when
        `rebuild` asks for it. `progress` is called after every commit, the last time with two equal numbers. Raise
        `ArchiveBusyError` when another process writes the index for longer than `wait_seconds`, and
        `ArchiveWriteError` when the disk refuses; what was committed before stays.
        """
        ...

    def search(self, query: Query) -> Results:
        """Return the page of results for `query`, with the facets of `FACETS` and the months of all that it finds.

        Hits stand in the order of `query.sort`, equal ones by date, the newest first; a hit that has all the words
        comes before one that has some. `Results.message` is the text of `query.wording`, and says so where there is
        no index. A search that takes longer than `SEARCH_SECONDS` is cut: what it found is right, and `total` a lower
        bound. Raise `QueryError` for a query that is too large, a filter that does not exist, and a page past
        `MOST_HITS`.
        """
        ...

    def matching(self, query: Query) -> frozenset[str]:
        """Return the ids of all texts that `query` finds, however many; sort and page do not matter.

        Raise `QueryError` for a query that holds nothing to search for or takes longer than `MATCHING_SECONDS`.
        """
        ...

    def complete(self, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` words of the archive that begin as `begun` does, the commonest first.

        Words are folded: in lower case, without accents. Nothing is returned for a blank `begun`.
        """
        ...

    def complete_name(self, kind: NameKind, begun: str, number: int = 10) -> list[str]:
        """Return up to `number` sites, authors or tags of which a word begins as `begun` does, most texts first.

        Names are as written, tags folded. Nothing is returned for a blank `begun`.
        """
        ...

    def related(self, post_id: str, number: int = 5) -> tuple[Hit, ...]:
        """Return up to `number` other posts on what a post is about, the nearest first; none for an unknown post.

        It may take `RELATED_SECONDS`.
        """
        ...

    def key_terms(self, query: Query, number: int = 10) -> tuple[str, ...]:
        """Return up to `number` words that tell the best hits of `query` from other texts, the most telling first.

        Words of the query are not among them. It may take `RELATED_SECONDS`; raise `QueryError`.
        """
        ...

    def marking(self, text: str) -> Marking:
        """Return what marks the words of the query `text` in whole texts, as `search` does in snippets.

        Nothing is marked of a query that says nothing. Raise `QueryError`.
        """
        ...

    def seq(self) -> int:
        """Return the `seq` of the last revision that search finds; 0 without an index."""
        ...

    def is_current(self) -> bool:
        """Tell whether the index can be read and holds all that the records do; `sync` makes it so."""
        ...

    def damage(self) -> list[str]:
        """Return how the index differs from the records, a sentence each with its remedy; empty when it does not.

        An archive without records needs no index.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections; a later call opens them again."""
        ...
