"""Threads in themes nobody knows: stretches of a page that repeat, each with a name, a date and prose.

Nothing here knows a theme. Groups of marks and the comments around them (`groups`) are tried in turn, taken apart by
comparing them (`parts`, `authors`), and the group that gives the most whole comments is the thread, unless signs say
that it is a list of something else: posts, links beside the text, or parts of the machinery.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lxml.html import HtmlElement

from crawler.comments.base import CommentSystem
from crawler.comments.structure.authors import read_authors
from crawler.comments.structure.bylines import is_button, is_reply_button
from crawler.comments.structure.groups import MAX_MARKS, Group, Item, dated_groups, items, marked_groups
from crawler.comments.structure.outline import Outline
from crawler.comments.structure.parts import Part, has_prose, read_dates, read_texts, take_apart
from crawler.comments.structure.relations import (
    among_comments,
    answered,
    author_urls,
    by_post_author,
    depths,
    further_pages,
    parents,
    permalinks,
    stated_count,
    stated_parents,
)
from crawler.pages.dates import parse_date
from crawler.pages.languages import page_languages
from crawler.pages.models import ReadComment, StatedDate, Thread
from crawler.pages.page import Page

#: How many times more whole comments a less sure mark must show to be believed…
FAR_MORE = 1.7
#: …and how many more at least: one more is often the post itself.
FEW = 2
#: How many times more marks a group must have to be tried after one that was as sure.
MORE = 1.2
#: Share of a platform's comments that the structure must show too, to be heard about them.
MOST = 0.8
#: What a stretch with prose is worth, and what a name and a date add: together 1, a whole comment.
PROSE, NAME, DATE = 0.4, 0.3, 0.3
#: Prose with a name or a date.
READABLE = 0.5
#: Short dated lines in a comment; one with more is several comments.
MAX_DATES = 2
#: Levels between a link and a text in it.
MAX_IN_LINK = 4
#: Share of words in links from which a stretch is links.
MOSTLY = 0.7
#: Words of a name, on average: names have two, titles eight.
MAX_MEAN_NAME = 4
#: Stretches looked into for what only posts have.
SAMPLED = 5
#: Pieces of text in which a pingback says that it is one.
FIRST_PIECES = 8
#: Marks by id, by class, by a class that may hold several comments or by a link, by anything else.
BY_ID, BY_CLASS, BY_LINK = 3, 2, 1

#: What a comment's own element is called, and hardly anything else.
_COMMENT_CLASS = re.compile(
    r"\.(?:\w+-)?comment(?:[-_](?:item|wrapper|wrap|body|block|entry|container|box))?$", re.IGNORECASE
)
_NO_COMMENT = re.compile(
    r"pingback|trackback|linkback|preview|template|placeholder|respond\b|(?:^|[\s_-])form(?:$|[\s_-])", re.IGNORECASE
)
_PING = re.compile(r"\W{0,3}(?:pingback|trackback|linkback)\b", re.IGNORECASE)
_RECENT = re.compile(
    r"(?:^|[\s_-])(?:recent|latest|newest)[-_]?(?:\w{1,10}[-_])?(?:comm|repl|post|discuss)|"
    r"(?:^|\s)(?:track|ping)backs?(?:[-_](?:list|content|body))?(?:\s|$)",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    rf"{_RECENT.pattern}|(?:^|\s)(?:\w{{1,20}}-)?(?:sidebar|side|aside|rail|related|twitter|tweets)(?:[-_]?\w{{1,20}})?(?:\s|$)",
    re.IGNORECASE,
)
_TEASER = re.compile(
    r"\W*(?:\d{1,6}|no) comments?\W*|leave a comment|read more\W*|.{0,200}\bcontinue reading.{0,200}", re.IGNORECASE
)
#: How blog software quotes a page that links here.
_QUOTED = re.compile(r"\[(?:…|\.\.\.)\][\s\S]{0,2000}\[(?:…|\.\.\.)\](?:\s*\n.{0,80})?$")
_DELETED = re.compile(
    r"\W{0,3}(?:(?:this )?(?:comment|reply|post) (?:has been|was|is) (?:removed|deleted|hidden)(?: by .{1,60})?|"
    r"(?:comment )?(?:deleted|removed)(?: by .{1,40})?|(?:dieser )?kommentar (?:wurde )?(?:gel[oö]scht|entfernt)|"
    r"commentaire supprim[eé]|comentario (?:eliminado|borrado)|este coment[aá]rio foi removido.{0,60})\W{0,3}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Candidate:
    group: Group
    parts: list[Part]
    score: float


class GenericComments(CommentSystem):
    """The structural reader, tried last."""

    name = "generic"
    title = "anything else"
    read_by = (
        "repeated blocks with a name, a date and a text, in any theme; further pages of such a thread, if the page "
        "counts more comments than it shows or the link mentions comments"
    )

    def thread(self, page: Page) -> Thread | None:
        """Return the thread that the structure of a page shows; `None` when it shows none."""
        return self.thread_in(page.tree, page)

    def thread_in(self, region: HtmlElement, page: Page) -> Thread | None:
        """Return the thread that the structure of a region of a page shows; `None` when it shows none."""
        outline = Outline(region)
        best = _best(outline, marked_groups(outline)) or _best(outline, dated_groups(outline))
        if best is None:
            return None
        read_texts(outline, best.parts)
        comments = _comments(outline, best.parts, page)
        first = best.parts[0].item.run.start
        count = stated_count(outline, first)
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
    seen = {comment.native_id: comment for comment in thread.comments if comment.native_id} if thread else {}
    known = sum(1 for comment in comments if comment.native_id in seen)
    if known < MOST * len(comments):
        return tuple(comments)
    kept = [comment for comment in comments if comment.native_id in seen or comment.date_shown]
    return tuple(_refined(comment, seen.get(comment.native_id or "")) for comment in kept)


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


def _best(outline: Outline, groups: Sequence[Group]) -> _Candidate | None:
    """Return the thread by the surest kind of mark, unless another finds far more whole comments."""
    best: _Candidate | None = None
    tried = 0
    for group in groups:
        if tried >= MAX_MARKS:
            break
        if best is not None:
            needed = FAR_MORE if group.weight < best.group.weight else MORE
            if len(group.markers) < best.score * needed:
                continue
        tried += len(group.markers)
        candidate = _candidate(outline, group)
        if candidate is not None and (best is None or _is_better(candidate, best)):
            best = candidate
    return best


def _is_better(candidate: _Candidate, best: _Candidate) -> bool:
    if candidate.group.weight >= best.group.weight:
        return candidate.score > best.score
    return candidate.score > max(best.score * FAR_MORE, best.score + FEW)


def _candidate(outline: Outline, group: Group) -> _Candidate | None:
    # a class shared by one or two elements is often that of their frame: what is around them is then the page
    climbs = group.weight != BY_CLASS or len(group.markers) > FEW
    parts = take_apart(outline, _comments_among(outline, items(outline, group, climbs=climbs)))
    if not parts:
        return None
    read_dates(outline, parts)
    read_authors(outline, parts)
    parts = _in_one_place(outline, parts)
    qualities = [_quality(part) for part in parts]
    return _Candidate(group, parts, sum(qualities)) if _is_thread(outline, group, parts, qualities) else None


def _comments(outline: Outline, parts: Sequence[Part], page: Page) -> tuple[ReadComment, ...]:
    levels = depths(outline, parts)
    above = parents(parts, levels)
    answers = answered(outline, parts)
    if "sioc:reply_of" in page.text:
        answers |= stated_parents(outline, parts)
    links = permalinks(outline, parts, page.url)
    profiles = author_urls(outline, parts, page.url)
    marked = by_post_author(outline, parts)
    dates = _dates(parts, page)
    comments: list[ReadComment] = []
    for index, part in enumerate(parts):
        if not (part.text or part.author) or is_quoted(part.text):
            continue
        deleted = _DELETED.fullmatch(part.text) is not None
        comments.append(
            ReadComment(
                native_id=part.item.name,
                parent=answers.get(index) or above[index],
                depth=levels[index],
                author=part.author,
                author_url=profiles[index],
                published=dates[index],
                date_shown=part.date_shown,
                text="" if deleted else part.text,
                permalink=links[index],
                by_post_author=marked[index],
                deleted=deleted,
            )
        )
    return tuple(comments)


def _dates(parts: Sequence[Part], page: Page) -> list[StatedDate | None]:
    languages = page.once(page_languages)
    texts = [part.date_machine or part.date_shown for part in parts]
    return [parse_date(text, fetched=page.fetched, languages=languages) if text else None for text in texts]


def _quality(part: Part) -> float:
    """Return how much of a whole comment a part is, from 0 to 1."""
    if not has_prose(part):
        return 0.0
    dates = sum(1 for line in part.lines if line.date is not None and len(line.text.split()) <= MAX_MEAN_NAME * 3)
    whole = PROSE + NAME * bool(part.author) + DATE * bool(part.date_shown)
    return whole if dates <= MAX_DATES else whole / dates


def _is_thread(outline: Outline, group: Group, parts: Sequence[Part], qualities: Sequence[float]) -> bool:
    """Tell whether enough of the stretches are whole comments; the less sure the mark, the more must be."""
    readable = sum(1 for value in qualities if value > READABLE)
    whole = sum(1 for value in qualities if value >= 1)
    sure = sum(1 for part in parts if part.author_sure)
    if readable * 2 < len(parts) or any(_holds_page(outline, part.item) for part in parts):
        return False
    if _is_aside(outline, group, parts[0].item) or _are_teasers(parts):
        return False
    if group.weight == BY_ID:
        return len(parts) > 1 or whole == 1 or sure == 1
    if _are_listed(outline, parts, title=0 if group.weight < BY_CLASS else MAX_MEAN_NAME):
        return False
    if group.weight == BY_CLASS:
        named = not _are_titled(parts, MAX_MEAN_NAME * 1.5)
        return named and _by_class(group, len(parts), whole=whole, sure=sure if readable == len(parts) else 0)
    enough = _by_little(group, len(parts), whole=whole, sure=sure) or (
        whole == len(parts) and _is_told(outline, parts)
    )
    return enough and not _are_posts(outline, group, parts)


def _comments_among(outline: Outline, items: Sequence[Item]) -> list[Item]:
    """Leave out pingbacks, forms and previews, told by their classes or their first word."""
    named = [item for item in items if not _is_named_otherwise(outline, item)]
    first = [outline.pieces_in(item.run, item.inner, most=FIRST_PIECES) for item in named]
    words = ["".join(piece.text for piece in pieces).strip() for pieces in first]
    return [item for item, start in zip(named, words, strict=True) if not _PING.match(start)]


def _is_named_otherwise(outline: Outline, item: Item) -> bool:
    elements = (outline.elements[number] for number in {item.run.start, item.marker})
    return any(_NO_COMMENT.search(f"{element.get('class') or ''} {element.get('id') or ''}") for element in elements)


def _in_one_place(outline: Outline, parts: list[Part]) -> list[Part]:
    """Leave out parts without a date that stand elsewhere than those with one: lists of recent comments."""
    places: dict[int, list[Part]] = {}
    for part in parts:
        if part.item.around is None:
            places.setdefault(outline.parents[part.item.run.start], []).append(part)
    dated = {place: sum(1 for part in members if part.date_shown) for place, members in places.items()}
    if len(places) == 1 or sum(dated.values()) * 2 < len(parts):
        return parts
    dropped = {id(part) for place, members in places.items() if not dated[place] for part in members}
    return [part for part in parts if id(part) not in dropped]


def _by_class(group: Group, total: int, *, whole: int, sure: int) -> bool:
    if total == 1:
        return whole == 1 and (sure == 1 or _COMMENT_CLASS.search(group.key) is not None)
    if total == 2:  # noqa: PLR2004  # half of two is chance
        return total in {whole, sure}
    return whole * 2 >= total or sure == total


def _by_little(group: Group, total: int, *, whole: int, sure: int) -> bool:
    if sure == total >= SAMPLED:
        return True
    if group.weight == BY_LINK and whole * 3 >= total * 2 and sure * 2 >= total:
        return True
    return whole * 5 >= total * 4 and (sure * 3 >= total * 2 or total > SAMPLED)


def _is_told(outline: Outline, parts: Sequence[Part]) -> bool:
    """Tell whether a heading counts the stretches, or each can be replied to."""
    if len(parts) <= MAX_DATES:
        return False
    answerable = sum(1 for part in parts if any(is_button(line.text) for line in part.lines))
    return answerable == len(parts) or stated_count(outline, parts[0].item.run.start) is not None


def _holds_page(outline: Outline, item: Item) -> bool:
    """Tell whether a stretch holds what no comment holds: the page's heading or its main part."""
    return any(element.tag in {"h1", "main", "body"} for element in outline.elements[item.run.start : item.run.end])


