"""Where the comments of a page may be: marks that stand once in each, and how far around its mark each reaches.

Marks are numbered ids, classes, permalinks, microdata, or lines with a date. Those of one kind are a group.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.comments.structure.outline import Outline, Run, is_hidden
from crawler.pages.dates import find_date

#: Ids longer than this are not written by comment software.
MAX_ID = 160
#: Characters of an element's classes that are looked at.
MAX_CLASSES = 2000
#: Words of a line that is a date with a name.
MAX_DATED_WORDS = 16
#: Groups of dated lines worth trying.
MAX_DATED = 4
#: Numbers in an id: a comment's, a post's and a page's.
MAX_NUMBERS = 3
#: Comments read of one page; more are a trap, and each costs a quarter of a millisecond.
MAX_MARKS = 20_000
#: Classes and ids remembered: a page repeats a few hundred.
CACHED = 4096
#: Groups worth trying, the most telling first.
MAX_GROUPS = 12

#: Elements that are a whole comment where a list is made of them.
_WHOLE = frozenset({"li", "article", "body", "html"})
_ENDS = frozenset({"form", "textarea", "h1", "h2", "h3", "iframe"})
#: Siblings at most that belong to a comment before the one that is marked.
MAX_LEAD = 3
#: Levels climbed at most from a lone mark.
LONE_CLIMB = 5
#: Words of the shortest comment with its name and date.
SHORTEST = 6

#: What comment software calls a comment, in the languages it is written in.
COMMENT_WORD = re.compile(
    r"comm?ent(?!ary|aries|ator)|kommen|koment|cmmt|cmnt|cmt|reactie|reaktion|reacties|respuesta|respost|commento|opinion|yorum|"
    r"dsq|idc-c|lf_|discuss|feedback|guestbook|remark|\brespons|repl(?:y|ies)",
    re.IGNORECASE,
)
#: Parts of a comment's machinery that are not a comment.
_MACHINERY = re.compile(
    r"form|respond|input|button|btn|count|vote|rating|like|score|toggle|hide|hidden|avatar|image|tooltip|report|flag|"
    r"count|^(?:fa|bi|ion|dashicons|glyphicon)-|last[-_]?(?:comm|repl)|nav|pag(?:e|ing|inat)|label|error|notif|subscri|recent|latest|sidebar|widget|related|footer|css|script|cancel|"
    r"(?:reply|replies|answer)[-_]?(?:link|to|box|area|button|container)|link|icon|notes?$|guideline|leader|preview|header|heading|"
    r"(?:^|[-_])(?:num|nb|total)[-_]|policy|login|sign|leave|add|post-?comment|write|intro|title|filter|sort|tab|module|menu|postid|status|open|close|info",
    re.IGNORECASE,
)
#: Classes of what holds all comments.
_CONTAINER = re.compile(
    r"comm?ents|comentarios|commentaires|kommentare|replies|respon[sd]es|list|area|section|discussions?$|feedbacks|wrappers|guestbook$|opinions?$",
    re.IGNORECASE,
)
#: Ids of blocks that hold comments.
_SEVERAL = re.compile(
    r"comm?ents(?![a-z])|kommentare|coment[aá]rios|commentaires|commenti(?![a-z])|reacties|replies|block",
    re.IGNORECASE,
)
#: Elements that are no comment whatever their class.
_NEVER = frozenset({"a", "html", "body", "form", "h1", "h2", "h3"})
_LISTS = re.compile(
    r"(?:^|[\s_-])(?:comm?ents?|commentlist|replies|responses|kommentare|comentarios|commentaires)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{16,64}|\d+", re.IGNORECASE
)
_PARAMETER = re.compile(
    r"[?&](replytocom|comment_?id|cid|showcomment|commentnumber|comment|reply_?to|parent)=(\d+)", re.IGNORECASE
)
#: Class tokens that differ from one comment to the next.
_VARYING = re.compile(
    r"odd|even|alt\d?|alternate|first|last|clear(?:fix)?|row|parent|vcard|hentry|by\w*|.*\d.*|(?:thread|depth|level|comment-author)-.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Group:
    """Elements that each mark one comment, if the group is what it seems."""

    #: What they share: an id with its number replaced, a class, a parameter.
    key: str
    #: How sure the kind alone makes it, from 0 to 3.
    weight: int
    markers: tuple[int, ...]
    #: What differs: the comments' numbers, for groups that have them.
    names: tuple[str | None, ...]


@dataclass(slots=True)
class Item:
    """A stretch of the page that should be one comment."""

    run: Run
    name: str | None
    marker: int
    #: Stretches inside that are other comments.
    inner: list[Run] = field(default_factory=list)
    #: Index of the comment in whose stretch it lies, `None` at the top.
    around: int | None = None


def marked_groups(outline: Outline) -> list[Group]:
    """Return the groups of a page, the most telling first."""
    found: dict[str, dict[str, int]] = {}
    weights: dict[str, int] = {}
    for number, element in enumerate(outline.elements):
        for key, name, weight in _marks(element, number):
            found.setdefault(key, {}).setdefault(name, number)
            weights[key] = weight
        if element.tag in {"ol", "ul"} and _LISTS.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            found[f"list {number}"] = {
                f"\x00{child}": child for child in outline.children(number) if outline.elements[child].tag == "li"
            }
            weights[f"list {number}"] = 2
    collected = [_group(key, weights[key], members) for key, members in found.items()]
    collected = [group for group in collected if group.markers and (group.weight > 1 or len(group.markers) > 1)]
    return sorted(collected, key=_promise)[:MAX_GROUPS]


def dated_groups(outline: Outline) -> list[Group]:
    """Return the groups of short lines with a date that stand in the same kind of element, the largest first."""
    found: dict[str, dict[str, int]] = {}
    lines = outline.lines()
    spans = [find_date(line) for _, line in lines]
    for (owner, line), span in zip(lines, spans, strict=True):
        if span and len(line.split()) <= MAX_DATED_WORDS and not _is_navigation(outline, owner):
            found.setdefault(_path(outline, owner), {}).setdefault(f"\x00{owner}", owner)
    collected = [_group(f"dated {key}", 0, members) for key, members in found.items() if len(members) > 1]
    largest = sorted(collected, key=lambda group: -len(group.markers))[:MAX_DATED]
    # some software prints the post's own date as it prints the comments'
    shorter = [Group(group.key, group.weight, group.markers[1:], group.names[1:]) for group in largest]
    return largest + [group for group in shorter if len(group.markers) > 1]


def _path(outline: Outline, number: int) -> str:
    keys = []
    for around in (number, *outline.ancestors(number)):
        element = outline.elements[around]
        keys.append(class_key(element.tag, element.get("class")))
        if len(keys) > 2:  # noqa: PLR2004  # its own kind and that of two around it
            break
    return "<".join(keys)


def _is_navigation(outline: Outline, number: int) -> bool:
    return any(
        outline.elements[around].tag in {"nav", "select", "h1"} for around in (number, *outline.ancestors(number))
    )


@lru_cache(maxsize=CACHED)
def class_key(element_tag: str, classes: str | None) -> str:
    """Return an element's tag and classes without what differs from one comment to the next."""
    if not classes:
        return element_tag
    kept = sorted(token for token in classes.split()[:12] if not _VARYING.fullmatch(token))
    return ".".join((element_tag, *kept[:3]))


