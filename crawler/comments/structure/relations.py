"""How the comments of a thread stand to each other, to the page around them, and to the web.

Who answers whom, permalinks, which are the post's author's own; the heading that counts them, and the further pages
of a thread that is spread over several.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from crawler.comments.structure.bylines import is_answer
from crawler.comments.structure.groups import COMMENT_WORD
from crawler.comments.structure.outline import Outline
from crawler.comments.structure.parts import Part
from crawler.pages.page import Page
from crawler.pages.urls import joined

#: Comments among which a mark that all have says nothing.
COMPARED = 3
#: Deeper threads than this are shown flat by every theme.
MAX_DEPTH = 500
#: Lines before the first comment in which its heading is looked for.
LINES_BEFORE = 40
#: Longer lines are no headings.
MAX_HEADING_WORDS = 16
#: No thread of the sample is larger by far.
MAX_STATED = 100_000
#: Lines before the first comment among which a heading without a count is believed.
LINES_NEAR = 6
#: Pages of one thread that one page may name; a pager names ten and the last.
MAX_NAMED = 40
#: Words of a link to another page.
MAX_PAGER_WORDS = 5
#: Links looked at after a thread's first comment.
MAX_LINKS = 20_000

_LEVEL_CLASS = re.compile(r"(?:^|[\s_-])(?:depth|level|indent|lvl|nest(?:ed)?)[-_]?(\d{1,3})(?:\s|$)", re.IGNORECASE)
_MARGIN = re.compile(r"(?:margin|padding)-left\s?:\s?(\d{1,5})(?:\.\d{1,9})?\s?(?:px|em|%|pt)?", re.IGNORECASE)
_BY_AUTHOR = re.compile(
    r"bypostauthor|by-?author|post-?author|author-?comment|blog-?author|is-?author|author-?badge|authorreply",
    re.IGNORECASE,
)

_COUNTED = (
    r"comm?ents?|responses?|repl(?:y|ies)|thoughts?|reactions?|feedback|discussions?|opinions?|voices|"
    r"kommentare?n?|antworten?|meinung(?:en)?|beitr[aä]ge|gedanken|reaktione?n?|"
    r"commentaires?|r[eé]ponses?|avis|r[eé]actions?|"
    r"comentarios?|respuestas?|opini[oó]n(?:es)?|reacciones|coment[aá]rios?|respostas?|"
    r"commenti|commento|rispost[ae]|reacties?|opmerkingen|kommentarer?|svar|kommenttia?|komentarzy?e?|odpowiedzi|"
    r"комментари\w{1,3}|ответ\w{0,3}|yorum|коментар\w{0,3}|koment[aá][rř]\w{0,2}|コメント|评论|留言|댓글"
)
_ONE_WORD = r"one|ein(?:e|en)?|une?|uno|una|um|uma|un'|één|een"
_COUNT_FIRST = re.compile(
    rf"^\W*(?P<count>\d{{1,3}}(?:[.,\s]\d{{3}})+|\d{{1,6}}|{_ONE_WORD})\s(?:\w+\s)?(?:{_COUNTED})(?!\w)",
    re.IGNORECASE,
)
_COUNT_LAST = re.compile(
    rf"^\W*(?:{_COUNTED})\s?[:(\[–-]?\s?(?:\d{{1,4}}\s?[-–]\s?\d{{1,4}} (?:of|von|de|sur) )?(?P<count>\d{{1,6}})\W*$",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"(?<!\w)(?:{_COUNTED})(?!\w)", re.IGNORECASE)

_PAGE_NUMBER = re.compile(r"\d{1,5}")
_ONWARD = re.compile(
    r"\W*(?:(?:next|older|newer|more|weiter|nächste|suivante?s?|siguientes?|successiv[aoi]|volgende|próxim[ao]s?)\b"
    r"[\w ]{0,30}|[›»>→]{1,2})\W*",
    re.IGNORECASE,
)
#: Names of parameters that number pages; not "p", which names a post in many addresses.
_PAGE_PARAMETER = re.compile(r"page|offset|start|seite|pagina|^pg$|^cp$", re.IGNORECASE)
_PAGE_PATH = re.compile(r"(?:comm?ents?|responses?)?[-_/]?(?:page|p|seite)[-_/]?\d{1,5}/?", re.IGNORECASE)

#: What every address of a further page holds; few of a page's links do.
_PAGE_ADDRESS = re.compile(r"=\d|(?:page|p|seite)[-_/]?\d{1,5}/?\s*(?:#|$)", re.IGNORECASE)


def depths(outline: Outline, parts: Sequence[Part]) -> list[int]:
    """Return how many levels below the post each comment stands: by what it lies in, else by class or margin."""
    nested = _by_nesting(outline, parts)
    if any(nested):
        return nested
    return _by_number([_level(outline, part) for part in parts]) or nested


def parents(parts: Sequence[Part], levels: Sequence[int]) -> list[str | None]:
    """Return the native id of what each comment answers, given their depths; `None` where the page gives no ids."""
    result: list[str | None] = []
    opened: list[Part] = []
    for part, depth in zip(parts, levels, strict=True):
        del opened[depth:]
        result.append(opened[-1].item.name if opened else None)
        opened.append(part)
    return result


def answered(outline: Outline, parts: Sequence[Part]) -> dict[int, str]:
    """Return, by position, whom "in reply to" links name, as native ids."""
    names = {part.item.name: index for index, part in enumerate(parts) if part.item.name}
    answers = {}
    for index, part in enumerate(parts):
        for number in part.slots.values():
            element = outline.elements[number]
            fragment = (element.get("href") or "").partition("#")[2] if element.tag == "a" else ""
            name = next((word for word in re.findall(r"\w+", fragment)[-1:] if names.get(word, index) < index), None)
            if name and any(is_answer(line.text) for line in part.lines[:COMPARED]):
                answers[index] = name
    return answers


def stated_parents(outline: Outline, parts: Sequence[Part]) -> dict[int, str]:
    """Return, by position, what each comment answers as RDFa says it, in native ids: Drupal's flat lists too.

    Source: http://rdfs.org/sioc/spec/#term_reply_of; the post is named beside the comment.
    """
    names = {part.item.name: index for index, part in enumerate(parts) if part.item.name}
    starts = [part.item.run.start for part in parts]
    answers = {}
    for number, element in enumerate(outline.elements):
        if element.get("rel") == "sioc:reply_of":
            index = bisect_right(starts, number) - 1
            name = (re.findall(r"\w+", (element.get("resource") or "").partition("#")[2]) or [""])[-1]
            if index >= 0 and names.get(name, index) < index:
                answers[index] = name
    return answers


def permalinks(outline: Outline, parts: Sequence[Part], page_url: str) -> list[str | None]:
    """Return the address of each comment, by its own link, else by the id of its element."""
    return [_permalink(outline, part, page_url) for part in parts]


def author_urls(outline: Outline, parts: Sequence[Part], page_url: str) -> list[str | None]:
    """Return where each author's name links to; a link within the page is none."""
    return [_author_url(outline, part, page_url) for part in parts]


