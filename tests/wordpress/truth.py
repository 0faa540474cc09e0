"""What WordPress's database says, and how an archive differs from it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from lxml import html

from archive.records.models import Comment, Post, comment_id
from crawler.pages.urls import canonical

ZONE = ZoneInfo("America/Los_Angeles")
#: The words that `writing.coined` makes.
_COINED = re.compile(r"qx[a-z]+wq(?:script)?")
#: A post's text may lack this share of its words (a caption, a table's heading) and still be whole.
_WORDS_LOST = 0.02
#: The share of authors and dates that pages alone must give.
SHARE_BY_PAGES = 0.98
_CUT = {"minute": ("second",), "day": ("second", "minute", "hour")}


@dataclass(frozen=True)
class TrueComment:
    """A row of wp_comments."""

    id: str
    parent: str | None
    author: str
    published: datetime
    content: str
    approved: bool
    ping: bool
    by_post_author: bool


@dataclass(frozen=True)
class TruePost:
    """A row of wp_posts with its thread, public or not."""

    id: str
    url: str
    title: str
    author: str
    published: datetime
    updated: datetime
    content: str
    public: bool
    categories: frozenset[str]
    tags: frozenset[str]
    comments: Mapping[str, TrueComment]

    @cached_property
    def public_comments(self) -> dict[str, TrueComment]:
        """Approved comments by readers: no pings."""
        return {id_: each for id_, each in self.comments.items() if self.public and each.approved and not each.ping}

    @cached_property
    def shown_comments(self) -> dict[str, TrueComment]:
        """Those that pages show: WordPress hides what answers a comment that was taken away."""
        return {
            id_: each
            for id_, each in self.public_comments.items()
            if all(self.comments[above].approved for above in self.above(id_))
        }

    def above(self, id_: str) -> Iterator[str]:
        """Yield the ids of what a comment answers, the nearest first."""
        parent = self.comments[id_].parent
        while parent is not None:
            yield parent
            parent = self.comments[parent].parent

    def depth(self, id_: str) -> int:
        """Return the levels down to a comment, 1 for one that answers the post, as WordPress counts."""
        return 1 + len(list(self.above(id_)))


def true_posts(answer: Mapping[str, Any]) -> list[TruePost]:
    """Return all posts from what truth.php printed."""
    terms: dict[tuple[str, str], set[str]] = {}
    for term in answer["terms"]:
        terms.setdefault((term["post"], term["taxonomy"]), set()).add(html.fromstring(term["name"]).text_content())
    return [_true_post(post, terms, answer["comments"]) for post in answer["posts"]]


@dataclass
class Difference:
    """What the archive of one site lacks, holds too much, or holds otherwise, each in words; all empty when equal."""

    posts: int = 0
    comments: int = 0
    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    authors_marked: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        """Everything, for a test that allows nothing."""
        return [line for value in vars(self).values() if isinstance(value, list) for line in value]

    def summary(self) -> str:
        """Return one line of numbers."""
        counts = {name: len(value) for name, value in vars(self).items() if isinstance(value, list)}
        wrong = ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "nothing differs"
        return f"{self.posts} posts, {self.comments} comments: {wrong}"


def compare(found: Mapping[str, Post], truth: list[TruePost], *, nested: int | None = None) -> Difference:
    """Return how archived posts, by URL, differ from the truth.

    `nested` is the depth that pages nest replies to, for an archive read from pages alone: what pages do not
    state is then not asked for. `None` asks for everything.
    """
    difference = Difference()
    expected = {_canonical(post.url): post for post in truth if post.public}
    difference.surplus += [f"{url} is no public post" for url in found.keys() - expected.keys()]
    for url, post in expected.items():
        if url in found:
            _compare_post(found[url], post, difference, nested)
        else:
            difference.missing.append(f"{url} is missing")
    return difference


def by_pages(difference: Difference) -> list[str]:
    """Return what pages alone must have given and did not: all but a few authors and dates."""
    texts = difference.posts + difference.comments
    few = [
        f"only {1 - len(wrong) / texts:.1%} right: {wrong[:10]}"
        for wrong in (difference.names, difference.dates)
        if len(wrong) > texts * (1 - SHARE_BY_PAGES)
    ]
    wrong = [difference.missing, difference.surplus, difference.texts, difference.titles, difference.parents]
    return [*(line for lines in wrong for line in lines), *few]


def secret_words(truth: list[TruePost]) -> set[str]:
    """Return the coined words of all that is not public: drafts, protected posts, spam, scripts…"""
    public: set[str] = set()
    everything: set[str] = set()
    for post in truth:
        everything |= _coined_in(post.content, *(each.content for each in post.comments.values()))
        public |= _coined_in(*(each.content for each in post.public_comments.values()))
        if post.public:
            public |= _coined_in(_text_of(post.content))
    return everything - public


def _coined_in(*texts: str) -> set[str]:
    return {word for text in texts for word in _COINED.findall(text)}


def _compare_post(found: Post, post: TruePost, difference: Difference, nested: int | None) -> None:
    difference.posts += 1
    where = post.url
    if _plain(found.title or "") != _plain(_text_of(post.title)):
        difference.titles.append(f"{where}: title {found.title!r}, not {post.title!r}")
    if _plain(found.author or "") != _plain(post.author):
        difference.names.append(f"{where}: author {found.author!r}, not {post.author!r}")
    if not _same_moment(found, post.published, exact=nested is None):
        difference.dates.append(f"{where}: {found.published} ({found.published_precision}), not {post.published}")
    lost = _lost(found.text, post.content)
    if lost > _WORDS_LOST:
        difference.texts.append(f"{where}: {lost:.0%} of the words are missing")
    if set(found.categories) != post.categories or set(found.tags) != post.tags:
        shown = f"{sorted(found.categories)} {sorted(found.tags)}"
        difference.terms.append(f"{where}: {shown}, not {sorted(post.categories)} {sorted(post.tags)}")
    _compare_thread(found, post, difference, nested)


def _compare_thread(found: Post, post: TruePost, difference: Difference, nested: int | None) -> None:
    native = {comment_id(found.url, "wordpress", id_): id_ for id_ in post.comments}
    comments = {native.get(each.id, each.id): each for each in found.comments}
    expected = post.public_comments if nested is None else post.shown_comments
    for id_, comment in comments.items():
        if id_ not in post.public_comments and not comment.deleted:
            difference.surplus.append(f"{post.url}: {id_} ({comment.author}) is no public comment")
    for id_, true in expected.items():
        if id_ in comments:
            _compare_comment(comments[id_], true, post, difference, nested)
        else:
            difference.missing.append(f"{post.url}: comment {id_} is missing")
    if nested is None:
        wanted = {id_: post.comments[id_].parent for id_ in expected}
    else:
        wanted = {id_: post.comments[id_].parent for id_ in expected if post.depth(id_) <= nested}
    for id_, parent in wanted.items():
        seen = comments[id_].parent_id if id_ in comments else None
        if id_ in comments and (native.get(seen, seen) if seen else None) != parent:
            difference.parents.append(f"{post.url}: {id_} answers {native.get(seen or '', seen)}, not {parent}")


def _compare_comment(
    found: Comment, true: TrueComment, post: TruePost, difference: Difference, nested: int | None
) -> None:
    difference.comments += 1
    where = f"{post.url}#comment-{true.id}"
    if _words(found.text) != _words(_text_of(true.content)):
        difference.texts.append(f"{where}: {found.text[:120]!r}, not {true.content[:120]!r}")
    if _plain(found.author or "Anonymous") != _plain(true.author or "Anonymous"):
        difference.names.append(f"{where}: author {found.author!r}, not {true.author!r}")
    if not _same_moment(found, true.published, exact=nested is None):
        difference.dates.append(f"{where}: {found.published} ({found.published_precision}), not {true.published}")
    if found.by_post_author != true.by_post_author:
        difference.authors_marked.append(f"{where}: by the post's author: {found.by_post_author}")


def _same_moment(found: Post | Comment, true: datetime, *, exact: bool) -> bool:
    """Tell whether a date is right to the precision it claims; `exact` takes seconds alone.

    Where a page prints no zone, the site's own clock is right too.
    """
    if found.published is None:
        return False
    if exact or found.published_precision == "second":
        # WordPress's REST answer runs dates through the site's zone: what its clocks skipped comes out an hour late.
        skipped = timedelta(hours=1) if exact and _was_skipped(true) else timedelta(0)
        return found.published_precision == "second" and found.published in {true, true + skipped}
    cut = dict.fromkeys(_CUT.get(found.published_precision or "", ()), 0)
    local = true.astimezone(ZONE).replace(tzinfo=UTC)
    return found.published.replace(**cut) in {true.replace(**cut), local.replace(**cut)}  # type: ignore[arg-type]


def _was_skipped(moment: datetime) -> bool:
    """Tell whether the site's clocks never showed this time of day, read as a local one."""
    local = moment.replace(tzinfo=ZONE)
    return local.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) != moment.replace(tzinfo=None)


