"""The arguments of an address: read within bounds, and written back."""

from typing import Any, get_args

from werkzeug.datastructures import MultiDict

from archive.search.results import FILTERS, Query, Sort

#: Characters of a query; the longest sentence that one pastes is shorter.
MAX_QUERY = 500
#: Characters of one filter's value.
MAX_VALUE = 200
#: Filters held at once.
MAX_FILTERS = 12
#: Pages of results that can be opened; behind them lies narrowing, not paging. The search pages through 10,000 hits.
MAX_PAGE = 200
PER_PAGE = 10
#: Hits that a program may ask for at once.
MAX_PER_PAGE = 50

SORTS: tuple[Sort, ...] = get_args(Sort)

Arguments = MultiDict[str, str]
#: Names of an address with lists of their values, as `url_for` takes them.
UrlValues = dict[str, Any]


class ArgumentError(Exception):
    """Say which argument of an address is wrong, and what it may be."""


def read_query(arguments: Arguments, *, per_page: int = PER_PAGE) -> Query:
    """Return the search that an address asks for; raise `ArgumentError`."""
    text = read_text(arguments, "q", MAX_QUERY)
    filters = tuple(
        (name, _short(name, value.strip(), MAX_VALUE))
        for name in FILTERS
        for value in dict.fromkeys(arguments.getlist(name))
        if value.strip()
    )
    if len(filters) > MAX_FILTERS:
        raise ArgumentError(f"At most {MAX_FILTERS} filters can be held at once; {len(filters)} were asked for.")
    sort = _choice(arguments, "sort", SORTS) or usual_sort(text)
    page = read_number(arguments, "page", 1, MAX_PAGE) or 1
    return Query(text=text, filters=filters, sort=sort, page=page, per_page=per_page)


def read_text(arguments: Arguments, name: str, most: int) -> str:
    """Return an argument without outer spaces, empty where it is missing; raise `ArgumentError` when too long."""
    return _short(name, arguments.get(name, "").replace("\x00", "").strip(), most)


def read_number(arguments: Arguments, name: str, least: int, most: int) -> int | None:
    """Return an argument that is a number within bounds; raise `ArgumentError` when it is something else."""
    value = arguments.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise ArgumentError(f"“{name}” is a number from {least} to {most}.")
    return int(value)


def url_values(query: Query) -> UrlValues:
    """Return the arguments that lead to the first page of a search, leaving out what goes without saying."""
    values: UrlValues = {"q": [query.text]} if query.text else {}
    for name, value in query.filters:
        values.setdefault(name, []).append(value)
    if query.sort != usual_sort(query.text):
        values["sort"] = [query.sort]
    return values


def usual_sort(text: str) -> Sort:
    """Return the order that goes without saying: relevance only where there are words."""
    return SORTS[0] if text else "newest"


def phrase(words: str) -> str:
    """Return words as a phrase of the query language, which has no sign for a quotation mark inside one."""
    return '"' + words.replace('"', " ") + '"'


def _choice(arguments: Arguments, name: str, choices: tuple[Sort, ...]) -> Sort | None:
    value = arguments.get(name, "").strip()
    if not value:
        return None
    for choice in choices:
        if choice == value:
            return choice
    raise ArgumentError(f"“{name}” is one of: {', '.join(choices)}.")


def _short(name: str, value: str, most: int) -> str:
    if len(value) > most:
        raise ArgumentError(f"“{name}” is at most {most} characters long; this one has {len(value)}.")
    return value
