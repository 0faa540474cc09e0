"""How a query that is being typed may go on: its last word, or the value of a field."""

import re
from collections.abc import Iterable

from archive.archive import Archive
from archive.results import Query
from webui.params import phrase

#: Letters from which completions are offered.
SHORTEST = 2
#: Completions offered.
MOST = 8

_NAME_FIELDS = ("by", "author", "commenter", "said")
_LAST = re.compile(rf'(?:(?P<field>site|{"|".join(_NAME_FIELDS)}):)?"?(?P<begun>[^\s":()]*)$', re.IGNORECASE)


def completions(archive: Archive, typed: str, sites: Iterable[str]) -> list[str]:
    """Return queries that begin as `typed` does, the likeliest first."""
    match = _LAST.search(typed)
    if match is None or len(match["begun"]) < SHORTEST:
        return []
    before, field, begun = typed[: match.start()], (match["field"] or "").lower(), match["begun"]
    if field == "site":
        found = [f"site:{site}" for site in sites if begun.lower() in site]
    elif field:
        found = [f"{field}:{phrase(name)}" for name in _names(archive, begun)]
    else:
        found = archive.index.complete(begun, MOST)
    return [f"{before}{each}" for each in found if each != begun][:MOST]


def _names(archive: Archive, begun: str) -> list[str]:
    """Return names of which a part begins so, those with most texts first."""
    facets = archive.search(Query(text=f"author:{begun}*", per_page=1)).facets
    names = [name for facet in facets if facet.name == "author" for name, _ in facet.counts]
    return [name for name in names if any(part.casefold().startswith(begun.casefold()) for part in name.split())]
