"""Elements that state a moment for programs, and show a reader a word that is no date, or nothing.

"Last spring", or an empty element that a script fills: what they state then stands for what they show.
"""

import re

from lxml import html

from crawler.comments.shown_dates import find_date

#: Kinds of elements that state a moment.
STAMPED = frozenset({"time", "relative-time", "time-ago", "local-time", "abbr"})
#: An element that shows more words is no date in words.
MAX_WORDS = 6
#: Characters of the text looked at.
MAX_SHOWN = 200

_STAMP = re.compile(
    r"\s{0,9}((?:19|20)\d\d-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?)?"
)


def stamp_of(element: html.HtmlElement) -> str | None:
    """Return the moment that an element states, as it would be shown; `None` where it shows a date of its own."""
    found = _STAMP.match(element.get("datetime") or element.get("title") or "")
    if found is None:
        return None
    shown = "".join(element.itertext())
    if len(shown) > MAX_SHOWN or len(shown.split()) > MAX_WORDS or find_date(" ".join(shown.split())):
        return None
    return " ".join(part for part in found.groups() if part)
