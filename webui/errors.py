"""Error handlers: a page with advice for people, JSON below `/api/`."""

import logging
from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, SecurityError

from archive.errors import ArchiveError, NotFoundError, QueryError
from webui.params import ArgumentError

_LOG = logging.getLogger(__name__)

#: Title and advice by status; other statuses get HTTP's own name and description.
PAGES: dict[int, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("Invalid request", "Check the address, or start again from the search box."),
    HTTPStatus.NOT_FOUND: (
        "Not found",
        "The address may be mistyped, or the text was removed from the archive. Try searching for it.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong",
        "The archive is not damaged: pages only read it. The server log has the details.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("The archive is unavailable", "Try again in a minute."),
}

ErrorResponse = tuple[str | Response, int]


def register(app: Flask) -> None:
    """Register handlers for the archive's errors and for HTTP errors."""
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
    """Answer in plain text: a page needs URLs, and none can be built for an untrusted host name."""
    text = "This archive is not served under this host name. Its operator can allow the name with --allow-host.\n"
    return Response(text, mimetype="text/plain"), HTTPStatus.BAD_REQUEST


def _http(error: HTTPException) -> ErrorResponse | HTTPException:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error
    return _error_response(code, None if code in PAGES else error.description, name=error.name)


def _error_response(code: int, reason: str | None, *, name: str = "") -> ErrorResponse:
    title, advice = PAGES.get(code, (name, ""))
    if request.path.startswith("/api/"):
        return jsonify({"error": reason or title, "status": code}), code
    sentence = reason and reason[:1].upper() + reason[1:]
    return render_template("error.html", code=code, title=title, advice=advice, reason=sentence), code
