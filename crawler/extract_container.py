"""The element that a page's own classes call its text: a second witness beside trafilatura."""

import re
from dataclasses import dataclass

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from crawler.text import text_of

#: A shorter text is a caption or a teaser.
MIN_WORDS = 20
#: So many candidates of one kind are looked at; more are a list of posts.
MAX_CANDIDATES = 30

_TYPES = re.compile(r"articlebody|e-content|instapaper_body")
_TEXT_CLASSES = re.compile(
    r"(?:entry|post|article|story|blog|gh|wp-block-post|blogpost|asset|blog-post)[-_]?(?:content|body|text|copy|entry)"
    r"(?:[-_]\w+)?|storycontent|storytext|format_text|post-bodycopy|posttext|bodytext|body-copy|article-body-text",
)
_LOOSER_CLASSES = re.compile(
    r"entry|post-entry|story|main-article|article-text|post_inner|postinner|single-content|page-content|content-body|"
    r"blog-content",
)
_POST_CLASSES = re.compile(r"hentry|post|article|blog-post|blogpost|single-post")
#: From the surest to the loosest.
_KINDS = (_TYPES, _TEXT_CLASSES, _LOOSER_CLASSES, _POST_CLASSES)
_HOLDERS = frozenset({"div", "article", "section", "td", "main"})
_SKIPPED = frozenset({"script", "style", "nav", "footer", "aside", "noscript", "template"})
_OUTSIDE = re.compile(
    r"comments?(?:[-_]?(?:list|area|section|wrap))?|commentlist|respond|sidebar|footer|nav|related|widget|"
    r"disqus_thread|sharedaddy|jp-relatedposts|post-meta|entry-meta|post-footer|entry-utility",
)


@dataclass(frozen=True, slots=True)
class Container:
    """A text by the page's own markup."""

    text: str
    #: True when its class or property is one for the text alone, not for the whole post.
    exact: bool
    #: False when only a class such as `post` names it, and several elements have one.
    sure: bool


def find_container(tree: HtmlElement) -> Container | None:
    """Return the text of the longest element of the surest kind; `None` when no class or property names one."""
    kinds = _candidates(tree)
    for number, elements in enumerate(kinds):
        texts = [text_of(each, without=_OUTSIDE_TEXT) for each in elements[:MAX_CANDIDATES]]
        texts = [each for each in texts if len(each.split()) >= MIN_WORDS]
        if texts:
            kind = _KINDS[number]
            sure = kind is not _POST_CLASSES or len(texts) == 1
            return Container(max(texts, key=len), exact=kind in {_TYPES, _TEXT_CLASSES}, sure=sure)
    return None


def _candidates(tree: HtmlElement) -> list[list[HtmlElement]]:
    found: list[list[HtmlElement]] = [[] for _ in _KINDS]
    walk = iterwalk(tree, events=("start",))
    for _, node in walk:
        if node.tag in _SKIPPED:
            walk.skip_subtree()
        elif node.tag in _HOLDERS:
            marks = _marks(node)
            if any(map(_OUTSIDE.fullmatch, marks)):
                walk.skip_subtree()
                continue
            number = next((at for at, kind in enumerate(_KINDS) if any(map(kind.fullmatch, marks))), None)
            if number is not None:
                found[number].append(node)
    return found


def _marks(node: HtmlElement) -> list[str]:
    stated = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('itemprop') or ''}"
    return [*stated.lower().split(), "article"] if node.tag == "article" else stated.lower().split()


class _Outside:
    """Tell the regions inside a text that are not its own."""

    def __contains__(self, node: object) -> bool:
        if not isinstance(node, HtmlElement):
            return False
        return node.tag in _SKIPPED or any(map(_OUTSIDE.fullmatch, _marks(node)))


_OUTSIDE_TEXT = _Outside()
