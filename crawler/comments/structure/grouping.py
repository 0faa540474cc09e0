"""From marks to comments: how far around its mark each comment of a page reaches, and which answers which."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.comments.structure.markers import class_key
from crawler.comments.structure.outline import Outline, Run, is_hidden

#: Elements that are a whole comment where a list is made of them.
_WHOLE = frozenset({"li", "article", "body", "html"})
_ENDS = frozenset({"form", "textarea", "h1", "h2", "h3", "iframe"})
#: Siblings at most that belong to a comment before the one that is marked.
MAX_LEAD = 3
#: Levels climbed at most from a lone mark.
LONE_CLIMB = 5


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


class Enough:
    """Says of a stretch whether it could be a whole comment."""

    def dated(self, run: Run) -> bool:
        """Tell whether a stretch holds a date."""
        raise NotImplementedError

    def __call__(self, run: Run) -> bool:
        """Tell whether a stretch holds a date and prose."""
        raise NotImplementedError


def items(
    outline: Outline, markers: Sequence[int], names: Sequence[str | None], *, enough: Enough, climbs: bool = True
) -> list[Item]:
    """Return the comments around the marks, in document order; one that `climbs` may be deep inside its comment."""
    order = sorted(range(len(markers)), key=lambda index: markers[index])
    sorted_markers = [markers[index] for index in order]
    roots = sorted_markers
    if climbs:
        roots = _climb(outline, roots) if len(order) > 1 else _climb_alone(outline, roots[0], enough)
    runs = _flat(outline, roots, enough) or [outline.element(root) for root in roots]
    found = [Item(run, names[index], markers[index]) for run, index in zip(runs, order, strict=True)]
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


def _climb_alone(outline: Outline, marker: int, enough: Enough) -> list[int]:
    """Return the nearest ancestor of a lone mark that could be a whole comment, else the mark."""
    current = marker
    for _ in range(LONE_CLIMB):
        if enough(outline.element(current)):
            return [current]
        parent = outline.parents[current]
        if outline.elements[current].tag in _WHOLE or parent < 0 or _ends_thread(outline, parent):
            break
        current = parent
    return [marker]


def _flat(outline: Outline, roots: list[int], enough: Enough) -> list[Run] | None:
    """Return stretches of siblings, where what follows or precedes each root is part of its comment; else `None`."""
    ends = [_after(outline, root, roots) for root in roots]
    after = [Run(outline.ends[root], end, outline.parents[root]) for root, end in zip(roots, ends, strict=True)]
    outside = [_words_before_root(outline, run, roots) for run in after]
    inside = [outline.words(outline.element(root)) for root in roots]
    counted = outside[:-1] or outside
    if sum(1 for words in counted if words) * 2 <= len(counted):
        return None
    if sum(outside) * 4 < sum(inside):  # little text beside much: it must be the bylines
        dated = sum(1 for run in after if enough.dated(run))
        if dated * 2 < len(roots) or sum(1 for root in roots if enough.dated(outline.element(root))) > dated:
            return None
    backward = _backward(outline, roots)
    if outside[-1] == 0 and outline.words(backward[0]) > inside[0]:
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
    return outline.words(Run(run.start, stop, run.start)) if stop > run.start else 0


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


def _nest(found: list[Item]) -> None:
    """Note for each comment which others lie in its stretch."""
    opened: list[int] = []
    for index, each in enumerate(found):
        while opened and found[opened[-1]].run.end <= each.run.start:
            opened.pop()
        if opened:
            each.around = opened[-1]
            found[opened[-1]].inner.append(each.run)
        opened.append(index)