def _lost(found: str, content: str) -> float:
    expected = _words(_text_of(content))
    there = set(_words(found))
    return sum(word not in there for word in expected) / max(len(expected), 1)


def _true_post(post: Mapping[str, Any], terms: Mapping[tuple[str, str], set[str]], comments: list[Any]) -> TruePost:
    return TruePost(
        id=post["id"],
        url=post["url"],
        title=post["title"],
        author=post["author"],
        published=_utc(post["published"]),
        updated=_utc(post["updated"]),
        content=post["content"],
        public=post["status"] == "publish" and post["protected"] == "0",
        categories=frozenset(terms.get((post["id"], "category"), ())),
        tags=frozenset(terms.get((post["id"], "post_tag"), ())),
        comments={
            each["id"]: TrueComment(
                id=each["id"],
                parent=each["parent"] if each["parent"] != "0" else None,
                author=each["author"],
                published=_utc(each["published"]),
                content=each["content"],
                approved=each["status"] == "1",
                ping=each["type"] != "comment",
                by_post_author=each["user_id"] != "0" and each["author"] == post["author"],
            )
            for each in comments
            if each["post"] == post["id"]
        },
    )


def _utc(text: str) -> datetime:
    # A draft has no date yet.
    return datetime.min.replace(tzinfo=UTC) if text.startswith("0000") else datetime.fromisoformat(f"{text}+00:00")


def _text_of(content: str) -> str:
    """Return what a reader sees of HTML or text."""
    tree = html.fragment_fromstring(content, create_parent="div")
    for script in tree.xpath(".//script | .//iframe"):
        script.drop_tree()
    return " ".join(tree.itertext())


def _words(text: str) -> list[str]:
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return re.findall(r"\w+", unicodedata.normalize("NFKC", visible).casefold())


def _plain(text: str) -> str:
    return " ".join(_words(text))


def _canonical(url: str) -> str:
    address = canonical(url)
    assert address is not None, url
    return address
