"""Which texts of an archive go into a dataset."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from heapq import nsmallest
from typing import Any

from archive.records import Comment, Post, format_time
from archive.results import Kind

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
        stated = {each.name: getattr(self, each.name) for each in fields(self)}
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
        return frozenset(each.id for each in texts if self._chooses(each) and (among is None or each.id in among))

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
