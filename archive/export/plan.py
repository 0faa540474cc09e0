"""What one export does, and what of the archive it therefore reads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256
from heapq import nsmallest
from itertools import chain, islice
from typing import Any

from archive.archive import Archive
from archive.export.duplicates import Duplicate, Duplicates, repeated_comments
from archive.export.manifest import UNKNOWN
from archive.export.people import Authors, People
from archive.export.shapes.base import ChosenPost
from archive.export.shards import SHARD_BYTES, Compression
from archive.records.models import Comment, Post, format_time
from archive.search.results import Kind, Query
from archive.store.database import Connection
from archive.store.revisions import changed_since

#: Marks of pages that ask not to be kept or mined: left out of a dataset unless asked for.
RESERVED = frozenset({"noarchive", "tdm-reserved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What must hold of a text, all of it; everything is chosen by default but what is reserved."""

    #: A search in the query language.
    query: str | None = None
    sites: tuple[str, ...] = ()
    kind: Kind | None = None
    #: First moment, and the first moment past the last.
    after: datetime | None = None
    before: datetime | None = None
    #: Of the post.
    languages: tuple[str, ...] = ()
    #: Tags or categories of the post, in any case.
    tags: tuple[str, ...] = ()
    min_words: int = 0
    #: Take pages that reserve their rights too.
    reserved: bool = False
    #: At most so many posts, with their threads: the first by id, or with a sample, chosen by chance.
    limit: int | None = None
    sample: int | None = None
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return what was asked for as JSON values, without what was not."""
        stated = {attribute.name: getattr(self, attribute.name) for attribute in fields(self)}
        if self.sample is None:
            del stated["seed"]
        return {
            name: format_time(value)
            if isinstance(value, datetime)
            else list(value)
            if isinstance(value, tuple)
            else value
            for name, value in sorted(stated.items())
            if value not in {None, (), 0} or name == "seed"
        }

    def is_reserved(self, post: Post) -> bool:
        """Tell whether a post is left out because it reserves its rights."""
        return not self.reserved and not RESERVED.isdisjoint(post.rights)

    def texts(self, post: Post, among: frozenset[str] | None) -> frozenset[str]:
        """Return the ids of the chosen texts of a post; `among` are those that a search or an update allows."""
        if not self._allows(post):
            return frozenset()
        texts: tuple[Post | Comment, ...] = (post, *post.comments)
        return frozenset(text.id for text in texts if self._chooses(text) and (among is None or text.id in among))

    def drawn(self, ids: Iterator[str]) -> frozenset[str]:
        """Return the ids of the posts of the sample: the same for the same seed, whatever else is archived."""
        assert self.sample is not None  # noqa: S101 (asked for only then)
        return frozenset(nsmallest(self.sample, ids, key=lambda id_: sha256(f"{self.seed}\0{id_}".encode()).digest()))

    def _allows(self, post: Post) -> bool:
        if self.sites and post.site not in self.sites:
            return False
        if self.languages and post.language not in self.languages:
            return False
        if self.tags:
            names = {name.casefold() for name in (*post.tags, *post.categories)}
            return not names.isdisjoint(tag.casefold() for tag in self.tags)
        return True

    def _chooses(self, text: Post | Comment) -> bool:
        if self.kind is not None and isinstance(text, Post) != (self.kind == "post"):
            return False
        if (self.after or self.before) and text.published is None:
            return False
        if self.after and text.published and text.published < self.after:
            return False
        if self.before and text.published and text.published >= self.before:
            return False
        return not self.min_words or len(text.text.split()) >= self.min_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a dataset is made."""

    shapes: tuple[str, ...] = ("documents", "threads")
    selection: Selection = field(default_factory=Selection)
    authors: Authors = "pseudonym"
    #: Replace contacts in texts.
    mask: bool = True
    #: Leave out copies.
    fold: bool = True
    #: Carry the deny rules along: what a new archive must not take in either.
    rules: bool = False
    #: Take only what changed after this `seq`.
    since: int | None = None
    #: Ids of what the last dataset left out as copies.
    folded_before: frozenset[str] = frozenset()
    compression: Compression = "gzip"
    shard_bytes: int = SHARD_BYTES


#: Everything, as it is: what `load` makes an equal archive of.
BACKUP = Plan(
    shapes=("threads",), selection=Selection(reserved=True), authors="keep", mask=False, fold=False, rules=True
)


