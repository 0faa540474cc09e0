"""Completion in the search box: the last word of a query, or the value of a field."""

import re
from collections.abc import Mapping

from archive.archive import Archive
from archive.search.engine import NameKind
from webui.params import phrase

#: Letters from which completions are offered.
SHORTEST_PREFIX = 2
#: Completions offered.
MOST_COMPLETIONS = 8

#: What is offered behind them by name, one of each.
NAMES: tuple[NameKind, ...] = ("author", "site", "tag")
MOST_NAMES = len(NAMES)

_NAME_FIELDS = ("by", "author", "commenter", "said", "tag")
_LAST = re.compile(rf'(?:(?P<field>site|{"|".join(_NAME_FIELDS)}):)?"?(?P<prefix>[^\s":()]*)$', re.IGNORECASE)


def completions(archive: Archive, typed: str, sites: Mapping[str, str]) -> list[str]:
    """Return queries that begin as `typed` does, the likeliest first; `sites` are hosts, each with its name."""
    match = _LAST.search(typed)
    if match is None or len(match["prefix"]) < SHORTEST_PREFIX:
        return []
    before, field, prefix = typed[: match.start()], (match["field"] or "").lower(), match["prefix"]
    if field == "site":
        queries = [f"site:{site}" for site, name in sites.items() if prefix.lower() in f"{site} {name.lower()}"]
    elif field:
        kind: NameKind = "tag" if field == "tag" else "author"
        queries = [f"{field}:{phrase(name)}" for name in archive.engine.complete_name(kind, prefix, MOST_COMPLETIONS)]
    else:
        queries = archive.engine.complete(prefix, MOST_COMPLETIONS - MOST_NAMES)
        queries += [] if before.endswith(":") else _name_queries(archive, prefix)  # a field of words: title:
    return [f"{before}{query}" for query in queries if query != prefix][:MOST_COMPLETIONS]


def _name_queries(archive: Archive, prefix: str) -> list[str]:
    """Return the commonest author, site and tag of which a word begins so, as parts of a query."""
    authors, sites, tags = (archive.engine.complete_name(kind, prefix, 1) for kind in NAMES)
    said = [f"said:{phrase(author)}" for author in authors]
    return [*said, *(f"site:{site}" for site in sites), *(f"tag:{phrase(tag)}" for tag in tags)]
