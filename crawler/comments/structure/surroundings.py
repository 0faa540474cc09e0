"""What stands around a thread: the heading that counts it, the place of the page it is in, the form after it."""

import re

from crawler.comments.structure.markers import COMMENT_WORD
from crawler.comments.structure.outline import Outline

#: Lines before the first comment in which its heading is looked for.
LINES_BEFORE = 40
#: Longer lines are no headings.
MAX_HEADING_WORDS = 16
#: No thread of the sample is larger by far.
MAX_STATED = 100_000

_WORDS = (
    r"comm?ents?|responses?|repl(?:y|ies)|thoughts?|reactions?|feedback|discussions?|opinions?|voices|"
    r"kommentare?n?|antworten?|meinung(?:en)?|beitr[aä]ge|gedanken|reaktione?n?|"
    r"commentaires?|r[eé]ponses?|avis|r[eé]actions?|"
    r"comentarios?|respuestas?|opini[oó]n(?:es)?|reacciones|coment[aá]rios?|respostas?|"
    r"commenti|commento|rispost[ae]|reacties?|opmerkingen|kommentarer?|svar|kommenttia?|komentarzy?e?|odpowiedzi|"
    r"комментари\w{1,3}|ответ\w{0,3}|yorum|коментар\w{0,3}|koment[aá][rř]\w{0,2}|コメント|评论|留言|댓글"
)
_ONE = r"one|ein(?:e|en)?|une?|uno|una|um|uma|un'|één|een"
_COUNT_FIRST = re.compile(
    rf"^\W*(?P<count>\d{{1,3}}(?:[.,\s]\d{{3}})+|\d{{1,6}}|{_ONE})\s(?:\w+\s)?(?:{_WORDS})(?!\w)", re.IGNORECASE
)
_COUNT_LAST = re.compile(
    rf"^\W*(?:{_WORDS})\s?[:(\[–-]?\s?(?:\d{{1,4}}\s?[-–]\s?\d{{1,4}} (?:of|von|de|sur) )?(?P<count>\d{{1,6}})\W*$",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"(?<!\w)(?:{_WORDS})(?!\w)", re.IGNORECASE)


def stated(outline: Outline, first: int) -> int | None:
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


#: Lines before the first comment among which a heading without a count is believed.
LINES_NEAR = 6


def _before(outline: Outline, first: int) -> list[str]:
    """Return the short lines before an element, nearest first."""
    lines = outline.lines_before(first, LINES_BEFORE)
    return [line for line in lines if len(line.split()) <= MAX_HEADING_WORDS]
