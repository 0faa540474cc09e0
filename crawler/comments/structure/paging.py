"""The further pages of a thread that software nobody knows spreads over several."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from crawler.comments.structure.markers import COMMENT_WORD
from crawler.comments.structure.outline import Outline
from crawler.pages.page import Page

#: Pages of one thread that one page may name; a pager names ten and the last.
MAX_NAMED = 40
#: Words of a link to another page.
MAX_WORDS = 5
#: Links looked at after a thread's first comment.
MAX_LINKS = 20_000

_NUMBER = re.compile(r"\d{1,5}")
_ONWARD = re.compile(
    r"\W*(?:(?:next|older|newer|more|weiter|nächste|suivante?s?|siguientes?|successiv[aoi]|volgende|próxim[ao]s?)\b"
    r"[\w ]{0,30}|[›»>→]{1,2})\W*",
    re.IGNORECASE,
)
#: Names of parameters that turn pages; not "p", which names a post in many addresses.
_PAGED = re.compile(r"page|offset|start|seite|pagina|^pg$|^cp$", re.IGNORECASE)
_PATH = re.compile(r"(?:comm?ents?|responses?)?[-_/]?(?:page|p|seite)[-_/]?\d{1,5}/?", re.IGNORECASE)

#: What every address that turns pages holds; few of a page's links do.
_TURNS = re.compile(r"=\d|(?:page|p|seite)[-_/]?\d{1,5}/?\s*(?:#|$)", re.IGNORECASE)


def further_pages(outline: Outline, first: int, page: Page, *, is_short: bool) -> tuple[str, ...]:
    """Return the addresses of a thread's further pages, of links after its first comment.

    Where the thread `is_short` of what the page states, links of any pager of this page will do, else only those that
    speak of comments.
    """
    here = urlsplit(page.url)
    found: dict[str, None] = {}
    for number in _links(outline, first):
        element = outline.elements[number]
        href = (element.get("href") or "").strip()
        if not _TURNS.search(href):
            continue
        words = outline.text(outline.element(number)) if outline.words(outline.element(number)) <= MAX_WORDS else ""
        onward = "next" in (element.get("rel") or "").split() or _ONWARD.fullmatch(words)
        if not (onward or _NUMBER.fullmatch(words)):
            continue
        try:
            url = urlsplit(urljoin(page.url, href))
        except ValueError:
            continue
        own = _own_parameter(url, here)
        if own is not None and (is_short or COMMENT_WORD.search(f"{own} {url.fragment}")):
            found[url._replace(fragment="").geturl()] = None
    found.pop(here._replace(fragment="").geturl(), None)
    return tuple(found)[:MAX_NAMED]


def _links(outline: Outline, first: int) -> Iterator[int]:
    links = (number for number in range(first, len(outline)) if outline.elements[number].tag == "a")
    for number, _ in zip(links, range(MAX_LINKS), strict=False):
        yield number


def _own_parameter(url: SplitResult, here: SplitResult) -> str | None:
    """Return what in an address turns the pages of the page at hand; `None` where it leads anywhere else."""
    if (url.scheme, url.netloc) != (here.scheme, here.netloc):
        return None
    if url.path == here.path:
        before = set(parse_qsl(here.query))
        changed = [(name, value) for name, value in parse_qsl(url.query) if (name, value) not in before]
        if len(changed) == 1 and _PAGED.search(changed[0][0]) and _NUMBER.fullmatch(changed[0][1]):
            return changed[0][0]
        return None
    base = _PATH.sub("", here.path.rstrip("/") + "/") if _PATH.search(here.path) else here.path
    rest = url.path.removeprefix(base.rstrip("/") + "/")
    return rest if rest != url.path and not url.query and _PATH.fullmatch(rest) else None
