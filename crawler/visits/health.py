"""The health of a site: whether what a crawl brought of it looks right, against its own past.

A blog brings one post at a time, so a crawl alone shows little: where it read fewer than ten, the latest ten are
judged together, this crawl's among them. What is wrong must be wrong with a tenth of them, and with three at least;
so one post without text, or one that its author shortened, is no alarm.
"""

from dataclasses import dataclass
from statistics import median

from archive.archive import Archive
from archive.records.models import Post, Visit
from archive.store.coverage import RecentRecords
from archive.store.posts import Change

#: So many posts are judged together, at least.
TOGETHER = 10
#: What is wrong with this many, and with a tenth, is no accident.
TOO_MANY = 3
SHARE = 10
#: Characters of a text that can be said to have shrunk; shorter ones are links and captions.
MIN_TEXT = 500
#: A thread that lacks fewer comments than this, or less than a fifth, lacks what sites count along: pingbacks, spam.
MIN_MISSING = 2
#: The median of new texts, against that of the site's past: so many times shorter is another kind of text.
TIMES_SHORTER = 3
MIN_NEW, MIN_PAST, MOST_PAST = 5, 20, 200


@dataclass(slots=True)
class Tally:
    """What one crawl read of one site."""

    #: Posts that are there whole, and those among them that say nothing beyond their title.
    whole: int = 0
    textless: int = 0
    #: Posts that were known with a text, and those among them that lost more than half of it.
    known: int = 0
    shrunk: int = 0
    #: Threads whose size is stated, and those among them that are short of it.
    threads: int = 0
    short: int = 0
    new: int = 0

    def note(self, visit: Visit, change: Change) -> None:
        """Count what a visit brought."""
        post = visit.post
        if post is None:
            return
        self.new += change.post == "new"
        if post.status == "whole":
            self.whole += 1
            self.textless += post.text in {"", post.title}
            if change.text_before is not None and change.text_before >= MIN_TEXT:
                self.known += 1
                self.shrunk += _has_shrunk(change.text_before, len(post.text))
        if post.comments_stated and (visit.thread_whole or visit.thread_reachable):
            self.threads += 1
            self.short += _is_short(post.comments_stated, _own_comments(post))


def concerns(tally: Tally, archive: Archive, site: str) -> list[str]:
    """Return what looks wrong with what was read of a site, in words; empty when all looks as it should."""
    recent = RecentRecords(archive.database, site)
    judged = (_textless(tally, recent), _shrunk(tally, recent), _short(tally, recent), _shorter(tally, recent))
    return [concern for concern in judged if concern is not None]


def _textless(tally: Tally, recent: RecentRecords) -> str | None:
    bad, of = tally.textless, tally.whole
    if bad and of < TOGETHER:
        latest = recent.textless(TOGETHER)
        bad, of = sum(latest), len(latest)
    return f"{bad} of {of} posts have no text" if _too_many(bad, of) else None


def _shrunk(tally: Tally, recent: RecentRecords) -> str | None:
    bad, of = tally.shrunk, tally.known
    if bad and of < TOGETHER:
        changes = [(before, after) for before, after in recent.changes(TOGETHER) if before >= MIN_TEXT]
        bad, of = sum(_has_shrunk(before, after) for before, after in changes), len(changes)
    if bad < TOO_MANY or not _too_many(bad, of):
        return None
    return f"{bad} of {of} posts read again lost more than half of their text"


def _short(tally: Tally, recent: RecentRecords) -> str | None:
    bad, of = tally.short, tally.threads
    if bad and of < TOGETHER:
        threads = recent.threads(TOGETHER)
        bad, of = sum(_is_short(stated, archived) for stated, archived in threads), len(threads)
    return f"{bad} of {of} threads are short of the size that the site states" if _too_many(bad, of) else None


def _shorter(tally: Tally, recent: RecentRecords) -> str | None:
    if not tally.new:
        return None
    lengths = recent.lengths(max(TOGETHER, min(tally.new, MOST_PAST)), MOST_PAST)
    if len(lengths.latest) < MIN_NEW or len(lengths.earlier) < MIN_PAST:
        return None
    now, before = median(lengths.latest), median(lengths.earlier)
    if before < MIN_TEXT or now * TIMES_SHORTER >= before:
        return None
    newest = len(lengths.latest)
    return f"the {newest} newest posts have {now:.0f} characters in the median, those before them {before:.0f}"


def _too_many(bad: int, of: int) -> bool:
    return bad >= min(TOO_MANY, max(of, 1)) and bad * SHARE >= of


def _has_shrunk(before: int, after: int) -> bool:
    return before >= MIN_TEXT and after * 2 < before


def _is_short(stated: int, archived: int) -> bool:
    return stated - archived >= MIN_MISSING and archived * 5 < stated * 4


def _own_comments(post: Post) -> int:
    """Return how many comments of the post's own thread there are: those of other places are not in its size."""
    return sum(1 for comment in post.comments if comment.system == post.comment_system)
