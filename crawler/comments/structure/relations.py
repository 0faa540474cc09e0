"""How the comments of a thread stand to each other and to the web: replies, permalinks, the post's author's own."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from urllib.parse import urljoin

from crawler.comments.structure.bylines import is_answer
from crawler.comments.structure.outline import Outline
from crawler.comments.structure.parts import Part

#: Comments among which a mark that all have says nothing.
COMPARED = 3
#: Deeper threads than this are shown flat by every theme.
MAX_DEPTH = 500

_LEVEL_CLASS = re.compile(r"(?:^|[\s_-])(?:depth|level|indent|lvl|nest(?:ed)?)[-_]?(\d{1,3})(?:\s|$)", re.IGNORECASE)
_MARGIN = re.compile(r"(?:margin|padding)-left\s?:\s?(\d{1,5})(?:\.\d{1,9})?\s?(?:px|em|%|pt)?", re.IGNORECASE)
_BY_AUTHOR = re.compile(
    r"bypostauthor|by-?author|post-?author|author-?comment|blog-?author|is-?author|author-?badge|authorreply",
    re.IGNORECASE,
)


def depths(outline: Outline, parts: Sequence[Part]) -> list[int]:
    """Return how many levels below the post each comment stands: by what it lies in, else by class or margin."""
    nested = _by_nesting(outline, parts)
    if any(nested):
        return nested
    return _by_number([_level(outline, part) for part in parts]) or nested


def parents(parts: Sequence[Part], found: Sequence[int]) -> list[str | None]:
    """Return the native id of what each comment answers, given their depths; `None` where the page gives no ids."""
    result: list[str | None] = []
    opened: list[Part] = []
    for part, depth in zip(parts, found, strict=True):
        del opened[depth:]
        result.append(opened[-1].item.name if opened else None)
        opened.append(part)
    return result


def answered(outline: Outline, parts: Sequence[Part]) -> dict[int, str]:
    """Return, by position, whom "in reply to" links name, as native ids."""
    names = {part.item.name: index for index, part in enumerate(parts) if part.item.name}
    found = {}
    for index, part in enumerate(parts):
        for number in part.slots.values():
            element = outline.elements[number]
            fragment = (element.get("href") or "").partition("#")[2] if element.tag == "a" else ""
            name = next((each for each in re.findall(r"\w+", fragment)[-1:] if names.get(each, index) < index), None)
            if name and any(is_answer(line.text) for line in part.lines[:COMPARED]):
                found[index] = name
    return found


def stated_parents(outline: Outline, parts: Sequence[Part]) -> dict[int, str]:
    """Return, by position, what each comment answers as RDFa says it, in native ids: Drupal's flat lists too.

    Source: http://rdfs.org/sioc/spec/#term_reply_of; the post is named beside the comment.
    """
    names = {part.item.name: index for index, part in enumerate(parts) if part.item.name}
    starts = [part.item.run.start for part in parts]
    found = {}
    for number, element in enumerate(outline.elements):
        if element.get("rel") == "sioc:reply_of":
            index = bisect_right(starts, number) - 1
            name = (re.findall(r"\w+", (element.get("resource") or "").partition("#")[2]) or [""])[-1]
            if index >= 0 and names.get(name, index) < index:
                found[index] = name
    return found


def permalink(outline: Outline, part: Part, page_url: str) -> str | None:
    """Return the address of one comment, by its own link, else by the id of its element."""
    name = part.item.name
    if name is None:
        return None
    for number in part.slots.values():
        element = outline.elements[number]
        href = element.get("href") if element.tag == "a" else None
        if href and "#" in href and name in href.partition("#")[2] and "respond" not in href:
            return _joined(page_url, href)
    marker = outline.elements[part.item.marker]
    identity = marker.get("id") or marker.get("name")
    return _joined(page_url, f"#{identity}") if identity else None


def author_url(outline: Outline, part: Part, page_url: str) -> str | None:
    """Return where the author's name links to; a link within the page is none."""
    if part.author_at is None:
        return None
    element = outline.elements[part.author_at]
    link = element if element.tag == "a" else next(element.iter("a"), None)
    if link is None:
        around = element.getparent()
        link = around if around is not None and around.tag == "a" else None
    href = link.get("href") if link is not None else None
    return _joined(page_url, href) if href and not href.startswith(("#", "javascript:", "mailto:")) else None


def by_post_author(outline: Outline, parts: Sequence[Part]) -> list[bool]:
    """Tell of each comment whether the page marks it as written by the author of the post."""
    marked = [_is_marked(outline, part) for part in parts]
    return [False] * len(parts) if all(marked) and len(parts) >= COMPARED else marked


def _by_nesting(outline: Outline, parts: Sequence[Part]) -> list[int]:
    result: list[int] = []
    opened: list[int] = []
    for part in parts:
        level = outline.levels[part.item.run.start]
        while opened and opened[-1] >= level:
            opened.pop()
        result.append(min(len(opened), MAX_DEPTH))
        opened.append(level)
    return result


def _level(outline: Outline, part: Part) -> int | None:
    for number in dict.fromkeys((part.item.run.start, part.item.marker)):
        element = outline.elements[number]
        found = _LEVEL_CLASS.search(element.get("class") or "") or _MARGIN.search(element.get("style") or "")
        if found:
            return int(found[1])
    return None


def _by_number(levels: Sequence[int | None]) -> list[int]:
    """Return depths for numbers that grow with depth; none where a comment has no number."""
    stated = [level for level in levels if level is not None]
    if len(stated) < len(levels):
        return []
    rank = {level: index for index, level in enumerate(sorted(set(stated)))}
    result: list[int] = []
    for level in stated:
        deepest = result[-1] + 1 if result else 0
        result.append(min(rank[level], deepest))
    return result


def _is_marked(outline: Outline, part: Part) -> bool:
    own = [outline.elements[number] for number in (part.item.run.start, part.item.marker, *part.slots.values())]
    return any(_BY_AUTHOR.search(element.get("class") or "") for element in own)


def _joined(page_url: str, href: str) -> str | None:
    try:
        return urljoin(page_url, href.strip())
    except ValueError:
        return None