def _promise(group: Group) -> tuple[bool, int, int]:
    many = len(group.markers) > 1 and group.weight > 1
    return not many, -group.weight, -len(group.markers)


def _group(key: str, weight: int, members: dict[str, int]) -> Group:
    names = tuple(None if name.startswith("\x00") else name for name in members)
    return Group(key, weight, tuple(members.values())[:MAX_MARKS], names[:MAX_MARKS])


def _marks(element: HtmlElement, number: int) -> Iterator[tuple[str, str, int]]:
    get, tag = element.get, element.tag
    identity = get("id") or (get("name") if tag == "a" else None)
    if identity and len(identity) < MAX_ID:
        yield from _numbered(identity, "id ")
    if tag == "a":
        href = get("href") or ""
        if "#" in href or "=" in href:
            yield from _linked(href)
    classes = get("class")
    if classes and tag not in _NEVER:
        for token, weight in _classed(classes[:MAX_CLASSES]):
            yield f"class {tag}.{token}", f"\x00{number}", weight
    kind = get("itemtype")
    if kind and kind.rstrip("/").endswith(("/Comment", "/UserComments", "/Answer")):
        yield "schema", f"\x00{number}", 3


def _numbered(value: str, prefix: str) -> Iterator[tuple[str, str, int]]:
    key = _PLACEHOLDER.sub("#", value)
    if "#" not in key or key.count("#") > MAX_NUMBERS:
        return
    weight = _key_weight(key)
    if weight is not None:
        name = max(_PLACEHOLDER.findall(value), key=len, default=value)
        yield prefix + key, name if key.count("#") == 1 else value, weight


