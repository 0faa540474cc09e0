"""Parse the query parameters of a request within bounds, and build them from a query."""

from typing import Any, get_args

from werkzeug.datastructures import MultiDict

from archive.search.results import FILTERS, Query, Sort

#: Longest query, in characters; enough for any pasted sentence.
MAX_QUERY = 500
#: Longest value of a filter, in characters.
MAX_VALUE = 200
#: Most filters in one search.
MAX_FILTERS = 12
#: Last page of results that can be opened. The engine lists at most 10,000 hits.
MAX_PAGE = 200
PER_PAGE = 10
#: Most hits per page of the API.
MAX_PER_PAGE = 50

SORTS: tuple[Sort, ...] = get_args(Sort)

Arguments = MultiDict[str, str]
#: Parameter names with lists of values, as `url_for` takes them.
UrlValues = dict[str, Any]


class ArgumentError(Exception):
    """A query parameter is invalid; the message names it and its valid values."""


def read_query(arguments: Arguments, *, per_page: int = PER_PAGE) -> Query:
    """Return the search that the query parameters describe; raise `ArgumentError`."""
    text = read_text(arguments, "q", MAX_QUERY)
    filters = tuple(
        (name, _short(name, value.strip(), MAX_VALUE))
        for name in FILTERS
        for value in dict.fromkeys(arguments.getlist(name))
        if value.strip()
    )
    if len(filters) > MAX_FILTERS:
        raise ArgumentError(f"A search can have at most {MAX_FILTERS} filters; this one has {len(filters)}.")
    sort = _choice(arguments, "sort", SORTS) or usual_sort(text)
    page = read_number(arguments, "page", 1, MAX_PAGE) or 1
    return Query(text=text, filters=filters, sort=sort, page=page, per_page=per_page)


def read_text(arguments: Arguments, name: str, most: int) -> str:
    """Return a stripped parameter, empty if it is missing; raise `ArgumentError` if it is too long."""
    return _short(name, arguments.get(name, "").replace("\x00", "").strip(), most)


def read_number(arguments: Arguments, name: str, least: int, most: int) -> int | None:
    """Return a number within bounds, `None` if it is missing; raise `ArgumentError` if it is invalid."""
    value = arguments.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(most)) and least <= int(value) <= most):
        raise ArgumentError(f"“{name}” must be a number from {least} to {most}.")
    return int(value)


def url_values(query: Query) -> UrlValues:
    """Return the query parameters of the first page of a search, without defaults."""
    values: UrlValues = {"q": [query.text]} if query.text else {}
    for name, value in query.filters:
        values.setdefault(name, []).append(value)
    if query.sort != usual_sort(query.text):
        values["sort"] = [query.sort]
    return values


def usual_sort(text: str) -> Sort:
    """Return the default order: relevance if there are words, else newest first."""
    return SORTS[0] if text else "newest"


def phrase(words: str) -> str:
    """Return words as a quoted phrase; quotation marks become spaces, as the query language cannot escape them."""
    return '"' + words.replace('"', " ") + '"'


def _choice(arguments: Arguments, name: str, choices: tuple[Sort, ...]) -> Sort | None:
    value = arguments.get(name, "").strip()
    if not value:
        return None
    for choice in choices:
        if choice == value:
            return choice
    raise ArgumentError(f"“{name}” must be one of: {', '.join(choices)}.")


def _short(name: str, value: str, most: int) -> str:
    if len(value) > most:
        raise ArgumentError(f"“{name}” can have at most {most} characters; this value has {len(value)}.")
    return value
