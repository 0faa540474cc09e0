"""Whether stretches of a page are comments, or posts in a list, links beside the text, or parts of the machinery."""

import re
from collections.abc import Sequence
from itertools import islice

from crawler.comments.structure.bodies import has_prose
from crawler.comments.structure.bylines import is_button, is_reply_button
from crawler.comments.structure.grouping import Item
from crawler.comments.structure.markers import Group
from crawler.comments.structure.outline import Outline
from crawler.comments.structure.parts import Part
from crawler.comments.structure.surroundings import among_comments, stated

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


def quality(part: Part) -> float:
    """Return how much of a whole comment a part is, from 0 to 1."""
    if not has_prose(part):
        return 0.0
    dates = sum(1 for line in part.lines if line.date is not None and len(line.text.split()) <= MAX_MEAN_NAME * 3)
    whole = PROSE + NAME * bool(part.author) + DATE * bool(part.date_shown)
    return whole if dates <= MAX_DATES else whole / dates


def is_thread(outline: Outline, group: Group, parts: Sequence[Part], qualities: Sequence[float]) -> bool:
    """Tell whether enough of the stretches are whole comments; the less sure the mark, the more must be."""
    readable = sum(1 for each in qualities if each > READABLE)
    whole = sum(1 for each in qualities if each >= 1)
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


def is_something_else(outline: Outline, item: Item) -> bool:
    """Tell whether a stretch is a pingback, a form or a preview, by its classes or its first word."""
    for number in {item.run.start, item.marker}:
        element = outline.elements[number]
        if _NO_COMMENT.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
    start = "".join(piece.text for piece in islice(outline.pieces_in(item.run, item.inner), 8))
    return _PING.match(start.strip()) is not None


def in_one_place(outline: Outline, parts: list[Part]) -> list[Part]:
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
    return answerable == len(parts) or stated(outline, parts[0].item.run.start) is not None


def _holds_page(outline: Outline, item: Item) -> bool:
    """Tell whether a stretch holds what no comment holds: the page's heading or its main part."""
    return any(each.tag in {"h1", "main", "body"} for each in outline.elements[item.run.start : item.run.end])


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
    if _are_titled(parts, MAX_MEAN_NAME) or stated(outline, parts[0].item.run.start) == 0:
        return True
    return group.weight < BY_LINK and not among_comments(outline, parts[0].item.run.start)


def _heads_post(outline: Outline, part: Part, title: int) -> bool:
    """Tell whether a stretch has a heading of more than `title` words that is a link, or links to categories."""
    for number in range(part.item.run.start, part.item.run.end):
        element = outline.elements[number]
        if part.author_at is not None and number <= part.author_at < outline.ends[number]:
            continue
        if element.tag in {"h2", "h3", "h4", "h5"} and outline.words(outline.element(number)) > title:
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