def by_post_author(outline: Outline, parts: Sequence[Part]) -> list[bool]:
    """Tell of each comment whether the page marks it as written by the author of the post."""
    marked = [_is_marked(outline, part) for part in parts]
    return [False] * len(parts) if all(marked) and len(parts) >= COMPARED else marked


def stated_count(outline: Outline, first: int) -> int | None:
    """Return the number of comments that a heading shortly before the first one states; `None` when none does."""
    for line in _before(outline, first):
        found = _COUNT_FIRST.match(line) or _COUNT_LAST.match(line)
        if found:
            digits = re.sub(r"\D", "", found["count"])
            count = int(digits) if digits else 1
            return count if count <= MAX_STATED else None
    return None


def among_comments(outline: Outline, first: int) -> bool:
    """Tell whether the page says, by a class around or a heading before, that what starts here are comments."""
    for number in outline.ancestors(first):
        element = outline.elements[number]
        if element.tag in {"body", "html"}:
            break
        if COMMENT_WORD.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
            return True
    return any(_HEADING.search(line) for line in _before(outline, first)[:LINES_NEAR])


def further_pages(outline: Outline, first: int, page: Page, *, is_short: bool) -> tuple[str, ...]:
    """Return the addresses of a thread's further pages, of links after its first comment.

    Where the thread `is_short` of what the page states, links of any pager of this page will do, else only those that
    speak of comments.
    """
    here = urlsplit(page.url)
    pages: dict[str, None] = {}
    links = [number for number in range(first, len(outline.elements)) if outline.elements[number].tag == "a"]
    for number in links[:MAX_LINKS]:
        href = (outline.elements[number].get("href") or "").strip()
        url = joined(page.url, href) if _PAGE_ADDRESS.search(href) and _is_pager(outline, number) else None
        if url is None:
            continue
        parts = urlsplit(url)
        own = _own_parameter(parts, here)
        if own is not None and (is_short or COMMENT_WORD.search(f"{own} {parts.fragment}")):
            pages[parts._replace(fragment="").geturl()] = None
    pages.pop(here._replace(fragment="").geturl(), None)
    return tuple(pages)[:MAX_NAMED]


def _permalink(outline: Outline, part: Part, page_url: str) -> str | None:
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


def _author_url(outline: Outline, part: Part, page_url: str) -> str | None:
    if part.author_at is None:
        return None
    element = outline.elements[part.author_at]
    link = element if element.tag == "a" else next(element.iter("a"), None)
    if link is None:
        around = element.getparent()
        link = around if around is not None and around.tag == "a" else None
    href = link.get("href") if link is not None else None
    return _joined(page_url, href) if href and not href.startswith(("#", "javascript:", "mailto:")) else None


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


def _before(outline: Outline, first: int) -> list[str]:
    """Return the short lines before an element, nearest first."""
    lines = outline.lines_before(first, LINES_BEFORE)
    return [line for line in lines if len(line.split()) <= MAX_HEADING_WORDS]


def _is_pager(outline: Outline, number: int) -> bool:
    """Tell whether a link says that it leads to another page: "next", or a number."""
    words = outline.text(number) if outline.word_counts[number] <= MAX_PAGER_WORDS else ""
    onward = "next" in (outline.elements[number].get("rel") or "").split() or _ONWARD.fullmatch(words)
    return bool(onward or _PAGE_NUMBER.fullmatch(words))


def _own_parameter(url: SplitResult, here: SplitResult) -> str | None:
    """Return what in an address numbers the pages of the page at hand; `None` where it leads anywhere else."""
    if (url.scheme, url.netloc) != (here.scheme, here.netloc):
        return None
    if url.path == here.path:
        before = set(parse_qsl(here.query))
        changed = [(name, value) for name, value in parse_qsl(url.query) if (name, value) not in before]
        if len(changed) == 1 and _PAGE_PARAMETER.search(changed[0][0]) and _PAGE_NUMBER.fullmatch(changed[0][1]):
            return changed[0][0]
        return None
    base = _PAGE_PATH.sub("", here.path.rstrip("/") + "/") if _PAGE_PATH.search(here.path) else here.path
    rest = url.path.removeprefix(base.rstrip("/") + "/")
    return rest if rest != url.path and not url.query and _PAGE_PATH.fullmatch(rest) else None
