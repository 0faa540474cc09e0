"""Who wrote each comment of a group: the place of the template where names stand, else the words of the byline."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from crawler.comments.structure.bylines import clean_name, is_button, is_glue, is_name, said_by
from crawler.comments.structure.groups import CACHED
from crawler.comments.structure.outline import Outline
from crawler.comments.structure.parts import SAMPLE, Part
from crawler.pages.dates import find_date

#: Places tried, the surest first.
MAX_PLACES = 6
#: A place in fewer of the comments is not the template's.
RARE = 4
#: So many names that are all the same are a label.
LABELLED = 3
#: Words of a name found beside a date by its place alone.
MAX_BARE_NAME = 4
#: Score of markup that says "author", of a place believed, and how far below the best another still is.
SAYS_SO, SURE_ENOUGH, MUCH_LESS = 2.5, 4.0, 2.0

_STRONG = re.compile(
    r"author|(?:^|[-_ ])(?:fn|nick|nickname|commenter|poster|byline|says)(?:$|[-_ ])|user-?_?name|screen-?_?name|"
    r"display-?_?name|comm?ent(?:er|or)?[-_]?name|(?:comment|posted)[-_]?by|full-?name|autor|auteur|commentator",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"(?:^|[-_ ])(?:by|who|cite|person|profile|member|login|from|usr|creator)(?:$|[-_ ])|user|name", re.IGNORECASE
)
_OTHER = re.compile(
    r"date|time|avatar|image|photo|reply|title|rating|badge|count|text|content|location|level|rank|point|permalink|"
    r"stat|number|action|tools?\b|report|flag|share|like|vote|(?:^|[-_ ])body",
    re.IGNORECASE,
)
_DATE = re.compile(r"date|time|published|posted|(?:^|[-_ ])when|stamp|created", re.IGNORECASE)
_PROSE = re.compile(r"text|content|message|prose", re.IGNORECASE)
_ITEMPROPS = {"name": 3.5, "author": 3.0, "creator": 3.0}
_TAGS = {"cite": 2.5, "address": 1.5, "strong": 1.2, "b": 1.2, "h3": 1.0, "h4": 1.2, "h5": 1.2, "h6": 1.2, "a": 1.0}


def read_authors(outline: Outline, parts: Sequence[Part]) -> None:
    """Fill in the author of each part whose dates are read, and whether the page says that it is the author."""
    names = _Names(outline)
    places = _places(outline, parts, names)
    for part in parts:
        name, number = _at_place(outline, part, places, names)
        sure = number is not None and _hint(outline, number) >= SAYS_SO
        said = None if sure else _said_with_date(part, name)
        if said:
            name, number = said, None
        part.author, part.author_at = name or _in_byline(part), number
        part.author_sure = sure or (part.author is not None and _says(part, part.author))


def _said_with_date(part: Part, name: str | None) -> str | None:
    """Return who "posted by X" names on the line of the date, if that is not where the name was found."""
    dated = part.dated_line
    line = part.lines[dated].text if dated is not None else ""
    return None if name and name in line else said_by(line)


class _Names:
    """The names that elements hold, each read once: alone, or with a date and glue."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._names: dict[int, str | None] = {}

    def __getitem__(self, number: int) -> str | None:
        if number not in self._names:
            self.read([number])
        return self._names[number]

    def read(self, numbers: Iterable[int]) -> None:
        """Read the names in elements; what spans lines of prose holds none."""
        outline = self._outline
        waiting = [number for number in dict.fromkeys(numbers) if number not in self._names]
        whole = [_full_name_in(outline, number) for number in waiting]
        lines = [outline.lines_in(number) for number in whole]
        dates = [[find_date(line) for line in own] for own in lines]
        sole = [_sole_line(own, spans) for own, spans in zip(lines, dates, strict=True)]
        cleaned = [clean_name(*line) if line is not None else "" for line in sole]
        for number, name, good in zip(waiting, cleaned, map(is_name, cleaned), strict=True):
            self._names[number] = name if good else None
        unnamed = [number for number in waiting if self._names[number] is None]
        for number, text in zip(unnamed, [outline.text(number) for number in unnamed], strict=True):
            if text.isdigit() and _hint(outline, number) >= SAYS_SO:
                self._names[number] = text  # some call themselves 1001


def _at_place(outline: Outline, part: Part, places: Sequence[str], names: _Names) -> tuple[str | None, int | None]:
    """Return the name at the surest place that holds one, else where the markup says so, and its element."""
    common = [part.slots[place] for place in places if place in part.slots]
    others = ((_hint(outline, number), number) for number in part.slots.values() if number not in common)
    told = sorted((hinted for hinted in others if hinted[0] >= SAYS_SO), key=lambda hinted: -hinted[0])
    for number in (*common, *(number for _, number in told)):
        name = names[number]
        if name:
            return name, number
    return None, None