@lru_cache(maxsize=CACHED)
def _key_weight(key: str) -> int | None:
    """Return how sure an id is a comment's, by its words; `None` when it is a part of the machinery."""
    machinery = _MACHINERY.search(key)
    found = COMMENT_WORD.search(key)
    if found:
        if machinery or _SEVERAL.search(key):
            return 1
        return 2 if found[0].lower() == "opinion" else 3  # a column of a newspaper has that name too
    return None if machinery else 0


def _class_weight(token: str) -> int | None:
    """Return how sure a class is a comment's; `None` when it is none."""
    if token in {"h-cite", "u-comment"}:
        return 3
    if not COMMENT_WORD.search(token) or _VARYING.fullmatch(token) or _MACHINERY.search(token):
        return None
    return 1 if _CONTAINER.search(token) else 2


def _linked(href: str) -> Iterator[tuple[str, str, int]]:
    parameter = _PARAMETER.search(href) if "=" in href else None
    if parameter:
        yield f"link {parameter[1].lower()}=", parameter[2], 1
    page, _, fragment = href.partition("#")
    if fragment and len(fragment) < MAX_ID:
        for key, name, weight in _numbered(unquote(fragment), "link "):
            if weight or key in {"link c#", "link p#"}:
                yield f"{key} of {page}", name, min(weight, 1)


@lru_cache(maxsize=CACHED)
def _classed(classes: str) -> tuple[tuple[str, int], ...]:
    """Return the classes that are a comment's, and how sure each is."""
    weights = ((token, _class_weight(token)) for token in classes.split()[:12])
    return tuple((token, weight) for token, weight in weights if weight is not None)


def items(outline: Outline, group: Group, *, climbs: bool = True) -> list[Item]:
    """Return the comments around the marks, in document order; one that `climbs` may be deep inside its comment."""
    order = sorted(range(len(group.markers)), key=lambda index: group.markers[index])
    roots = [group.markers[index] for index in order]
    if climbs:
        roots = _climb(outline, roots) if len(order) > 1 else _climb_alone(outline, roots[0])
    runs = _flat(outline, roots) or [outline.element(root) for root in roots]
    found = [Item(run, group.names[index], group.markers[index]) for run, index in zip(runs, order, strict=True)]
    _nest(found)
    return found


def _climb(outline: Outline, markers: list[int]) -> list[int]:
    """Return the highest ancestors at one height above all marks, each its own, that hold their mark first."""
    current = markers
    while True:
        above = [outline.parents[number] for number in current]
        if len(set(above)) < len(above) or any(outline.elements[number].tag in _WHOLE for number in current):
            return current
        if above[0] < 0 or not _each_first(above, markers):
            return current
        if outline.elements[above[0]].tag in {"body", "html"} or (
            _alike(outline, current) and not _alike(outline, above)
        ):
            return current
        current = above


def _alike(outline: Outline, numbers: list[int]) -> bool:
    """Tell whether elements have the same tag and a class in common, or no classes."""
    if len({outline.elements[number].tag for number in numbers}) > 1:
        return False
    classes = [set((outline.elements[number].get("class") or "").split()) for number in numbers]
    return bool(set.intersection(*classes)) or not any(classes)


def _each_first(roots: list[int], markers: list[int]) -> bool:
    return all(
        root <= marker and (not index or markers[index - 1] < root)
        for index, (root, marker) in enumerate(zip(roots, markers, strict=True))
    )


def _climb_alone(outline: Outline, marker: int) -> list[int]:
    """Return the nearest ancestor of a lone mark that could be a whole comment, else the mark."""
    current = marker
    for _ in range(LONE_CLIMB):
        if outline.word_counts[current] > SHORTEST and _is_dated(outline, outline.element(current)):
            return [current]
        parent = outline.parents[current]
        if outline.elements[current].tag in _WHOLE or parent < 0 or _ends_thread(outline, parent):
            break
        current = parent
    return [marker]