def _is_aside(outline: Outline, group: Group, first: Item) -> bool:
    told = _RECENT if group.weight == BY_ID else _ASIDE
    for number in outline.ancestors(first.run.start):
        element = outline.elements[number]
        if element.tag not in {"body", "html"} and told.search(
            f"{element.get('class') or ''} {element.get('id') or ''}"
        ):
            return True
    return False


def _are_teasers(parts: Sequence[Part]) -> bool:
    """Tell whether the stretches invite to read on, as posts on a front page do."""
    return sum(1 for part in parts if any(_TEASER.fullmatch(line.text) for line in part.lines)) * 2 > len(parts)


def _are_listed(outline: Outline, parts: Sequence[Part], *, title: int) -> bool:
    """Tell whether the stretches have linked headings of more than `title` words, or are links with little beside."""
    answerable = sum(1 for part in parts if any(is_reply_button(line.text) for line in part.lines)) == len(parts)
    if not answerable and any(_heads_post(outline, part, title) for part in parts[:SAMPLED]):
        return True
    return sum(1 for part in parts if _link_share(outline, part) > MOSTLY) * 2 > len(parts)


def _are_titled(parts: Sequence[Part], most: float) -> bool:
    """Tell whether what looks like names has more words than names have."""
    lengths = [len(part.author.split()) for part in parts if part.author]
    return bool(lengths) and sum(lengths) > most * len(lengths)


