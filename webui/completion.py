"""Completions of a query as it is typed: of its last word, or of a field's value."""

import re
from collections.abc import Mapping

from archive.archive import Archive
from archive.search.engine import NameKind
from webui.params import phrase

#: Shortest prefix that is completed, in characters.
SHORTEST_PREFIX = 2
#: Most completions returned.
MOST_COMPLETIONS = 8

#: Kinds of names offered after the words, one name of each kind.
NAMES: tuple[NameKind, ...] = ("author", "site", "tag")
MOST_NAMES = len(NAMES)

_NAME_FIELDS = ("by", "author", "commenter", "said", "tag")
_LAST = re.compile(rf'(?:(?P<field>site|{"|".join(_NAME_FIELDS)}):)?"?(?P<prefix>[^\s":()]*)$', re.IGNORECASE)


def completions(archive: Archive, typed: str, sites: Mapping[str, str]) -> list[str]:
    """Return queries that begin with `typed`, the likeliest first; `sites` maps hosts to site names."""
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
        if not before.endswith(":"):  # title: and other fields of words take no names
            queries += _name_queries(archive, prefix)
    return [f"{before}{query}" for query in queries if query != prefix][:MOST_COMPLETIONS]


def _name_queries(archive: Archive, prefix: str) -> list[str]:
    """Return the commonest author, site and tag with a word that begins with `prefix`, as query terms."""
    authors, sites, tags = (archive.engine.complete_name(kind, prefix, 1) for kind in NAMES)
    by_author = [f"said:{phrase(author)}" for author in authors]
    return [*by_author, *(f"site:{site}" for site in sites), *(f"tag:{phrase(tag)}" for tag in tags)]