def _flat(outline: Outline, roots: list[int]) -> list[Run] | None:
    """Return stretches of siblings, where what follows or precedes each root is part of its comment; else `None`."""
    ends = [_after(outline, root, roots) for root in roots]
    after = [Run(outline.ends[root], end, outline.parents[root]) for root, end in zip(roots, ends, strict=True)]
    outside = [_words_before_root(outline, run, roots) for run in after]
    inside = [outline.word_counts[root] for root in roots]
    counted = outside[:-1] or outside
    if sum(1 for words in counted if words) * 2 <= len(counted):
        return None
    if sum(outside) * 4 < sum(inside):  # little text beside much: it must be the bylines
        dated_after = sum(1 for run in after if _is_dated(outline, run))
        dated_inside = sum(1 for root in roots if _is_dated(outline, outline.element(root)))
        if dated_after * 2 < len(roots) or dated_inside > dated_after:
            return None
    backward = _backward(outline, roots)
    if outside[-1] == 0 and _words(outline, backward[0].start, backward[0].end) > inside[0]:
        return backward
    return _forward(outline, roots, ends)


def _forward(outline: Outline, roots: list[int], ends: list[int]) -> list[Run]:
    starts = _starts(outline, roots)
    runs = []
    for start, root, end in zip(starts, roots, ends, strict=True):
        stop = starts[bisect_left(roots, end)] if _is_root(end, roots) else end
        runs.append(Run(start, stop, outline.parents[root]))
    return runs


def _starts(outline: Outline, roots: list[int]) -> list[int]:
    """Return where each stretch begins: before its root where the mark is not in the first of the siblings."""
    before = [_preceding(outline, root) for root in roots]
    lead = 0
    for first, second in zip(before[0], before[1] if len(before) > 1 else before[0], strict=False):
        if _kind(outline, first) != _kind(outline, second) or _is_root(second, roots) or _ends_thread(outline, first):
            break
        if len(before) == 1 and outline.elements[first].tag != "dt":
            break
        lead += 1
    return [
        siblings[lead - 1] if 0 < lead <= len(siblings) else root
        for root, siblings in zip(roots, before, strict=True)
    ]


def _preceding(outline: Outline, root: int) -> list[int]:
    """Return the siblings right before a root, nearest first."""
    found: list[int] = []
    element = outline.elements[root].getprevious()
    number = root
    while element is not None and len(found) < MAX_LEAD:
        if isinstance(element.tag, str):
            number = outline.number(element, below=number)
            found.append(number)
        element = element.getprevious()
    return found


def _kind(outline: Outline, number: int) -> str:
    element = outline.elements[number]
    return class_key(element.tag, element.get("class"))


def _after(outline: Outline, root: int, roots: list[int]) -> int:
    """Return where the stretch of siblings after a root ends: at the next root, a heading or a form."""
    parent = outline.parents[root]
    end = outline.ends[root]
    stop = outline.ends[parent] if parent >= 0 else end
    while end < stop and not _is_root(end, roots) and not _ends_thread(outline, end):
        end = outline.ends[end]
    return end


def _words_before_root(outline: Outline, run: Run, roots: list[int]) -> int:
    """Return the words of a stretch up to the first root inside: what comes after is the replies'."""
    index = bisect_left(roots, run.start)
    stop = min(run.end, roots[index]) if index < len(roots) else run.end
    return _words(outline, run.start, stop) if stop > run.start else 0


def _is_root(number: int, roots: list[int]) -> bool:
    index = bisect_left(roots, number)
    return index < len(roots) and roots[index] == number


def _ends_thread(outline: Outline, number: int) -> bool:
    """Tell whether an element holds a heading or a form; the hidden form of a reply is part of its comment."""
    end = outline.ends[number]
    while number < end:
        element = outline.elements[number]
        if element.tag in _ENDS:
            return True
        number = outline.ends[number] if is_hidden(element) else number + 1
    return False


def _backward(outline: Outline, roots: list[int]) -> list[Run]:
    """Return for each root the stretch of siblings before it, back to the root before, a heading or a form."""
    runs = []
    free = 0
    for root in roots:
        parent = outline.parents[root]
        start = sibling = max(free, parent + 1)
        while sibling < root:
            if _ends_thread(outline, sibling):
                start = outline.ends[sibling]
            sibling = outline.ends[sibling]
        runs.append(Run(min(start, root), outline.ends[root], parent))
        free = outline.ends[root]
    return runs


def _words(outline: Outline, start: int, end: int) -> int:
    return outline.words_before[end] - outline.words_before[start]


def _is_dated(outline: Outline, run: Run) -> bool:
    return any(find_date(piece.text) for piece in outline.pieces_in(run))


def _nest(found: list[Item]) -> None:
    """Note for each comment which others lie in its stretch."""
    opened: list[int] = []
    for index, item in enumerate(found):
        while opened and found[opened[-1]].run.end <= item.run.start:
            opened.pop()
        if opened:
            item.around = opened[-1]
            found[opened[-1]].inner.append(item.run)
        opened.append(index)