@dataclass(slots=True)
class Tally:
    """What was written and left out: texts, and posts by site and language."""

    posts: int = 0
    comments: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    reserved: int = 0
    copies: int = 0

    def count(self, chosen: ChosenPost) -> None:
        """Count the chosen texts of one post."""
        post = chosen.post
        is_chosen = post.id in chosen.ids
        comments = list(chosen.comments())
        self.posts += is_chosen
        self.comments += len(comments)
        self.sites[post.site] += 1
        self.languages[post.language or UNKNOWN] += 1
        dates = [comment.published for comment in comments] + ([post.published] if is_chosen else [])
        self.years.update(date.year for date in dates if date is not None)

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON values, in an order of their own."""
        return {
            "posts": self.posts,
            "comments": self.comments,
            "sites": dict(sorted(self.sites.items())),
            "languages": dict(sorted(self.languages.items())),
            "years": {str(year): number for year, number in sorted(self.years.items())},
            "left_out": {"reserved_posts": self.reserved, "copies": self.copies},
        }


class ExportPass:
    """One pass over the chosen posts of a snapshot, in order of ids."""

    def __init__(self, archive: Archive, connection: Connection, plan: Plan, people: People) -> None:
        """Search, and find copies and the sample, which need everything to be seen before anything is written."""
        self._archive = archive
        self._connection = connection
        self._plan = plan
        self._people = people
        self._among: frozenset[str] | None = None
        if plan.selection.query is not None:
            self._among = archive.engine.matching(Query(text=plan.selection.query))
        #: Texts that changed since the last dataset; `None` when all are wanted.
        self.changed = None if plan.since is None else changed_since(connection, plan.since)
        self.tally = Tally()
        self.duplicates = self._duplicates() if plan.fold else []
        self._folded = frozenset(duplicate.id for duplicate in self.duplicates)
        if self.changed is not None:  # a copy stays once its original is forgotten, and the other way round
            self.changed |= plan.folded_before ^ self._folded
        self._sample = self._drawn() if plan.selection.sample is not None else None

    def posts_at_most(self) -> int:
        """Return a number of posts that `chosen` does not exceed."""
        bounds = (self._plan.selection.limit, self._plan.selection.sample)
        archived = sum(posts for posts, _ in self._archive.store.counts().values())
        return min([archived, *(bound for bound in bounds if bound is not None)])

    def chosen(self) -> Iterator[ChosenPost]:
        """Yield the posts with what is chosen of them, as they are to be published."""
        limit = self._plan.selection.limit
        return islice(self._chosen(), limit)

    def _chosen(self) -> Iterator[ChosenPost]:
        for post in self._archive.store.posts(self._connection):
            if self._sample is not None and post.id not in self._sample:
                continue
            ids = self._plan.selection.texts(post, self._among)
            if self._plan.selection.is_reserved(post):
                self.tally.reserved += bool(ids)
                continue
            ids = self._kept(post, ids)
            if self.changed is not None and ids:
                ids &= self.changed
            if ids:
                chosen = ChosenPost(self._people.applied(post), ids)
                self.tally.count(chosen)
                yield chosen

    def _kept(self, post: Post, ids: frozenset[str]) -> frozenset[str]:
        """Leave out copies; of a copied post's thread only comments with a text of their own stay."""
        if self._folded.isdisjoint(ids):
            return ids
        kept = ids - self._folded
        self.tally.copies += len(ids) - len(kept)
        if post.id in self._folded:
            kept &= {comment.id for comment in post.comments if comment.text}
        return kept

    def _drawn(self) -> frozenset[str]:
        selection = self._plan.selection
        return selection.drawn(
            post.id
            for post in self._archive.store.posts(self._connection)
            if not selection.is_reserved(post) and selection.texts(post, self._among)
        )

    def _duplicates(self) -> list[Duplicate]:
        duplicates = Duplicates()
        for post in self._archive.store.posts(self._connection, threads=False):
            if not self._plan.selection.is_reserved(post) and self._plan.selection.texts(post, self._among):
                duplicates.see(post)
        copied_posts = duplicates.posts()
        copies: dict[str, list[str]] = {}
        for duplicate in copied_posts:
            copies.setdefault(duplicate.of, []).append(duplicate.id)
        comments = (
            repeated_comments(self._loaded([original]), self._loaded(others)) for original, others in copies.items()
        )
        return sorted([*copied_posts, *chain.from_iterable(comments)], key=lambda duplicate: duplicate.id)

    def _loaded(self, ids: list[str]) -> Iterator[Post]:
        return (post for id_ in ids if (post := self._archive.store.post(id_, self._connection)) is not None)