def _places(outline: Outline, parts: Sequence[Part], names: _Names) -> list[str]:
    """Return the places where names stand, the surest first."""
    found: dict[str, list[tuple[Part, int]]] = defaultdict(list)
    for part in parts:
        for place, number in part.slots.items():
            found[place].append((part, number))
    common = {place: uses for place, uses in found.items() if len(uses) * RARE >= len(parts) or len(parts) < RARE}
    names.read(number for uses in common.values() for _, number in uses[:SAMPLE])
    scored = [(_score(outline, uses, len(parts), names), place) for place, uses in common.items()]
    scored = [place for place in scored if place[0] > SURE_ENOUGH]
    scored.sort(key=lambda place: (-place[0], place[1].count("/"), len(place[1])))
    return [place for score, place in scored[:MAX_PLACES] if score > scored[0][0] - MUCH_LESS]


def _score(outline: Outline, uses: list[tuple[Part, int]], total: int, names: _Names) -> float:
    """Return how surely names stand at a place: by how many are names, what the markup says, and where it is."""
    sample = uses[:SAMPLE]
    held = [name for _, number in sample if (name := names[number])]
    if not held:
        return 0.0
    share = len(held) / len(sample)
    score = 3 * share * len(uses) / total + 2 * share + _hint(outline, uses[0][1])
    if len(held) > LABELLED and len(set(held)) == 1:
        score -= 3
    near = sum(1 for part, number in sample if _is_beside_date(part, number)) / len(sample)
    return score + (1.5 * near if near else -1.5)


def _sole_line(
    lines: Sequence[str], dates: Sequence[tuple[int, int] | None]
) -> tuple[str, tuple[int, int] | None] | None:
    """Return the only line, glue and dates beside it left out, with its date; `None` where there are more."""
    own = list(zip(lines, dates, strict=True))
    if len(own) > 1:
        own = [(line, span) for line, span in own if not is_glue(line) and not _is_date(line, span)]
    return own[0] if len(own) == 1 else None


def _full_name_in(outline: Outline, number: int) -> int:
    """Return the element inside that hCard calls the name, which leaves badges out; else the element.

    Source: https://microformats.org/wiki/hcard.
    """
    inside = range(number + 1, outline.ends[number])
    named = (inner for inner in inside if "fn" in (outline.elements[inner].get("class") or "").split())
    return next(named, number)


def _is_date(line: str, span: tuple[int, int] | None) -> bool:
    return span is not None and is_glue(line[: span[0]] + line[span[1] :])


def _hint(outline: Outline, number: int) -> float:
    """Return how much an element's tag and attributes speak for a name, below zero where against."""
    element = outline.elements[number]
    parent = element.getparent()
    around = f"{parent.get('class') or ''} {parent.get('id') or ''}" if parent is not None else ""
    get = element.get
    return _TAGS.get(element.tag, 0.0) + _told(
        get("class") or "", get("id") or "", get("itemprop") or "", get("rel") or "", around
    )


@lru_cache(maxsize=CACHED)
def _told(classes: str, identity: str, itemprop: str, rel: str, around: str) -> float:
    if itemprop in _ITEMPROPS:
        return _ITEMPROPS[itemprop]
    parts = (token.rpartition("__")[2] for token in classes.split())  # block__part: the part
    own = " ".join((*parts, identity, itemprop, rel))
    if _OTHER.search(own):
        return -1.5
    if _STRONG.search(own):
        return 3
    if _DATE.search(own):
        return -1.5
    return 1.5 if _WEAK.search(own) else _told_around(around, rel)


def _told_around(around: str, rel: str) -> float:
    if any(_STRONG.search(token) and not _OTHER.search(token) for token in around.split()):
        return 2.5
    if _PROSE.search(around):
        return -2
    return 1.0 if "nofollow" in rel else 0.0


def _is_beside_date(part: Part, number: int) -> bool:
    """Tell whether an element is on the line of the date, on one next to it, or on the first."""
    lines = part.lines
    at = next((index for index, line in enumerate(lines) if number <= part.pieces[line.last - 1].at), None)
    if at is None:
        return False
    dated = part.dated_line
    return at <= 1 if dated is None else abs(at - dated) <= 1 or at == 0


def _says(part: Part, name: str) -> bool:
    """Tell whether a line says that somebody of this name says something."""
    return any(name in line.text and said_by(line.text) == name for line in part.lines[:4] + part.lines[-3:])


def _in_byline(part: Part) -> str | None:
    """Return the name that a byline holds as bare text."""
    dated = part.dated_line
    around = (dated - 1, dated + 1) if dated is not None else ()
    near = [] if dated is None else [dated]
    near += [index for index in (0, *around, len(part.lines) - 1) if 0 <= index < len(part.lines)]
    said = next((name for index in dict.fromkeys(near) if (name := said_by(part.lines[index].text))), None)
    if said or dated is None:
        return said
    name = _clean(part.lines[dated].text)
    if is_name(name) and not is_glue(name):
        return name
    if len(part.lines) <= len(around):  # a date and one line more: that is the prose
        return None
    names = (_clean(part.lines[index].text) for index in around if 0 <= index < len(part.lines))
    return next((name for name in names if is_name(name) and _is_bare_name(name)), None)


def _is_bare_name(name: str) -> bool:
    return len(name.split()) <= MAX_BARE_NAME and not is_button(name)


def _clean(line: str) -> str:
    return clean_name(line, find_date(line))
