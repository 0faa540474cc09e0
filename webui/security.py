"""Security headers of every answer, and the optional password.

Archived texts are hostile: they are escaped, and the policy lets the page run and load nothing but our own files.
"""

import hmac
from http import HTTPStatus

from flask import Flask, Response, current_app, request

from webui.links import KEPT_SECONDS

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers older than frame-ancestors
    "Referrer-Policy": "no-referrer",  # a site need not learn what was searched
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, noarchive",  # the texts are others'; people find them at the originals
}

#: Answered without the password: a watchdog has none.
PUBLIC_ENDPOINTS = frozenset({"api.health"})


def register(app: Flask) -> None:
    """Ask for the password before every view, and send the headers with every answer."""
    app.before_request(_refuse_without_password)
    app.after_request(_with_headers)


def _refuse_without_password() -> Response | None:
    password: str | None = current_app.config["PASSWORD"]
    if password is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    given = (request.authorization.password if request.authorization else None) or ""
    if hmac.compare_digest(given.encode("utf-8", "replace"), password.encode("utf-8")):
        return None
    response = Response("This archive asks for a password.\n", HTTPStatus.UNAUTHORIZED, mimetype="text/plain")
    response.headers["WWW-Authenticate"] = 'Basic realm="archive", charset="UTF-8"'
    return response


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint == "static" and "v" in request.args and response.status_code == HTTPStatus.OK:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}, immutable"
    else:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response
