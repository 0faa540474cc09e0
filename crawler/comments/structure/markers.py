"""Find what stands once in every comment of a page: numbered ids, classes, permalinks, microdata."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from lxml.html import HtmlElement

from crawler.comments.structure.outline import Outline
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


def groups(outline: Outline) -> list[Group]:
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


def dated(outline: Outline) -> list[Group]:
    """Return the groups of short lines with a date that stand in the same kind of element, the largest first."""
    found: dict[str, dict[str, int]] = {}
    for owner, line in outline.lines():
        span = find_date(line)
        if span and len(line.split()) <= MAX_DATED_WORDS and not _is_navigation(outline, owner):
            found.setdefault(_path(outline, owner), {}).setdefault(f"\x00{owner}", owner)
    collected = [_group(f"dated {key}", 0, members) for key, members in found.items() if len(members) > 1]
    largest = sorted(collected, key=lambda group: -len(group.markers))[:MAX_DATED]
    # some software prints the post's own date as it prints the comments'
    shorter = [Group(each.key, each.weight, each.markers[1:], each.names[1:]) for each in largest]
    return largest + [group for group in shorter if len(group.markers) > 1]


def _path(outline: Outline, number: int) -> str:
    keys = []
    for each in (number, *outline.ancestors(number)):
        element = outline.elements[each]
        keys.append(class_key(element.tag, element.get("class")))
        if len(keys) > 2:  # noqa: PLR2004  # its own kind and that of two around it
            break
    return "<".join(keys)


def _is_navigation(outline: Outline, number: int) -> bool:
    return any(outline.elements[each].tag in {"nav", "select", "h1"} for each in (number, *outline.ancestors(number)))


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
