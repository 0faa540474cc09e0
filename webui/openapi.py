"""The OpenAPI 3.1 description of the API, generated from the bounds that the views check."""

from typing import Any, get_args

from archive.records.models import Precision, Status
from archive.search.results import FILTERS, Kind, Place
from archive.store.sites import Ending
from webui.params import MAX_PAGE, MAX_PER_PAGE, MAX_QUERY, MAX_VALUE, PER_PAGE, SORTS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_MAYBE_TEXT: Schema = {"type": ["string", "null"]}
_MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_MAYBE_COUNT: Schema = {"type": ["integer", "null"], "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_PRECISION: Schema = {"enum": [*get_args(Precision), None]}
_VALUE: Schema = {"type": "string", "maxLength": MAX_VALUE}
#: Filters whose values have a fixed form.
_FILTERS: dict[str, Schema] = {
    "year": {"type": "string", "pattern": "^[12][0-9]{3}$"},
    "month": {"type": "string", "pattern": "^[12][0-9]{3}-(0[1-9]|1[0-2])$"},
    "has": {"enum": ["comments", "author-reply", "date"]},
}
_COUNTED: Schema = {"type": "array", "prefixItems": [_TEXT, _COUNT], "minItems": 2, "maxItems": 2}


def description(root: str) -> dict[str, Any]:
    """Return the description of the API served below the path `root`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sales Archive",
            "version": "1",
            "description": "Search and read an archive of posts on startup sales and the comments under them.",
        },
        "servers": [{"url": root or "/"}],
        "paths": _paths(),
        "components": {"schemas": _schemas()},
    }


def _paths() -> dict[str, Any]:
    search = [
        _query("q", "Words in the query language", {"type": "string", "maxLength": MAX_QUERY}),
        _query("sort", "Order of the hits", {"enum": list(SORTS)}),
        _query("page", "Page number, from 1", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}),
        _query("per_page", f"Hits per page, {PER_PAGE} by default",
               {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE}),
        *(_query(name, f"Only hits with this {name}", _FILTERS.get(name, _VALUE)) for name in FILTERS),
    ]  # fmt: skip
    post_id = {"name": "id", "in": "path", "required": True, "schema": _id("post")}
    typed = _query("q", "Query as typed so far", {"type": "string", "maxLength": MAX_QUERY})
    return {
        "/api/search": _get("Search posts and comments", search, "Results", errors=("400", "503")),
        "/api/posts/{id}": _get("Read a post with its thread", [post_id], "Post", errors=("404", "503")),
        "/api/sites": _get("List the sites and what is archived from each", [], "Sites", errors=("503",)),
        "/api/suggest": _get("Complete a query", [typed], "Suggestions", errors=("400", "503")),
        "/health": _get("Check that the archive can be read", [], "Health", errors=("503",), error="Failing"),
    }


def _schemas() -> dict[str, Schema]:
    return {
        "Results": _object(
            query=_TEXT,
            suggestion=_MAYBE_TEXT,
            listed=_COUNT, understood=_TEXT, dropped=_list(_TEXT), message=_MAYBE_TEXT, total=_COUNT,
            took_ms={"type": "number"}, cut=_FLAG,
            hits=_list(_reference("Hit")),
            facets={"type": "object", "additionalProperties": _list(_COUNTED)},
            months=_list(_COUNTED),
        ),
        "Hit": _object(
            id=_TEXT, kind={"enum": list(get_args(Kind))}, post_id=_id("post"), url=_TEXT, title=_MAYBE_TEXT,
            author=_MAYBE_TEXT, site=_TEXT, language=_MAYBE_TEXT, published=_MAYBE_TIME, score={"type": "number"},
            matched=_list({"enum": list(get_args(Place))}), more=_COUNT,
            copies=_COUNT, also=_list(_reference("Hit")),
            snippet=_list({"type": "array", "prefixItems": [_TEXT, _FLAG], "minItems": 2, "maxItems": 2}),
        ),
        "Post": _object(
            id=_id("post"), url=_TEXT, site=_TEXT, title=_MAYBE_TEXT, author=_MAYBE_TEXT, published=_MAYBE_TIME,
            published_precision=_PRECISION, updated=_MAYBE_TIME, language=_MAYBE_TEXT, text=_TEXT,
            description=_MAYBE_TEXT, tags=_list(_TEXT), categories=_list(_TEXT), platform=_TEXT,
            comment_system=_MAYBE_TEXT, comments_stated=_MAYBE_COUNT, comments=_list(_reference("Comment")),
            fetched=_MAYBE_TIME, rights=_list(_TEXT), status={"enum": list(get_args(Status))},
        ),
        "Comment": _object(
            id=_id("comment"), post_id=_id("post"), parent_id=_MAYBE_TEXT, position=_COUNT, depth=_COUNT,
            author=_MAYBE_TEXT, author_url=_MAYBE_TEXT, published=_MAYBE_TIME, published_precision=_PRECISION,
            text=_TEXT, permalink=_MAYBE_TEXT, by_post_author=_FLAG, deleted=_FLAG, system=_TEXT,
        ),
        "Sites": _object(sites=_list(_reference("Site"))),
        "Site": _object(
            site=_TEXT, posts=_COUNT, comments=_COUNT, stated=_COUNT, found=_COUNT, undated=_COUNT, unsigned=_COUNT,
            statuses={"type": "object", "additionalProperties": _COUNT},
            months=_list(_object(month=_TEXT, posts=_COUNT, comments=_COUNT)), pages=_COUNT, visited=_COUNT,
            due=_COUNT, failing=_COUNT, short=_COUNT,
            forbidden=_COUNT, last_visit=_MAYBE_TIME, next_due=_MAYBE_TIME,
            reasons=_list(_COUNTED), gaps=_list(_object(after=_TEXT, before=_TEXT, months=_COUNT)),
            concerns=_list(_TEXT), crawl={"anyOf": [_reference("SiteCrawl"), {"type": "null"}]},
            learned={"type": "object"},
        ),
        "SiteCrawl": _object(
            spider=_TEXT, ending={"enum": list(get_args(Ending))}, reason=_MAYBE_TEXT,
            began={"type": "string", "format": "date-time"}, ended=_MAYBE_TIME, posts_new=_COUNT,
            posts_changed=_COUNT, posts_unchanged=_COUNT, posts_failed=_COUNT, threads_short=_COUNT, refused=_COUNT,
            without_post=_COUNT, comments_new=_COUNT, comments_changed=_COUNT, comments_removed=_COUNT,
        ),
        "Suggestions": {"type": "array", "items": {"anyOf": [_TEXT, _list(_TEXT)]}, "minItems": 2, "maxItems": 2},
        "Health": _object(status={"enum": ["ok"]}, seq=_COUNT, indexed_seq=_COUNT),
        "Failing": _object(status={"enum": ["failing"]}, reason=_TEXT),
        "Error": _object(error=_TEXT, status={"type": "integer"}),
    }  # fmt: skip


def _get(
    summary: str, parameters: list[Schema], schema: str, *, errors: tuple[str, ...], error: str = "Error"
) -> dict[str, Any]:
    answers = {code: _answer("Reason of the failure", error) for code in errors}
    responses = {"200": _answer("Success", schema)} | answers
    return {"get": {"summary": summary, "parameters": parameters, "responses": responses}}


def _answer(words: str, schema: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": _reference(schema)}}}


def _query(name: str, words: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": words, "schema": schema}


def _reference(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _id(kind: str) -> Schema:
    return {"type": "string", "pattern": f"^{kind}:[0-9a-f]{{24}}$"}
