"""Threads in themes nobody knows: stretches of a page that repeat, each with a name, a date and prose.

Nothing here knows a theme. Groups of marks (`markers`) are tried in turn, the comments around them (`grouping`)
taken apart by comparing them (`parts`, `bodies`), and the group that gives the most whole comments is the thread,
unless the signs say that it is a list of something else (`plausible`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.comments.structure.authors import read_authors
from crawler.comments.structure.bodies import read_texts
from crawler.comments.structure.grouping import Enough, items
from crawler.comments.structure.markers import MAX_MARKS, Group, dated, groups
from crawler.comments.structure.outline import Outline, Run
from crawler.comments.structure.paging import further_pages
from crawler.comments.structure.parts import Part, read_dates, take_apart
from crawler.comments.structure.plausible import BY_CLASS, in_one_place, is_something_else, is_thread, quality
from crawler.comments.structure.relations import (
    answered,
    author_url,
    by_post_author,
    depths,
    parents,
    permalink,
    stated_parents,
)
from crawler.comments.structure.surroundings import stated
from crawler.pages.dates import find_date, parse_date
from crawler.pages.languages import HTML_XML_LANG, thread_languages
from crawler.pages.models import ReadComment, Thread
from crawler.pages.page import Page

#: How many times more whole comments a less sure mark must show to be believed…
FAR_MORE = 1.7
#: …and how many more at least: one more is often the post itself.
FEW = 2
#: How many times more marks a group must have to be tried after one that was as sure.
MORE = 1.2
#: Share of a platform's comments that the structure must show too, to be heard about them.
MOST = 0.8
#: Words of the shortest comment with its name and date.
SHORTEST = 6

#: How blog software quotes a page that links here.
_QUOTED = re.compile(r"\[(?:…|\.\.\.)\][\s\S]{0,2000}\[(?:…|\.\.\.)\](?:\s*\n.{0,80})?$")
_DELETED = re.compile(
    r"\W{0,3}(?:(?:this )?(?:comment|reply|post) (?:has been|was|is) (?:removed|deleted|hidden)(?: by .{1,60})?|"
    r"(?:comment )?(?:deleted|removed)(?: by .{1,40})?|(?:dieser )?kommentar (?:wurde )?(?:gel[oö]scht|entfernt)|"
    r"commentaire supprim[eé]|comentario (?:eliminado|borrado)|este coment[aá]rio foi removido.{0,60})\W{0,3}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Reading:
    group: Group
    parts: list[Part]
    score: float


class GenericComments(CommentSystem):
    """The structural reader, tried last."""

    name = "generic"

    def thread(self, page: Page) -> Thread | None:
        """Return the thread that the structure of a page shows; `None` when it shows none."""
        return self.thread_in(page.tree, page)

    def thread_in(self, region: HtmlElement, page: Page) -> Thread | None:
        """Return the thread that the structure of a region of a page shows; `None` when it shows none."""
        outline = Outline(region)
        best = _best(outline, groups(outline)) or _best(outline, dated(outline))
        if best is None:
            return None
        read_texts(outline, best.parts)
        comments = tuple(_comments(outline, best.parts, page))
        first = best.parts[0].item.run.start
        count = stated(outline, first)
        more = further_pages(outline, first, page, is_short=count is not None and count > len(comments))
        short = f"only the first {MAX_MARKS} comments of the page were read" if len(comments) >= MAX_MARKS else None
        thread = Thread(system=self.name, comments=comments, stated=count, more=more, short=short)
        return thread if comments else None


def refined(comments: Sequence[ReadComment], region: HtmlElement, page: Page) -> tuple[ReadComment, ...]:
    """Return comments that a platform's markup gave, with what the page's structure tells better: name, date, text.

    They stand in `region`, the only part of the page that is looked at. Themes print the platform's classes around
    anything; what they print around each comment alike shows what it is. Comments that stand apart from the thread,
    undated, in a list of recent ones, are left out.
    """
    thread = GenericComments().thread_in(region, page)
    seen = {each.native_id: each for each in thread.comments if each.native_id} if thread else {}
    known = sum(1 for each in comments if each.native_id in seen)
    if known < MOST * len(comments):
        return tuple(comments)
    kept = [each for each in comments if each.native_id in seen or each.date_shown]
    return tuple(_refined(each, seen.get(each.native_id or "")) for each in kept)


def is_quoted(text: str) -> bool:
    """Tell whether a text is what blog software quotes from a page that links to the post."""
    return _QUOTED.search(text) is not None


def _refined(comment: ReadComment, seen: ReadComment | None) -> ReadComment:
    if seen is None:
        return comment
    return replace(
        comment,
        author=seen.author or comment.author,
        author_url=comment.author_url or seen.author_url,
        published=comment.published or seen.published,
        date_shown=seen.date_shown or comment.date_shown,
        text=seen.text or comment.text,
        by_post_author=comment.by_post_author or seen.by_post_author,
        deleted=comment.deleted or seen.deleted,
    )


class _EnoughOf(Enough):
    def __init__(self, outline: Outline) -> None:
        self._outline = outline

    def __call__(self, run: Run) -> bool:
        return self._outline.words(run) > SHORTEST and self.dated(run)

    def dated(self, run: Run) -> bool:
        return any(find_date(piece.text) for piece in self._outline.pieces_in(run))


def _best(outline: Outline, candidates: Sequence[Group]) -> _Reading | None:
    """Return the reading by the surest kind of mark, unless another finds far more whole comments."""
    best: _Reading | None = None
    tried = 0
    for group in candidates:
        if tried >= MAX_MARKS:
            break
        if best is not None:
            needed = FAR_MORE if group.weight < best.group.weight else MORE
            if len(group.markers) < best.score * needed:
                continue
        tried += len(group.markers)
        reading = _read(outline, group)
        if reading is not None and (best is None or _is_better(reading, best)):
            best = reading
    return best


def _is_better(reading: _Reading, best: _Reading) -> bool:
    if reading.group.weight >= best.group.weight:
        return reading.score > best.score
    return reading.score > max(best.score * FAR_MORE, best.score + FEW)


def _read(outline: Outline, group: Group) -> _Reading | None:
    # a class shared by one or two elements is often that of their frame: what is around them is then the page
    climbs = group.weight != BY_CLASS or len(group.markers) > FEW
    found = items(outline, group.markers, group.names, enough=_EnoughOf(outline), climbs=climbs)
    parts = take_apart(outline, [item for item in found if not is_something_else(outline, item)])
    if not parts:
        return None
    read_dates(outline, parts)
    read_authors(outline, parts)
    parts = in_one_place(outline, parts)
    qualities = [quality(part) for part in parts]
    return _Reading(group, parts, sum(qualities)) if is_thread(outline, group, parts, qualities) else None


def _comments(outline: Outline, parts: Sequence[Part], page: Page) -> Iterator[ReadComment]:
    found = depths(outline, parts)
    above = parents(parts, found)
    links = answered(outline, parts)
    if "sioc:reply_of" in page.text:
        links |= stated_parents(outline, parts)
    marked = by_post_author(outline, parts)
    languages = thread_languages(page, fallback=HTML_XML_LANG)
    for index, part in enumerate(parts):
        if not (part.text or part.author) or is_quoted(part.text):
            continue
        shown = part.date_machine or part.date_shown
        deleted = _DELETED.fullmatch(part.text) is not None
        yield ReadComment(
            native_id=part.item.name,
            parent=links.get(index) or above[index],
            depth=found[index],
            author=part.author,
            author_url=author_url(outline, part, page.url),
            published=parse_date(shown, fetched=page.fetched, languages=languages) if shown else None,
            date_shown=part.date_shown,
            text="" if deleted else part.text,
            permalink=permalink(outline, part, page.url),
            by_post_author=marked[index],
            deleted=deleted,
        )