def _are_posts(outline: Outline, group: Group, parts: Sequence[Part]) -> bool:
    if _are_titled(parts, MAX_MEAN_NAME) or stated_count(outline, parts[0].item.run.start) == 0:
        return True
    return group.weight < BY_LINK and not among_comments(outline, parts[0].item.run.start)


def _heads_post(outline: Outline, part: Part, title: int) -> bool:
    """Tell whether a stretch has a heading of more than `title` words that is a link, or links to categories."""
    for number in range(part.item.run.start, part.item.run.end):
        element = outline.elements[number]
        if part.author_at is not None and number <= part.author_at < outline.ends[number]:
            continue
        if element.tag in {"h2", "h3", "h4", "h5"} and outline.word_counts[number] > title:
            around = element.getparent()
            if element.find(".//a[@href]") is not None or (around is not None and around.tag == "a"):
                return True
        if element.tag == "a" and {"bookmark", "category", "tag"} & set((element.get("rel") or "").split()):
            return True
    return False


def _link_share(outline: Outline, part: Part) -> float:
    words = linked = 0
    name = range(part.author_at, outline.ends[part.author_at]) if part.author_at is not None else ()
    for _, owner, text in part.pieces:
        count = len(text.split()) if owner not in name else 0
        words += count
        around = (owner, *islice(outline.ancestors(owner), MAX_IN_LINK))
        if count and any(outline.elements[number].tag == "a" for number in around):
            linked += count
    words -= len((part.date_shown or "").split())
    return linked / words if words > 0 else 1.0
