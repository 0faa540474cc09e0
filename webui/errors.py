"""Error pages that say what to do, and errors as JSON for programs."""

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from archive.errors import ArchiveError, NotFoundError, QueryError
from webui.params import ArgumentError

_LOG = logging.getLogger(__name__)

#: Title and advice of the pages we foresee; others are named by HTTP.
PAGES: dict[int, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("That address can’t be answered", "Check it, or start again from the search box."),
    HTTPStatus.NOT_FOUND: (
        "Nothing is archived here",
        "The address may be mistyped, or what it named was removed from the archive. Search for its words instead.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something broke on our side",
        "The archive itself is not harmed by reading it. The server’s log has the details.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("The archive can’t be read just now", "Try again in a minute."),
}

ErrorResponse = tuple[str | Response, int]


def register(app: Flask) -> None:
    """ErrorResponse foreseen errors and those of HTTP."""
    app.register_error_handler(ArgumentError, _bad_argument)
    app.register_error_handler(QueryError, _bad_argument)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(ArchiveError, _unavailable)
    app.register_error_handler(SecurityError, _untrusted_host)
    app.register_error_handler(HTTPException, _http)


def _bad_argument(error: ArgumentError | QueryError) -> ErrorResponse:
    return _error_response(HTTPStatus.BAD_REQUEST, str(error))


def _not_found(error: NotFoundError) -> ErrorResponse:
    return _error_response(HTTPStatus.NOT_FOUND, f"{error}.")


def _unavailable(error: ArchiveError) -> ErrorResponse:
    _LOG.error("%s: %s", request.path, error)
    return _error_response(HTTPStatus.SERVICE_UNAVAILABLE, str(error))


def _untrusted_host(_: SecurityError) -> ErrorResponse:
    """ErrorResponse in plain text: under a name that is not ours no address can be made."""
    words = "The archive is not served under this name; its operator can allow it with --allow-host.\n"
    return Response(words, mimetype="text/plain"), HTTPStatus.BAD_REQUEST


def _http(error: HTTPException) -> ErrorResponse | HTTPException:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error
    return _error_response(code, None if code in PAGES else error.description, name=error.name)


def _error_response(code: int, reason: str | None, *, name: str = "") -> ErrorResponse:
    title, advice = PAGES.get(code, (name, ""))
    if request.path.startswith("/api/"):
        return jsonify({"error": reason or title, "status": code}), code
    return render_template("error.html", code=code, title=title, advice=advice, reason=reason), code
